"""Real client libraries from npm talk to a model server and export to a running rftd: what it found is what was said,
each call once. sdk_traces.py RFTD RFTCTL; SDK_NODE is Node.js, SDK_PACKAGES a folder with sdk/package.json installed."""

import copy
import hashlib
import sys
from collections import Counter

from daemon import PATIENCE, case, check, equal, run_cases
from sdk_bodies import (NODE, PACKAGES, Tap, answered, compare, ended, expected_call, found_call, key_of, not_prefixes, ran,
                        said_in, started, whole_calls)
from talking_model import TalkingModel
from trace_bodies import all_calls, dataset_from, exported, settled

TEXTS = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}


def tried_again(exchange, exchanges):
    """The client got a refusal and asked again by itself."""
    return exchange["status"] != 200 and any(e["status"] == 200 and answered(e)["messages"] == exchange["messages"]
                                             and e["model_asked"] == exchange["model_asked"] for e in exchanges)


# What each library does not tell; everything else has to be there. A table, because it is theirs and not ours.

def otel_tells(call, exchange):
    return {**call, "tools": []}


def openinference_tells(call, exchange):
    if call["status"] == "error":
        return None  # its span is never ended
    if exchange["api"] == "chat" and exchange["stream"]:
        return {**call, "model": call["model_asked"], "tokens_in": None, "tokens_out": None}
    return {**call, "model_asked": call["model"]}


def traceloop_tells(call, exchange):
    if call["status"] == "error":
        return None  # its span is never ended
    call = copy.deepcopy(call)
    if exchange["stream"]:
        call.update(tokens_in=None, tokens_out=None)
    if exchange["api"] == "chat":
        return call
    call["tools"] = []
    call["messages"] = [m for m in call["messages"] if m["role"] != "system"]
    if exchange["stream"]:
        call.update(output=None, model=call["model_asked"])
    else:
        call["output"].pop("tool_calls", None)
    return call


def all_told(call, exchange):
    return call


LIBRARIES = {
    "otel": ("openai_calls.cjs", otel_tells),
    "openinference": ("openai_calls.cjs", openinference_tells),
    "traceloop": ("openai_calls.cjs", traceloop_tells),
    "ai6": ("ai_calls.mjs", all_told),
    "ai7": ("ai_calls.mjs", all_told),
    "ai7-legacy": ("ai_calls.mjs", all_told),
}
PROTOCOLS = {"http/protobuf": "application/x-protobuf", "http/json": "application/json"}
# The others have one call for all the tries of a client.
TELLS_OF_TRIES = ("ai6",)


def told_by(library, model):
    """Pairs of an exchange and the call that the daemon has to make of it."""
    tells = LIBRARIES[library][1]
    for exchange in model.exchanges:
        if library in TELLS_OF_TRIES or not tried_again(exchange, model.exchanges):
            call = tells(expected_call(exchange), exchange)
            if call is not None:
                yield exchange, call


def conversations(place, library, **settings):
    """One library's conversations, its calls, and the datasets that are made of them."""
    daemon, model = place.daemon().start(), TalkingModel()
    try:
        ran(daemon, model, LIBRARIES[library][0], library, **TEXTS, **settings)
    finally:
        model.close()
    wanted = [call for _, call in told_by(library, model)]
    check(len(wanted) > 20, f"only {len(wanted)} calls were made")
    settled(daemon, len(wanted))
    calls = whole_calls(daemon)
    compare([found_call(call) for call in calls], wanted, f"calls of {library}")
    equal([c["problems"] for c in calls if c["problems"] and c["output"] is not None], [], "problems with calls")

    good = [{**exchange, **call} for exchange, call in told_by(library, model) if call["output"]]
    every = exported(daemon, dataset_from(daemon, f"all of {library}", folding="every_call"))
    compare([said_in(record) for record in every], [answered(call) for call in once(good)], f"records of every call of {library}")
    folded = exported(daemon, dataset_from(daemon, f"folded {library}"))
    compare([said_in(record) for record in folded], [answered(call) for call in once(not_prefixes(good))], f"folded records of {library}")


def once(calls):
    """A record is taken once, however often the same was said."""
    return list({key_of(answered(call)): call for call in calls}.values())


def declare(library, protocol, compression):
    @case(f"{library}: what was said is what is found, each call once, with tools, streams, errors, and as a dataset")
    def one(place):
        conversations(place, library, OTEL_EXPORTER_OTLP_PROTOCOL=protocol, OTEL_EXPORTER_OTLP_COMPRESSION=compression)


for number, name in enumerate(LIBRARIES):
    declare(name, list(PROTOCOLS)[number % 2], ("none", "none", "gzip", "gzip")[number % 4])


@case("log records that are exported in small batches give the messages in their order")
def small_batches(place):
    conversations(place, "otel", OTEL_BLRP_MAX_EXPORT_BATCH_SIZE="3", OTEL_BLRP_MAX_QUEUE_SIZE="4096", OTEL_BSP_MAX_EXPORT_BATCH_SIZE="2")


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
    if not NODE or not PACKAGES:
        sys.exit("expected Node.js in SDK_NODE and a folder where `npm ci` has installed tests/e2e/sdk in SDK_PACKAGES")
    run_cases()
