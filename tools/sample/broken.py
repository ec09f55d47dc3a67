"""The lines that must be refused: what gateways and careless exports really produce, one function a code.

Each gives the text of whole lines. They are made from good records, so that only one thing is wrong with each.
"""
import copy
import json

from chess_rules import numbered
from shapes import SYSTEMS, TOOLS


def text(value):
    return json.dumps(value, ensure_ascii=False)


def plain(rng, records):
    """A copy of a good record with plain messages and no calls."""
    while True:
        record = rng.choice(records)
        if "messages" in record and "tools" not in record and len(text(record)) < 1600:
            return copy.deepcopy(record)


def called(rng, records):
    """A copy of a good record with a call, its result and an answer, and the place of the call."""
    while True:
        record = rng.choice(records)
        roles = [m["role"] for m in record.get("messages", [])]
        if roles[-2:] == ["tool", "assistant"] and len(text(record)) < 3000:
            record = copy.deepcopy(record)
            return record, next(i for i, m in enumerate(record["messages"]) if "tool_calls" in m)


def invalid_json(rng, records):
    lines = [text(plain(rng, records)) for _ in range(4)]
    return [
        lines[0][:int(len(lines[0]) * 0.63)],  # the writer was killed in the middle of a line
        lines[1][:-1] + ", \"usage\": {\"prompt_tokens\": 212, \"completion_tokens\": NaN}}",
        str(json.loads(lines[2])),  # repr() instead of JSON
        "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>",
        "2024-03-09T18:22:41Z INFO gateway upstream=tutor-1 status=200 latency_ms=1840 " + lines[3],
        "data: [DONE]",
    ]


def invalid_structure(rng, records):
    return [text(plain(rng, records)["messages"]), text("Which colour starts in chess?"), "null"]


def missing_messages(rng, records):
    asked = [plain(rng, records)["messages"][-1]["content"] for _ in range(2)]
    return [
        text({"error": {"message": "Rate limit reached for requests", "type": "requests", "code": "rate_limit_exceeded"},
              "metadata": {"session": "s-09f1c2"}}),
        text({"prompt": "Explain the difference between a rook and a bishop.", "completion": "The rook moves straight and "
              "the bishop diagonally."}),
        text({"conversations": [{"from": "human", "value": asked[0]}, {"from": "gpt", "value": "Good question!"}]}),
        text({"id": "chatcmpl-9aF3", "object": "chat.completion", "model": "tutor-small", "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "Castle early."}, "finish_reason": "stop"}]}),
    ]


def empty_messages(rng, records):
    return [text({"messages": [], "metadata": {"session": "s-77ab10", "level": "casual"}}),
            text({"messages": [], "tools": [TOOLS["tablebase"]]}),
            text({"messages": "What is a good reply to 1.e4?", "metadata": {"session": "s-0d2e51"}})]


def invalid_role(rng, records):
    lines = []
    for role in ("human", "bot", "moderator"):
        record = plain(rng, records)
        users = [m for m in record["messages"] if m["role"] == ("user" if role == "human" else "assistant")]
        if role == "moderator" or not users:
            record["messages"].insert(1, {"role": role, "content": "Please keep the language friendly."})
        else:
            users[0]["role"] = role
        lines.append(text(record))
    return lines


def no_user_message(rng, records):
    return [
        text({"messages": [{"role": "system", "content": "ping"}], "metadata": {"session": "healthcheck"}}),
        text({"messages": [{"role": "system", "content": SYSTEMS[0]},
                           {"role": "assistant", "content": "Hello! Which part of chess shall we work on today?"}]}),
        text({"messages": [{"role": "assistant", "content": "Your daily puzzle is ready."}],
              "metadata": {"session": "s-c01d77", "level": "casual"}}),
    ]


def empty_user_message(rng, records):
    return [
        text({"messages": [{"role": "system", "content": SYSTEMS[1]}, {"role": "user", "content": ""}],
              "metadata": {"session": "s-5e6a90", "level": "beginner"}}),
        text({"messages": [{"role": "user", "content": " \n\t "}, {"role": "assistant", "content":
              "I did not receive a question. What would you like to know?"}]}),
        text({"messages": [{"role": "system", "content": SYSTEMS[2]}, {"role": "user", "content": None}]}),
    ]


def invalid_tool_call(rng, records):
    lines = []
    for fault in ("cut", "nameless", "object"):
        record, at = called(rng, records)
        function = record["messages"][at]["tool_calls"][0]["function"]
        if fault == "cut":
            function["arguments"] = function["arguments"][:max(6, len(function["arguments"]) // 2)]
        elif fault == "nameless":
            del function["name"]
        else:
            function["arguments"] = json.loads(function["arguments"])
        lines.append(text(record))
    return lines


def missing_tool_call_id(rng, records):
    lines = []
    for _ in range(2):
        record, at = called(rng, records)
        del record["messages"][at + 1]["tool_call_id"]
        lines.append(text(record))
    return lines


def orphan_tool_result(rng, records):
    trimmed, at = called(rng, records)
    del trimmed["messages"][at]  # a sliding window cut the call away
    other, at = called(rng, records)
    other["messages"][at + 1]["tool_call_id"] = "call_000000000000"
    return [text(trimmed), text(other)]


def exceeds_max_tokens(rng, records, games):
    lines = []
    for n, ask in enumerate(("My whole database from the last two seasons, please find out which openings cost me points:",
                             "Here are all games of our club's winter league. Could you list every blunder?")):
        rows = []
        for number, game in enumerate(games[n * 70:n * 70 + 70]):
            rows.append(f'[Event "Winter league"]\n[Round "{number // 4 + 1}.{number % 4 + 1}"]\n[Opening '
                        f'"{game.opening}"]\n\n{numbered(game.sans)} *\n')
        lines.append(text({"messages": [{"role": "user", "content": ask + "\n\n" + "\n".join(rows)}],
                           "metadata": {"session": f"s-b16{n}00", "level": "club"}}))
    return lines


def make(rng, records, games):
    """[(code, line)]"""
    found = []
    for kind in (invalid_json, invalid_structure, missing_messages, empty_messages, invalid_role, no_user_message,
                 empty_user_message, invalid_tool_call, missing_tool_call_id, orphan_tool_result):
        found += [(kind.__name__, line) for line in kind(rng, records)]
    found += [("exceeds_max_tokens", line) for line in exceeds_max_tokens(rng, records, games)]
    return found
