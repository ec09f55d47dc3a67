"""What should not come, comes: every answer says what was wanted and found, nothing is half-applied, nothing falls over."""

import gzip
import json
import socket
import threading

from bad_checks import GOOD, begun, check_problem, check_untouched
from daemon import LINES, PATIENCE, case, check, equal, record_line, run_cases


def imported_with_codes(place, lines):
    """Imports `lines`, each with the code that it must get (None = valid), and checks the records one by one."""
    daemon, dataset = begun(place)
    body = b"\n".join(line for line, _ in lines) + b"\n"
    result = daemon.take(dataset, body)
    equal((result["lines"], result["imported"]), (len(lines), len(lines)), "lines and imported")
    equal(result["invalid"], sum(code is not None for _, code in lines), "invalid")
    for record, (line, code) in zip(daemon.records(dataset, "&sort=id"), lines):
        equal(record["code"], code, f"the code of {line[:60]!r}")
        whole = daemon.read(f"/datasets/{dataset}/records/{record['id']}")
        if code == "invalid_json" and line.isascii() and b"\0" not in line:
            equal(whole.get("raw"), line.decode(), "the raw bytes")
    return daemon, dataset


@case("lines that are no JSON, no UTF-8, too deep or hold NUL become invalid records that keep their bytes")
def odd_lines(place):
    question = record_line("fine?").strip()
    deep = b'{"messages":[{"role":"user","content":"x"}],"deep":' + b"[" * 5000 + b"]" * 5000 + b"}"
    imported_with_codes(place, [
        (question, None),
        (b"this is not JSON", "invalid_json"),
        (b'{"messages": [', "invalid_json"),
        (b'{"messages":[{"role":"user","content":"\xff\xfe"}]}', "invalid_json"),
        (b'{"messages":[{"role":"user","content":"a\0b"}]}', "invalid_json"),
        (b"\0\0\0\0", "invalid_json"),
        (deep, "invalid_json"),
        (b"[1,2,3]", "invalid_structure"),
        (b'"text"', "invalid_structure"),
        (b"{}", "missing_messages"),
        (b'{"messages":[]}', "empty_messages"),
        (b'{"messages":[{"role":"king","content":"x"}]}', "invalid_role"),
        (b'{"messages":[{"role":"user","content":"a\\u0000b, with an escape"}]}', None),
    ])


@case("an object with the same key twice is one record, judged the same every time")
def same_key_twice(place):
    line = b'{"messages":[{"role":"user","content":"first"}],"messages":[{"role":"user","content":"second"}]}'
    daemon, dataset = begun(place)
    equal(daemon.take(dataset, line + b"\n")["imported"], 1, "imported")
    first = daemon.records(dataset)[0]
    again = daemon.create("again")
    daemon.take(again, line + b"\n")
    second = daemon.records(again)[0]
    equal((second["valid"], second["code"], second["preview"]), (first["valid"], first["code"], first["preview"]), "verdict")
    equal(daemon.export(dataset).count(b"\n"), 1, "lines exported")


@case("a line of 100 MB costs that line alone, in bounded memory")
def huge_line(place):
    daemon, dataset = begun(place)
    size = 100 << 20

    def body():
        yield GOOD
        yield b'{"messages":[{"role":"user","content":"'
        for _ in range(size >> 20):
            yield b"x" * (1 << 20)
        yield b'"}]}\n'
        yield record_line("after it?")

    connection = daemon.connection()
    connection.request("POST", f"/api/v1/datasets/{dataset}/import", body=body(), headers={"Content-Type": LINES},
                       encode_chunked=True)
    reply = connection.getresponse()
    text = reply.read()
    equal(reply.status, 202, f"the import: {text[:300]!r}")
    result = json.loads(text)
    equal((result["lines"], result["valid"], result["invalid"]), (7, 6, 1), "lines, valid, invalid")
    with open(f"/proc/{daemon.process.pid}/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    check(peak < 600_000, f"{peak} kB resident at most")


@case("a body that breaks off leaves nothing: gzip cut short, damaged gzip, a connection that closes")
def breaks_off(place):
    daemon, dataset = begun(place)
    daemon.take(dataset, GOOD)
    packed = gzip.compress(b"".join(record_line(f"Packed {i}?") for i in range(3000)))
    for body in (packed[:-9], packed[: len(packed) // 2], packed[:200] + b"\x55" * 50 + packed[250:], b"\x1f\x8bnonsense"):
        check_problem(daemon.send(dataset, body, headers={"Content-Encoding": "gzip"}), 400)
        check_untouched(daemon, dataset, 5)
    check_problem(daemon.send(dataset, GOOD, headers={"Content-Encoding": "zstd"}), 400)
    for length, sent in ((1_000_000, GOOD), (None, b"5000\r\n" + GOOD)):
        with socket.create_connection(("127.0.0.1", daemon.port)) as plain:
            framing = f"Content-Length: {length}" if length else "Transfer-Encoding: chunked"
            plain.sendall(f"POST /api/v1/datasets/{dataset}/import HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                          f"Content-Type: {LINES}\r\n{framing}\r\n\r\n".encode() + sent)
        daemon.wait_for(lambda: all(r["state"] in ("completed", "failed", "cancelled")
                                    for r in daemon.read(f"/datasets/{dataset}/runs")["items"]), "the end of the import")
        check_untouched(daemon, dataset, 5)
    equal(daemon.take(dataset, packed, headers={"Content-Encoding": "gzip"})["valid"], 3000, "the same file, whole")


@case("unknown content types and encodings, modes and bodies are refused in words")
def refused(place):
    daemon, dataset = begun(place)
    path = f"/datasets/{dataset}"
    check_problem(daemon.send(dataset, GOOD, headers={"Content-Type": "image/png"}), 415)
    check_problem(daemon.send(dataset, GOOD, headers={"Content-Encoding": "br"}), 415)
    check_problem(daemon.send(dataset, GOOD, mode="merge"), 400)
    check_problem(daemon.send("d999", GOOD), 404)
    check_problem(daemon.ask("POST", "/datasets", {"name": "", "objective": "x"}), 400)
    check_problem(daemon.ask("POST", "/datasets", {"name": "bad input", "objective": "taken"}), 409)
    check_problem(daemon.ask("POST", "/datasets", b"{not json", {"Content-Type": "application/json"}), 400)
    check_problem(daemon.ask("POST", "/datasets", b"[" * 100_000, {"Content-Type": "application/json"}), 400)
    check_problem(daemon.ask("PATCH", path, {"nmae": "typo"}), 400)
    check_problem(daemon.ask("GET", path + "?at=999"), 400, 404)
    check_problem(daemon.ask("GET", path + "/records/r1"), 404)
    check_problem(daemon.ask("POST", path + "/steps/train/trigger", {}), 409)
    check_problem(daemon.ask("DELETE", path), 409)
    check_problem(daemon.ask("PUT", path + "/topics", {"topics": [{"name": "a"}, {"name": "a"}]}), 400, 409)
    check_untouched(daemon, dataset, 0)


@case("empty, blank and BOM-led bodies are counted as what they are")
def nearly_empty(place):
    daemon, dataset = begun(place)
    for body, wanted in ((b"", (0, 0, 0)), (b"\n\r\n  \n", (3, 0, 3)), (b"\xef\xbb\xbf" + record_line("BOM?"), (1, 1, 0)),
                         (record_line("CRLF?").replace(b"\n", b"\r\n"), (1, 1, 0)), (record_line("no end?").strip(), (1, 1, 0))):
        answer = daemon.send(dataset, body)
        if answer.status == 400 and not body:
            check_problem(answer, 400)
            continue
        equal(answer.status, 202, f"importing {body!r}: {answer}")
        found = answer.json
        equal((found["lines"], found["imported"], found["blank"]), wanted, f"counts of {body!r}")
    daemon.idle(dataset)
    equal(daemon.read(f"/datasets/{dataset}/health")["invalid"], 0, "invalid")


@case("of two clients that replace at once one wins whole, and the other is told")
def two_replace(place):
    daemon, dataset = begun(place)
    daemon.take(dataset, GOOD)
    bodies = [b"".join(record_line(f"client {c} question {i}?") for i in range(2000)) for c in range(2)]
    check_problem(daemon.send(dataset, bodies[0], mode="replace"), 409)
    check_untouched(daemon, dataset, 5)
    answers = [None, None]

    def replace(client):
        answers[client] = daemon.send(dataset, bodies[client], mode="replace", query="&confirm=true")

    threads = [threading.Thread(target=replace, args=(c,)) for c in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [c for c in range(2) if answers[c].status == 202]
    check(won, f"nobody won: {answers}")
    for client in set(range(2)) - set(won):
        check_problem(answers[client], 409)
    check_untouched(daemon, dataset, 2000)
    first = daemon.records(dataset)[0]["preview"]
    client = int(first.split()[1])
    check(client in won, "the records are the loser's")
    check(daemon.export(dataset).count(f"client {client} ".encode()) == 2000, "the records are mixed")


@case("a repeat under the same Idempotency-Key gets the first answer and does nothing; another request is refused")
def repeats(place):
    daemon, dataset = begun(place)
    key = {"Idempotency-Key": "import-1"}
    first = daemon.take(dataset, GOOD, headers=key)
    daemon.take(dataset, record_line("in between?"))
    again = daemon.take(dataset, GOOD, headers=key)
    equal(again, first, "the repeated answer")
    check_problem(daemon.send(dataset, GOOD + b"{}\n", headers=key), 409)
    check_untouched(daemon, dataset, 6)
    created = daemon.create("made once", key="create-1")
    equal(daemon.create("made once", key="create-1"), created, "the dataset of the repeat")
    path = f"/datasets/{dataset}"
    position = daemon.read(path)["position"]
    stale = daemon.ask("PATCH", path, {"objective": "stale"}, {"If-Match": f'"{position - 1}"'})
    check_problem(stale, 409, 412)
    daemon.kill()
    daemon.start()
    equal(daemon.take(dataset, GOOD, headers=key), first, "the answer after a crash")
    equal(daemon.create("made once", key="create-1"), created, "the dataset after a crash")


@case("half a request, garbage and endless headers cost nobody else anything")
def bad_http(place):
    daemon, dataset = begun(place)
    for bytes_sent in (b"GET", b"\x16\x03\x01\x02garbage\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000,
                       b"POST /api/v1/datasets HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
                       b"POST /api/v1/datasets HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", daemon.port), timeout=PATIENCE) as plain:
            try:
                plain.sendall(bytes_sent)
                plain.shutdown(socket.SHUT_WR)
                reply = plain.recv(4096)
                check(not reply or reply.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5")), f"an answer of {reply[:80]!r}")
            except (BrokenPipeError, ConnectionResetError):
                pass
    evil = daemon.ask("GET", "/datasets", headers={"Host": "evil.example"})
    check(evil.status in (400, 403, 421), f"a foreign Host was answered with {evil.status}")
    cross = daemon.ask("POST", "/datasets", {"name": "x", "objective": "y"}, {"Origin": "http://evil.example"})
    equal(cross.status, 403, "a foreign Origin")
    check_untouched(daemon, dataset, 0)


if __name__ == "__main__":
    run_cases()
