"""Checks the committed sample: the maker writes these very bytes, and the lines are what their labels say.

The checks of the records are written anew here, from the rules, and share nothing with the maker. Tokens are not
counted exactly: a record of more than 30,000 characters of moves counts as too long, and no other may pass 16,000.
Usage: check_sample.py. Exit 1 with a message when something differs.
"""
import collections
import filecmp
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROLES = {"system", "developer", "user", "assistant", "tool", "function"}
TOPICS = {"openings": 205, "tactics": 188, "rules": 160, "endgames": 150, "strategy": 142, "games": 120, "training": 43}
CODES = {"invalid_json": 6, "invalid_structure": 3, "missing_messages": 4, "empty_messages": 3, "invalid_role": 3,
         "no_user_message": 3, "empty_user_message": 3, "invalid_tool_call": 3, "missing_tool_call_id": 2,
         "orphan_tool_result": 2, "exceeds_max_tokens": 2}


def stop(message):
    print(f"check_sample: {message}", file=sys.stderr)
    raise SystemExit(1)


def no_constant(name):
    raise ValueError(name)


def blank(content):
    if isinstance(content, list):
        texts = [p.get("text", "") for p in content if p.get("type") == "text"]
        return not any(p.get("type") == "image_url" for p in content) and not "".join(texts).strip()
    return content is None or not content.strip()


def call_is_broken(call):
    function = call.get("function") or {}
    if not call.get("id") or not call.get("type") or not function.get("name"):
        return True
    try:
        return not isinstance(json.loads(function["arguments"]), dict)
    except (KeyError, TypeError, ValueError):
        return True


def tools_code(messages):
    calls = [c for m in messages for c in m.get("tool_calls") or []]
    if any(call_is_broken(c) for c in calls):
        return "invalid_tool_call"
    results = [m for m in messages if m["role"] == "tool"]
    if any(not m.get("tool_call_id") for m in results):
        return "missing_tool_call_id"
    known = set()
    for message in messages:
        known.update(c["id"] for c in message.get("tool_calls") or [])
        if message["role"] == "tool" and message["tool_call_id"] not in known:
            return "orphan_tool_result"
    return None


def code_of(line):
    """(code or None, the record's messages and tools)"""
    try:
        record = json.loads(line, parse_constant=no_constant)
    except ValueError:
        return "invalid_json", None
    if not isinstance(record, dict):
        return "invalid_structure", None
    body = record["input"] if isinstance(record.get("input"), dict) else record
    if "messages" not in body:
        return "missing_messages", None
    messages = body["messages"]
    if not isinstance(messages, list) or not messages:
        return "empty_messages", None
    if any(m.get("role") not in ROLES for m in messages):
        return "invalid_role", None
    users = [m for m in messages if m["role"] == "user"]
    if not users:
        return "no_user_message", None
    if any(blank(m.get("content")) for m in users):
        return "empty_user_message", None
    code = tools_code(messages)
    if code is None and len(line) > 30000:
        code = "exceeds_max_tokens"
    return code, (messages, body.get("tools"), record)


def check_lines(lines, labels):
    topics, codes, seen = collections.Counter(), collections.Counter(), {}
    for number, (line, label) in enumerate(zip(lines, labels), 1):
        code, record = code_of(line)
        if label["line"] != number:
            stop(f"label {number} names line {label['line']}")
        if code != label.get("code"):
            stop(f"line {number}: found {code}, the label says {label.get('code')}")
        if code:
            codes[code] += 1
            continue
        topics[label["topic"]] += 1
        messages, tools, whole = record
        if "topic" in whole.get("metadata", {}) or len(line) > 16000:
            stop(f"line {number}: tells its topic, or is too long")
        key = json.dumps([messages, tools], sort_keys=True)
        if key in seen:
            stop(f"line {number} repeats line {seen[key]}")
        seen[key] = number
    if topics != TOPICS:
        stop(f"topics {dict(topics)} instead of {TOPICS}")
    if codes != CODES:
        stop(f"codes {dict(codes)} instead of {CODES}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, HERE / "make_chess_tutor.py", folder], check=True)
        for name in ("chess_tutor.jsonl", "chess_tutor.labels.jsonl"):
            if not filecmp.cmp(HERE / name, Path(folder) / name, shallow=False):
                stop(f"{name} is not what make_chess_tutor.py writes")
    data = (HERE / "chess_tutor.jsonl").read_bytes()
    lines = data.decode("utf-8").split("\n")
    if lines.pop() != "" or len(lines) != 1042:
        stop(f"{len(lines)} lines instead of 1042, or no line end at the end")
    if len(data) > 2_500_000:
        stop(f"{len(data)} bytes, more than 2.5 MB")
    labels = [json.loads(row) for row in (HERE / "chess_tutor.labels.jsonl").read_text("utf-8").splitlines()]
    if len(labels) != len(lines):
        stop(f"{len(labels)} labels for {len(lines)} lines")
    check_lines(lines, labels)
    print("check_sample: 1042 lines, 1008 valid on 7 topics, 34 invalid of 11 codes, no duplicates, bytes as made")


if __name__ == "__main__":
    main()
