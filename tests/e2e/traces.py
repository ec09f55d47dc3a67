"""Traces come in as gateways send them, survive a kill, and become datasets: each call once, none missing."""

import gzip
import json
import random
import threading
from collections import Counter

from daemon import case, check, equal, run_cases
from trace_bodies import (RECORDED, all_calls, call_span, conversation_of, dataset_from, export_of,
                          exported, litellm_log, post, pull, said, send_recorded, settled, take)


def check_calls(daemon):
    """Each conversation is one call of the store, word for word."""
    wanted = said()
    whole = [daemon.read(f"/traces/{c['id']}") for c in all_calls(daemon)]
    told = Counter(c["trace_id"] for c in whole if conversation_of(c) == wanted.get(c["trace_id"]))
    equal({t: told[t] for t in wanted if told[t] != 1}, {}, "conversations that are not exactly one call")


def check_records(daemon, dataset):
    """Each conversation is one record, but for those that another one repeats from the beginning."""
    wanted, records = said(), exported(daemon, dataset)
    of_trace = Counter(r["metadata"]["trace_id"] for r in records)
    equal({t: n for t, n in of_trace.items() if n != 1}, {}, "conversations that are there twice")
    found = {r["metadata"]["trace_id"]: conversation_of(r) for r in records}
    equal(sorted(set(found) - set(wanted)), [], "conversations that nobody had")
    for trace, messages in wanted.items():
        if trace in found:
            equal(found[trace], messages, f"what was said in {trace}")
        else:
            check(any(other[:len(messages)] == messages for other in found.values()), f"the conversation {trace} is missing")
    contained = [t for t, m in wanted.items() if any(o[:len(m)] == m for u, o in wanted.items() if u != t)]
    check(len(found) >= len(wanted) - len(contained), f"{len(found)} of {len(wanted)} conversations")


@case("what five libraries exported is recovered word for word, each conversation once, also when it comes twice and packed")
def recorded_bodies(place):
    daemon = place.daemon().start()
    for name in RECORDED:
        send_recorded(daemon, name)
    send_recorded(daemon, "otel.logs.json")
    kept = settled(daemon)["kept"]
    calls = {c["id"]: c for c in all_calls(daemon)}
    equal(len(calls), kept, "calls in the list")
    check_calls(daemon)
    check_records(daemon, dataset_from(daemon, "all that was said"))
    for name in (*reversed(RECORDED), "otel.logs.json"):
        send_recorded(daemon, name, packed=True)
    settled(daemon, kept)
    equal({c["id"]: c["trace_id"] for c in all_calls(daemon)}, {i: c["trace_id"] for i, c in calls.items()}, "calls after the second time")
    check_calls(daemon)
    check_records(daemon, dataset_from(daemon, "all that was said again"))


@case("log records that come before their spans, and a restart between them, give the same conversations")
def logs_first(place):
    daemon = place.daemon().start()
    send_recorded(daemon, "otel.logs.json")
    settled(daemon)
    equal(daemon.stop(), 0, "the exit code of rftd")
    daemon.start()
    send_recorded(daemon, "otel.traces.json")
    settled(daemon)
    records = exported(daemon, dataset_from(daemon, "late spans"))
    found = {r["metadata"]["trace_id"]: conversation_of(r) for r in records}
    wanted = said()
    check(found, "the late spans gave calls")
    for trace, messages in found.items():
        equal(messages, wanted[trace], f"what was said in {trace}")


class Sender(threading.Thread):
    """Sends spans until it is told to end; what was not acknowledged is sent again, as exporters do."""

    def __init__(self, daemon, first):
        super().__init__()
        self.daemon_process, self.next, self.unsure, self.stop = daemon, first, [], threading.Event()

    def run(self):
        while not self.stop.is_set():
            numbers = list(range(self.next, self.next + 16))
            self.next += 16
            try:
                answer = post(self.daemon_process, "/v1/traces", export_of(call_span(n) for n in numbers))
                if answer.status != 200:
                    self.unsure += numbers
            except OSError:
                self.unsure += numbers
                return
            except Exception:  # the answer broke off with the daemon
                self.unsure += numbers
                return


@case("kill -9 in the middle of a stream of exports loses no acknowledged span and doubles none")
def killed(place):
    daemon, chance = place.daemon().start(), random.Random(5)
    highest, pending = 0, []
    for _ in range(3):
        sender = Sender(daemon, highest)
        sender.start()
        target = highest + 200 + chance.randrange(400)
        daemon.wait_for(lambda: sender.next >= target or not sender.is_alive(), "some exports")
        daemon.kill()
        sender.stop.set()
        sender.join()
        acknowledged = set(range(sender.next)) - set(sender.unsure) - set(pending)
        highest, pending = sender.next, pending + sender.unsure
        daemon.start()
        settled(daemon)
        there = Counter(c["span_id"] for c in all_calls(daemon))
        equal([s for s, n in there.items() if n > 1], [], "spans that gave two calls")
        lost = [n for n in sorted(acknowledged) if f"{n + 1:016x}" not in there]
        equal(lost, [], "acknowledged spans that are lost")
    for first in range(0, len(pending), 100):
        take(daemon, export_of(call_span(n) for n in pending[first:first + 100]))
    settled(daemon, highest)


@case("pull takes what is new, once: nothing at first, then exactly the late ones, and never a call that was deleted")
def pulled(place):
    daemon = place.daemon().start()
    take(daemon, export_of(call_span(n) for n in range(10)))
    settled(daemon, 10)
    dataset = dataset_from(daemon, "pulled", {"model": ["m1"]})
    equal(len(exported(daemon, dataset)), 10, "records of the first pull")
    equal(pull(daemon, dataset)["pulled"], 0, "pulled again at once")

    take(daemon, export_of([call_span(20, ago=3600.0), call_span(21), call_span(22, **{"gen_ai.request.model": "other"}),
                            call_span(3)]))
    settled(daemon, 13)
    told = daemon.ask("POST", f"/datasets/{dataset}/pull?preview=true", {})
    equal((told.status, told.json["offered"]), (200, 2), f"offered: {told}")
    equal(pull(daemon, dataset)["pulled"], 2, "pulled after late ones came")
    asked = sorted(r["messages"][-1]["content"] for r in exported(daemon, dataset))
    equal(asked, sorted(f"Question number {n}?" for n in [*range(10), 20, 21]), "what the dataset holds")

    victim = daemon.records(dataset)[0]["id"]
    equal(daemon.ask("DELETE", f"/datasets/{dataset}/records/{victim}").status, 200, "deleting a record")
    equal(pull(daemon, dataset, {"filter": {"model": ["m1"]}})["pulled"], 0, "pulled from the beginning again")
    equal(daemon.stop(), 0, "the exit code of rftd")
    daemon.start()
    equal(pull(daemon, dataset)["pulled"], 0, "pulled after a restart")
    equal(len(exported(daemon, dataset)), 11, "records in the end")


@case("LiteLLM's callback: an array, lines, and one log at a time are the same calls, and a failure says why")
def litellm(place):
    daemon, path = place.daemon().start(), "/api/v1/traces/litellm"
    logs = [litellm_log(n) for n in range(3)]
    broken = litellm_log(3, status="failure", response={}, error_str="litellm.RateLimitError: slow down", response_cost=0,
                         error_information={"error_code": "429", "error_class": "RateLimitError", "error_message": "slow down"})
    embedding = litellm_log(4, call_type="aembedding")
    for body, counts in ((json.dumps([*logs, broken, embedding]).encode(), (4, 1, 0)),
                         ("\n".join(map(json.dumps, [*logs, None])).encode(), (3, 0, 1)), (json.dumps(logs[0]).encode(), (1, 0, 0))):
        answer = post(daemon, path, body)
        told = answer.json
        equal((answer.status, told["calls"], told["not_calls"], told["refused_total"]), (200, *counts), f"what is told: {answer}")
    settled(daemon, 4)
    calls = {c["preview"]: c for c in all_calls(daemon)}
    failed = calls.pop("Proxy question 3?")
    equal((failed["status"], failed["error"]), ("error", "litellm.RateLimitError: slow down"), "the failure")
    for number in range(3):
        call = daemon.read(f"/traces/{calls[f'Proxy question {number}?']['id']}")
        equal({k: call[k] for k in ("dialect", "provider", "model", "model_asked", "session", "user", "labels", "tokens_in", "tokens_out", "cost_usd")},
              {"dialect": "litellm", "provider": "openai", "model": "gpt-4o-2024-08-06", "model_asked": "smart", "session": "session-1",
               "user": "user-7", "labels": ["prod"], "tokens_in": 20, "tokens_out": 10, "cost_usd": 0.0025}, "what is known of it")
        equal(call["messages"], logs[number]["messages"], "messages")
        equal(call["output"]["tool_calls"], logs[number]["response"]["choices"][0]["message"]["tool_calls"], "the call of a tool")
        equal([t["function"]["name"] for t in call["tools"]], ["get_weather"], "tools")


@case("rftctl lists, counts, shows and imports calls, and makes a dataset of them")
def by_hand(place):
    daemon = place.daemon().start()
    path = place.path("calls.jsonl.gz")
    lines = [{"messages": [{"role": "user", "content": f"Plain question {n}?"}],
              "output": {"role": "assistant", "content": "Yes."}, "model": "plain-1", "trace_id": f"{n + 1:032x}", "span_id": f"{n + 1:016x}"} for n in range(5)]
    with gzip.open(path, "wb") as file:
        file.write(b"\n".join(json.dumps(line).encode() for line in lines) + b"\nno JSON\n")
    out = place.ctl(daemon, "traces", "import", path).stdout
    check(b"refused 1 lines:\n  line 6: " in out, f"the bad line is named: {out!r}")
    take(daemon, export_of([call_span(50)]))
    settled(daemon, 6)
    listed = json.loads(place.ctl(daemon, "traces", "list", "--json", "--model", "plain-1", "--q", "question 3").stdout)
    equal([c["preview"] for c in listed["items"]], ["Plain question 3?"], "what the filter finds")
    shown = place.ctl(daemon, "traces", "show", listed["items"][0]["id"]).stdout
    check(b"Plain question 3?" in shown and b"a dataset would take it" in shown, f"one call: {shown!r}")
    check(b"plain-1" in place.ctl(daemon, "traces", "facets").stdout, "the facets name the model")
    made = json.loads(place.ctl(daemon, "create", "by hand", "--objective", "o", "--from-traces", "--model", "m1", "--json").stdout)
    daemon.wait_for(lambda: daemon.read(f"/datasets/{made['id']}/health")["records"] == 1, "the record of the first pull")
    daemon.idle(made["id"])
    out = place.ctl(daemon, "traces", "pull", made["id"], "--model", "plain-1", "--wait").stdout
    check(out.startswith(b"took 5 of 5 calls"), f"what was pulled is told: {out!r}")
    equal(len(exported(daemon, made["id"])), 6, "records")


if __name__ == "__main__":
    run_cases()
