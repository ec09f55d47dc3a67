"""Exports that should not come, come: the right status, nothing lost beside them, nothing falls over."""

import gzip
import time

from daemon import case, check, equal, file_bytes, run_cases
from trace_bodies import JSON, OTLP, PROTOBUF, all_calls, call_span, export_of, post, settled, take

MIB = 1 << 20


def check_goes_on(daemon, number):
    """A good export is taken as if nothing had been."""
    take(daemon, export_of([call_span(number)]))


@case("bodies that cannot be read are refused with the status that tells an exporter whether to try again")
def unreadable(place):
    daemon = place.daemon().start()
    good = file_bytes(OTLP, "openinference.traces.pb")
    packed = gzip.compress(good)
    bomb = gzip.compress(bytes(300 * MIB), 9)
    check(len(bomb) < MIB, "the bomb is small as it is sent")
    for what, body, kind, headers, wanted in (
            ("another content type", good, "text/plain", {}, 415), ("truncated protobuf", good[:-7], PROTOBUF, {}, 400),
            ("noise as protobuf", b"\xff" * 999, PROTOBUF, {}, 400), ("JSON as protobuf", b'{"resourceSpans":[]}', PROTOBUF, {}, 400),
            ("protobuf as JSON", good, JSON, {}, 400), ("truncated JSON", b'{"resourceSpans":[{', JSON, {}, 400),
            ("JSON that is no object", b"[1]", JSON, {}, 400), ("truncated gzip", packed[:-9], PROTOBUF, {"Content-Encoding": "gzip"}, 400),
            ("gzip that is none", good, PROTOBUF, {"Content-Encoding": "gzip"}, 400),
            ("a gzip bomb", bomb, PROTOBUF, {"Content-Encoding": "gzip"}, 413)):
        answer = post(daemon, "/v1/traces", body, kind, headers)
        equal(answer.status, wanted, f"{what}: {answer}")
        check(answer.body, f"{what}: the answer says why")
    check_goes_on(daemon, 1)
    settled(daemon, 1)


@case("a body of more than 64 MiB is refused before it has been sent")
def too_large(place):
    daemon = place.daemon().start()
    connection = daemon.connection(30)
    connection.putrequest("POST", "/v1/traces")
    for name, value in (("Content-Type", PROTOBUF), ("Content-Length", str(65 * MIB))):
        connection.putheader(name, value)
    connection.endheaders()
    equal(connection.getresponse().status, 413, "status")
    connection.close()
    check_goes_on(daemon, 1)
    settled(daemon, 1)


@case("attributes of wrong types, unknown dialects, huge texts and clocks that are ahead: kept, told, nothing beside them lost")
def odd_spans(place):
    daemon = place.daemon().start()
    huge = "word " * (2 * MIB)
    day = -86400.0
    take(daemon, export_of([
        call_span(0), call_span(1, **{"gen_ai.usage.input_tokens": "many"}), call_span(2, **{"gen_ai.input.messages": 7}),
        call_span(3, **{"gen_ai.provider.name": {"arrayValue": {"values": [{"intValue": "1"}]}}}), call_span(4, ago=day),
        {**call_span(5), "attributes": [{"key": "what.nobody.knows", "value": {"stringValue": "x"}}]}, call_span(6)]))
    take(daemon, export_of([call_span(7, **{"gen_ai.input.messages": '[{"role":"user","content":"' + huge + '"}]'})]))
    facets = settled(daemon)
    calls = {c["span_id"]: c for c in all_calls(daemon)}
    for number in (0, 1, 4, 6, 7):
        check(f"{number + 1:016x}" in calls, f"call {number} is there: {sorted(calls)}")
    equal(calls[f"{2:016x}"]["tokens_in"], None, "tokens that are no number")
    ahead = calls[f"{5:016x}"]
    check("clock_ahead" in [p["problem"] for p in ahead["problems"]], f"the clock is told: {ahead}")
    check(ahead["time"] < time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 3600)), f"its time is when it came: {ahead['time']}")
    check(facets["problems"], "problems are counted")
    whole = daemon.read(f"/traces/{calls[f'{8:016x}']['id']}")
    equal(len(whole["messages"][0]["content"]), len(huge), "characters of the 10 MB text")


@case("spans without a valid id are rejected one by one, in a partial success; the others are taken")
def bad_ids(place):
    daemon = place.daemon().start()
    answer = take(daemon, export_of([call_span(0), {**call_span(1), "traceId": "0" * 32}, {**call_span(2), "spanId": "xyz"}, call_span(3)]))
    partial = answer.json["partialSuccess"]
    equal(int(partial["rejectedSpans"]), 2, "rejected spans")
    check(partial["errorMessage"], "the reason is told")
    settled(daemon, 2)


if __name__ == "__main__":
    run_cases()
