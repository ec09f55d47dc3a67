"""OTLP exports for the benches, in protobuf's wire format: one template of a span whose ids, times and words are filled in.

Python's standard library only; making an export costs a small part of taking it in.
"""
import json
import os
import struct
import time

MODELS = ["gpt-4o-mini", "gpt-4o", "o3-mini", "claude-sonnet", "llama-3.3-70b", "qwen2.5-7b", "mistral-small", "gemini-flash"]
PROVIDERS = ["openai", "openai", "openai", "anthropic", "vllm", "vllm", "mistral", "google"]
WORDS = ("refund invoice password delivery login camera contract battery window garden travel ticket doctor recipe engine "
         "bicycle piano weather mortgage keyboard passport printer hotel museum coffee").split()


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def field(number, data):
    """A length-delimited field."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def attribute(key, value):
    told = field(1, value.encode()) if isinstance(value, str) else varint(3 << 3) + varint(value)
    return field(9, field(1, key.encode()) + field(2, told))


def rest_of_span(model, text, session, failed, tools, start, answer_bytes):
    """All of a span but its two ids."""
    messages = [{"role": "system", "parts": [{"type": "text", "content": "You answer questions of customers in one line."}]},
                {"role": "user", "parts": [{"type": "text", "content": text}]}]
    answer = [{"role": "assistant", "finish_reason": "stop", "parts": [{"type": "text", "content": "a" * answer_bytes}]}]
    attributes = [("gen_ai.operation.name", "chat"), ("gen_ai.provider.name", PROVIDERS[model]),
                  ("gen_ai.request.model", MODELS[model]), ("gen_ai.response.model", MODELS[model]),
                  ("gen_ai.conversation.id", session), ("gen_ai.input.messages", json.dumps(messages)),
                  ("gen_ai.usage.input_tokens", 20 + len(text)), ("gen_ai.usage.output_tokens", 10 + answer_bytes)]
    if not failed:
        attributes.append(("gen_ai.output.messages", json.dumps(answer)))
    if tools:
        attributes.append(("gen_ai.tool.definitions", json.dumps([{"type": "function", "name": "look_up", "parameters": {}}])))
    out = field(5, b"chat " + MODELS[model].encode()) + b"\x30\x03"  # kind: client
    out += b"\x39" + struct.pack("<Q", start) + b"\x41" + struct.pack("<Q", start + 800_000_000)
    out += b"".join(attribute(*pair) for pair in attributes)
    return out + (field(15, b"\x18\x02" + field(2, b"rate limit")) if failed else b"")


def export_of(spans):
    """An ExportTraceServiceRequest; `spans`: (trace id, span id, rest_of_span())."""
    body = b"".join(field(2, b"\x0a\x10" + trace + b"\x12\x08" + span + rest) for trace, span, rest in spans)
    return field(1, field(1, attribute_of_resource()) + field(2, body))


def attribute_of_resource():
    return field(1, field(1, b"service.name") + field(2, field(1, b"bench")))


def sized_span(bytes_wanted):
    """The rest of a span whose whole is close to `bytes_wanted` long."""
    now = time.time_ns() - 2_000_000_000
    plain = rest_of_span(0, "Where is my order?", "s", False, True, now, 0)
    return rest_of_span(0, "Where is my order?", "s", False, True, now, max(0, bytes_wanted - len(plain) - 40))


def varied_span(number, count, days=20):
    """Small, and different from its neighbours in all that filters look at."""
    model = number * 7 % 8
    text = f"How do I get a {WORDS[number % 25]} for my {WORDS[number // 25 % 25]}, case {number}?"
    start = time.time_ns() - int((count - number) * days * 86_400_000_000_000 / count) - 10_000_000_000
    return rest_of_span(model, text, f"session-{number // 5}", number % 41 == 0, number % 3 == 0, start, number % 50)


def fresh_ids(count):
    """`count` pairs of ids, four spans a trace."""
    noise = os.urandom(24 * count)
    return [(noise[24 * (i - i % 4):24 * (i - i % 4) + 16], noise[24 * i + 16:24 * i + 24]) for i in range(count)]
