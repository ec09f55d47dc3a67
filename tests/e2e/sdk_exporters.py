"""OpenTelemetry's exporters, as NodeSDK sets them up from its environment, and a daemon that is not always there."""

import hashlib
import socket
from collections import Counter

from daemon import PATIENCE, case, check, equal, run_cases
from sdk_bodies import PROTOCOLS, TEXTS, Tap, ended, need_packages, ran, started
from talking_model import TalkingModel
from trace_bodies import all_calls, settled


def guarded(place, name, token):
    """A daemon that knows one editor."""
    path = place.path(f"{name}.toml")
    with open(path, "w") as file:
        file.write(f'[[tokens]]\nname = "sdk"\nrole = "editor"\nsha256 = "{hashlib.sha256(token.encode()).hexdigest()}"\n')
    return place.daemon(name, arguments=["--config", path]).start()


@case("the variables choose protobuf or JSON, gzip or not, and bring the token")
def wires(place):
    daemon, model = guarded(place, "guarded", "let-me-in"), TalkingModel()
    tap = Tap(daemon)
    try:
        for protocol, kind in PROTOCOLS.items():
            for compression, encoding in (("none", None), ("gzip", "gzip")):
                del tap.seen[:]
                ran(daemon, model, "openai_calls.cjs", "otel", "multi", endpoint=tap.url, OTEL_EXPORTER_OTLP_PROTOCOL=protocol,
                    OTEL_EXPORTER_OTLP_COMPRESSION=compression, OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20let-me-in", **TEXTS)
                ways = {(e["path"], e["type"], e["encoding"], e["status"]) for e in tap.seen}
                equal(ways, {("/v1/traces", kind, encoding, 200), ("/v1/logs", kind, encoding, 200)}, "what went by")
        process = started(tap.url, model, "openai_calls.cjs", "otel", "single", **TEXTS)
        told, _ = process.communicate(timeout=PATIENCE)
        check(b"send 'Authorization: Bearer <token>'" in told, f"without the token it is told what to do: {told!r}")
    finally:
        tap.close()
        model.close()

    def listed():
        page = daemon.ask("GET", "/traces", headers={"Authorization": "Bearer let-me-in"}).json
        return page["items"] if page["total"] == 12 else None

    calls = daemon.wait_for(listed, "12 calls")
    equal([c["preview"] for c in calls if not c["has_output"]], [], "calls whose log records did not come")


def check_questions(daemon, wanted):
    """spans.cjs numbers its calls."""
    settled(daemon, wanted)
    asked = Counter(call["preview"] for call in all_calls(daemon))
    equal({q: n for q, n in asked.items() if n != 1}, {}, "calls that are there more than once")
    equal(set(asked), {f"Question {n}?" for n in range(wanted)}, "calls")


@case("exporters try again after 503 and after a lost answer: nothing is missing, nothing doubled")
def tries_again(place):
    daemon = place.daemon().start()
    tap = Tap(daemon, lambda number: {0: 503, 1: "lost", 3: 429, 5: "lost", 6: 503}.get(number))
    try:
        ran(daemon, None, "spans.cjs", "200", "0", endpoint=tap.url, OTEL_BSP_MAX_EXPORT_BATCH_SIZE="20")
    finally:
        tap.close()
    refused = Counter(str(e["what"]) for e in tap.seen)
    equal({k: n for k, n in refused.items() if k != "None"}, {"503": 2, "lost": 2, "429": 1}, "what was refused")
    equal(len(tap.seen), 200 // 20 + 5, "exports")
    check_questions(daemon, 200)


@case("a daemon that is out of room says so, and the exporters wait: nothing is missing")
def out_of_room(place):
    path = place.path("small.toml")
    with open(path, "w") as file:
        file.write("[traces]\nbody_bytes = 200000\nin_flight_bytes = 200000\n")
    daemon = place.daemon(arguments=["--config", path]).start()
    tap = Tap(daemon)
    head = "POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 199000\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", daemon.port)) as slow:  # announces much and sends nothing
            slow.sendall(head.encode())
            client = started(tap.url, None, "spans.cjs", "200", "0", OTEL_BSP_MAX_EXPORT_BATCH_SIZE="50")
            daemon.wait_for(lambda: any(e.get("status") == 503 for e in list(tap.seen)) or client.poll() is not None, "a refusal")
        equal(ended(client, "spans.cjs"), "", "what it complains of")
    finally:
        tap.close()
    counts = Counter(e["status"] for e in tap.seen)
    equal(counts[200], 4, "exports that were taken")
    check(counts[503] > 0, "some were refused")
    check_questions(daemon, 200)


@case("a daemon that is stopped, killed and started again while spans are sent has each of them once")
def restarted(place):
    daemon = place.daemon().start()
    port = daemon.port
    client = started(f"http://127.0.0.1:{port}", None, "spans.cjs", "400", "15", OTEL_BSP_SCHEDULE_DELAY="100", OTEL_BSP_MAX_EXPORT_BATCH_SIZE="16")
    try:
        for end in (daemon.stop, daemon.kill):
            before = len(all_calls(daemon))
            daemon.wait_for(lambda: len(all_calls(daemon)) > before + 30 or client.poll() is not None, "some spans")
            check(client.poll() is None, "the client ended before the daemon did")
            end()
            daemon.start(port=port)
        equal(ended(client, "spans.cjs"), "", "what it complains of")
    finally:
        client.kill()
    check_questions(daemon, 400)


if __name__ == "__main__":
    need_packages()
    run_cases()
