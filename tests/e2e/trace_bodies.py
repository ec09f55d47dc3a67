"""Exports for the cases about traces: the recorded ones, and calls that are made up here."""

import contextlib
import gzip
import http.client
import json
import os
import time
from collections import Counter

from daemon import DATA, PATIENCE, Answer, check, equal, file_bytes

OTLP = os.path.join(DATA, "otlp")
JSON, PROTOBUF = "application/json", "application/x-protobuf"
RECORDED = ("otel.traces.json", "openinference.traces.json", "traceloop.traces.json", "vercel.traces.json",
            "genai_semconv.traces.json", "openinference.traces.pb", "traceloop.traces.pb")


def post(daemon, path, body, kind=JSON, headers=None):
    """One export on a connection of its own."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)) as connection:
        connection.request("POST", path, body, {"Content-Type": kind, **(headers or {})})
        reply = connection.getresponse()
        return Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())


def take(daemon, body, kind=JSON, path="/v1/traces", headers=None):
    answer = post(daemon, path, body, kind, headers)
    equal(answer.status, 200, f"an export is taken: {answer}")
    equal(answer.headers["content-type"], kind, "the answer is in the words of the request")
    return answer


def send_recorded(daemon, name, packed=False):
    body = file_bytes(OTLP, name)
    headers = {"Content-Encoding": "gzip"} if packed else {}
    path = "/v1/logs" if ".logs." in name else "/v1/traces"
    answer = take(daemon, gzip.compress(body) if packed else body, PROTOBUF if name.endswith(".pb") else JSON, path, headers)
    check(answer.body in (b"", b"{}"), f"nothing of {name} is rejected: {answer}")


def said():
    """What was really said: trace id -> messages, of the calls that did not fail."""
    lines = [json.loads(line) for line in file_bytes(OTLP, "conversations.jsonl").splitlines()]
    found = {one["trace_id"]: one["messages"] for one in lines if "error" not in one}
    equal(len(found), sum("error" not in one for one in lines), "each conversation has a trace of its own")
    return found


def call_span(number, trace=None, ago=5.0, **more):
    """A call of its own trace, `ago` seconds in the past. `more`: attributes to add or replace; None leaves one out."""
    start = time.time_ns() - int(ago * 1e9)
    messages = [{"role": "user", "parts": [{"type": "text", "content": f"Question number {number}?"}]}]
    answer = [{"role": "assistant", "parts": [{"type": "text", "content": f"Answer {number}."}], "finish_reason": "stop"}]
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "m1",
                  "gen_ai.input.messages": json.dumps(messages), "gen_ai.output.messages": json.dumps(answer),
                  "gen_ai.usage.input_tokens": 7} | more
    values = [{"key": key, "value": value_of(value)} for key, value in attributes.items() if value is not None]
    return {"traceId": trace or f"{number + 1:032x}", "spanId": f"{number + 1:016x}", "name": "chat m1", "kind": 3,
            "startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 1_000_000), "attributes": values}


def litellm_log(number, **more):
    """What LiteLLM's generic_api callback sends for a call: its StandardLoggingPayload, with the fields of version 1.80."""
    start = time.time() - 5
    question = [{"role": "system", "content": "Answer in one line."}, {"role": "user", "content": f"Proxy question {number}?"}]
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}}]
    call = {"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": None, "function_call": None, "tool_calls": [
        {"id": f"call_{number}", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Lima"}'}}]}}
    return {"id": f"chatcmpl-{number}", "trace_id": f"trace-{number}", "call_type": "acompletion", "stream": False, "response_cost": 0.0025,
            "cost_breakdown": None, "response_cost_failure_debug_info": None, "status": "success",
            "status_fields": {"llm_api_status": "success", "guardrail_status": "not_run"}, "custom_llm_provider": "openai",
            "total_tokens": 30, "prompt_tokens": 20, "completion_tokens": 10, "startTime": start, "endTime": start + 1.5,
            "completionStartTime": start + 0.5, "response_time": 1.5, "model_map_information": {"model_map_key": "gpt-4o", "model_map_value": None},
            "model": "gpt-4o", "model_id": "deployment-1", "model_group": "smart", "api_base": "https://api.openai.com/v1",
            "metadata": {"user_api_key_hash": None, "user_api_key_user_id": "user-7", "requester_metadata": {"session_id": "session-1"}},
            "cache_hit": None, "cache_key": None, "saved_cache_cost": 0.0, "request_tags": ["prod"], "end_user": "", "requester_ip_address": None,
            "messages": question, "error_str": None, "error_information": {"error_code": "", "error_class": "", "error_message": ""},
            "response": {"id": f"chatcmpl-{number}", "created": int(start), "model": "gpt-4o-2024-08-06", "object": "chat.completion",
                         "choices": [call], "usage": {"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 30}},
            "model_parameters": {"tools": tools, "temperature": 0}, "hidden_params": {"model_id": "deployment-1"}, "guardrail_information": None, **more}


def value_of(value):
    if isinstance(value, dict):
        return value  # as it is to stand there, right or wrong
    return {"stringValue": value} if isinstance(value, str) else {"intValue": str(value)}


def export_of(spans):
    return {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {"name": "t"}, "spans": list(spans)}]}]}


def settled(daemon, kept=None):
    """Waits until every trace has been looked at (and `kept` calls are there); gives the facets."""

    def quiet():
        facets = daemon.read("/traces/facets")
        waits = any(facets["waiting"].values()) or (kept is not None and facets["kept"] < kept)
        return None if waits else facets

    facets = daemon.wait_for(quiet, f"{kept} calls, and nothing waiting")
    if kept is not None:
        equal(facets["kept"], kept, "calls in the store")
    return facets


def all_calls(daemon, query=""):
    items, cursor = [], ""
    while cursor is not None:
        page = daemon.read(f"/traces?limit=500{query}" + (f"&cursor={cursor}" if cursor else ""))
        items += page["items"]
        cursor = page["next"]
    equal(len(items), page["total"], "calls over all pages")
    equal([n for n in Counter(c["id"] for c in items).values() if n > 1], [], "calls that stand on two pages")
    return items


def dataset_from(daemon, name, filter=None, **more):
    body = {"name": name, "objective": "answer in one line", "source": {"type": "traces", "filter": filter or {}, **more}}
    answer = daemon.ask("POST", "/datasets", body)
    equal(answer.status, 201, f"creating {name} from traces: {answer}")
    dataset = answer.json["id"]
    daemon.wait_for(lambda: any(r["step"] == "import" and r["state"] == "completed"
                                for r in daemon.read(f"/datasets/{dataset}/runs?limit=50")["items"]), "the first pull")
    daemon.idle(dataset)
    return dataset


def pull(daemon, dataset, body=None):
    answer = daemon.ask("POST", f"/datasets/{dataset}/pull", body or {})
    equal(answer.status, 202, f"pulling: {answer}")
    daemon.idle(dataset)
    return answer.json


def exported(daemon, dataset):
    return [json.loads(line) for line in daemon.export(dataset).splitlines()]


def conversation_of(record):
    output = record.get("output")
    answers = output if isinstance(output, list) else [output] if output is not None else []
    return record["messages"] + answers
