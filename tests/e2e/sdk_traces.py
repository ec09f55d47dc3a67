"""Real client libraries from npm talk to a model server and export to a running rftd: what it found is what was said,
each call once. sdk_traces.py RFTD RFTCTL; SDK_NODE is Node.js, SDK_PACKAGES a folder with sdk/package.json installed."""

import copy

from daemon import case, check, equal, run_cases
from sdk_bodies import (PROTOCOLS, TEXTS, answered, compare, expected_call, found_call, key_of, need_packages, not_prefixes, ran,
                        said_in, whole_calls)
from talking_model import TalkingModel
from trace_bodies import dataset_from, exported, settled


def tried_again(exchange, exchanges):
    """The client got a refusal and asked again by itself."""
    return exchange["status"] != 200 and any(e["status"] == 200 and answered(e)["messages"] == exchange["messages"]
                                             and e["model_asked"] == exchange["model_asked"] for e in exchanges)


PICTURE = "data:image/png;base64,iVBORw0KGgo="


# What each library does not tell; everything else has to be there. A table, because it is theirs and not ours.

def otel_tells(call, exchange):
    call = {**copy.deepcopy(call), "tools": []}
    if exchange["api"] == "chat":  # texts only
        for message in call["messages"]:
            if "content" in message:
                message["content"] = message["content"].replace(f"[{PICTURE}]", "")
    return call


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
    conversations(place, "otel", OTEL_BLRP_MAX_EXPORT_BATCH_SIZE="5", OTEL_BSP_MAX_EXPORT_BATCH_SIZE="2")


if __name__ == "__main__":
    need_packages()
    run_cases()
