"""Against a running rftd. Usage: traces.py PORT PID spans SECONDS [SPAN-BYTES] | traces.py PORT PID pages CALLS"""
import http.client
import json
import os
import random
import sys
import threading
import time

import otlp_spans as otlp

SPANS_A_REQUEST = 512
EXPORTERS = 4


class Exporter:
    """A connection that sends exports until each is acknowledged, as an exporter of a client library does."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.acknowledged, self.told_to_wait, self.milliseconds = 0, 0, []

    def send(self, spans):
        body = otlp.export_of(spans)
        while True:
            began = time.perf_counter()
            self.connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"})
            answer = self.connection.getresponse()
            data = answer.read()
            if answer.status == 200:
                self.milliseconds.append(1e3 * (time.perf_counter() - began))
                self.acknowledged += len(spans)
                if data:
                    raise SystemExit(f"expected every span to be taken, found a partial success: {data[:200]!r}")
                return
            if answer.status not in (429, 503):
                raise SystemExit(f"expected 200, found {answer.status}: {data[:300]!r}")
            self.told_to_wait += 1
            time.sleep(float(answer.getheader("Retry-After") or 1))


def ask(connection, path):
    connection.request("GET", "/api/v1" + path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"expected 200 for {path}, found {answer.status}: {body[:300]!r}")
    return json.loads(body)


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="utf8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="utf8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def part_of(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def wait_until_kept(port, wanted):
    """Seconds until that many calls can be found."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    began = time.perf_counter()
    kept, moved = 0, began
    while True:
        now = ask(connection, "/traces?limit=1")["kept"]
        if now != kept:
            kept, moved = now, time.perf_counter()
        if kept >= wanted:
            return time.perf_counter() - began
        if time.perf_counter() - moved > 60:
            raise SystemExit(f"expected {wanted} calls in the end, found {kept} and no more for a minute")
        time.sleep(0.1)


def together(exporters, work):
    failures = []

    def guarded(exporter, number):
        try:
            work(exporter, number)
        except BaseException as failure:  # told below; a thread's own exit would go unseen
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(e, n)) for n, e in enumerate(exporters)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(str(failures[0]))


def spans(port, pid, seconds, span_bytes):
    rest = otlp.sized_span(span_bytes)
    exporters = [Exporter(port) for _ in range(EXPORTERS)]
    before = ask(exporters[0].connection, "/traces?limit=1")["kept"]
    memory, began, cpu = [resident_mib(pid)], time.perf_counter(), processor_seconds(pid)

    def work(exporter, number):
        quarter = 1
        while (gone := time.perf_counter() - began) < seconds:
            exporter.send([(trace, span, rest) for trace, span in otlp.fresh_ids(SPANS_A_REQUEST)])
            if number == 0 and gone > quarter * seconds / 4:
                memory.append(resident_mib(pid))
                quarter += 1

    together(exporters, work)
    sending = time.perf_counter() - began
    memory.append(resident_mib(pid))
    sent = sum(e.acknowledged for e in exporters)
    times = [t for e in exporters for t in e.milliseconds]
    behind = wait_until_kept(port, before + sent)
    print(f"{sent:,} spans of {len(rest) + 30} bytes in {sending:.1f} s: {sent / sending:,.0f} spans/s acknowledged (target 20,000)")
    print(f"until the last could be found: {behind:.1f} s more; {sent / (sending + behind):,.0f} spans/s received and assembled")
    each = 1e6 * (processor_seconds(pid) - cpu) / sent
    print(f"processor time of the daemon: {each:.0f} us a span, all of it; two cores to itself do {2e6 / each:,.0f} spans/s")
    print(f"export of {SPANS_A_REQUEST}: p50 {part_of(times, 0.5):.0f} ms, p99 {part_of(times, 0.99):.0f} ms; "
          f"told to wait {sum(e.told_to_wait for e in exporters)} times")
    print("resident MiB at the start, at each quarter and at the end: " + ", ".join(f"{m:.0f}" for m in memory))


QUERIES = ("", "model=gpt-4o", "model=gpt-4o&model=o3-mini", "provider=vllm&status=ok", "status=error", "has_tools=true",
           "min_turns=1&tokens_gte=100", "tokens_lt=60", "session=session-{n5}", "q={word}", "q={word}+case",
           "q={word}&model=gpt-4o&status=error", "q=case+{n}", "q=no-such-word", "system=customers", "has_output=false&provider=openai")


def pages(port, calls):
    exporters = [Exporter(port) for _ in range(EXPORTERS)]
    began = time.perf_counter()

    def fill(exporter, number):
        for first in range(number * SPANS_A_REQUEST, calls, EXPORTERS * SPANS_A_REQUEST):
            numbers = range(first, min(first + SPANS_A_REQUEST, calls))
            exporter.send([(*ids, otlp.varied_span(n, calls)) for ids, n in zip(otlp.fresh_ids(len(numbers)), numbers)])

    together(exporters, fill)
    wait_until_kept(port, calls)
    print(f"{calls:,} calls received and assembled in {time.perf_counter() - began:.0f} s")
    chance, connection = random.Random(1), exporters[0].connection
    print(f"{'query':<44} {'matching':>10} {'p50 ms':>8} {'p99 ms':>8}")
    for path in ("/traces?limit=50&", "/traces/facets?"):
        every = []
        for query in QUERIES:
            times, total = [], 0
            for _ in range(100):
                n = chance.randrange(calls)
                began = time.perf_counter()
                answer = ask(connection, path + query.format(n=n, n5=n // 5, word=chance.choice(otlp.WORDS)))
                times.append(1e3 * (time.perf_counter() - began))
                total = answer["total"]
            every += times
            print(f"{path.split('?')[0] + ' ' + query:<44} {total:>10,} {part_of(times, 0.5):8.1f} {part_of(times, 0.99):8.1f}")
        print(f"{path.split('?')[0] + ' all of these':<44} {'':>10} {part_of(every, 0.5):8.1f} {part_of(every, 0.99):8.1f}   target: p99 100")


if __name__ == "__main__":
    port, pid, what, amount = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    if what == "spans":
        spans(port, pid, amount, int(sys.argv[5]) if len(sys.argv) > 5 else 2048)
    else:
        pages(port, amount)
