"""An OpenAI-compatible server for client libraries: chat completions and responses, whole and streamed, with tools and
errors. It notes what was really said, which is what the daemon has to find in the libraries' traces. For tests only."""

import copy
import http.server
import json
import re
import threading


def address_of(part):
    image = part["image_url"]  # an address in the responses API, an object in the chat API
    return image["url"] if isinstance(image, dict) else image


def plain(message):
    """A message without what differs from library to library: key order, empty contents, one text in parts, spaces in arguments."""
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(part.get("text") or f"[{address_of(part)}]" for part in content)
    calls = [{"id": call["id"], "name": call["function"]["name"], "arguments": json.loads(call["function"]["arguments"])}
             for call in message.get("tool_calls") or []]
    found = {"role": message["role"], "content": content or None, "tool_calls": calls or None,
             "tool_call_id": message.get("tool_call_id")}
    return {key: value for key, value in found.items() if value is not None}


def chat_messages(request, kept):
    """The input of the responses API as messages of the chat API; `kept`: texts of items that may be named by their id."""
    messages = [{"role": "system", "content": request["instructions"]}] if request.get("instructions") else []
    items = request["input"]
    for item in [{"role": "user", "content": items}] if isinstance(items, str) else items:
        if item.get("type") == "function_call":
            if not messages or messages[-1]["role"] != "assistant":
                messages.append({"role": "assistant", "content": None})
            messages[-1].setdefault("tool_calls", []).append(
                {"id": item["call_id"], "type": "function", "function": {"name": item["name"], "arguments": item["arguments"]}})
        elif item.get("type") == "function_call_output":
            messages.append({"role": "tool", "tool_call_id": item["call_id"], "content": item["output"]})
        elif item.get("type") == "item_reference":
            messages.append({"role": "assistant", "content": kept[item["id"]]})
        elif item.get("type", "message") == "message":
            messages.append({"role": item["role"], "content": item["content"]})
    return messages


class TalkingModel:
    def __init__(self):
        self.exchanges = []  # in the order of their answers
        self.lock = threading.Lock()
        self.calls = 0  # of tools, for their ids
        self.refused = set()
        self.kept = {}  # id of an output item -> text
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def tool_call(self, city):
        with self.lock:
            self.calls += 1
            number = self.calls
        return {"id": f"call_{number:04}", "type": "function", "function": {"name": "get_weather", "arguments": json.dumps({"city": city, "days": 2})}}

    def answer(self, messages, has_tools):
        """A status and a message, by a rule that looks at the last message."""
        last = plain(messages[-1])
        said = last.get("content") or ""
        if last["role"] == "tool":
            return 200, {"role": "assistant", "content": f"The forecast says: {said}"}
        status = re.search(r"fail with (\d+)", said)
        if status:
            return int(status.group(1)), None
        if "at the second try" in said:
            with self.lock:
                first = said not in self.refused
                self.refused.add(said)
            if first:
                return 429, None
        cities = re.search(r"weather in ([\w ]+)", said)
        if cities and has_tools:
            message = {"role": "assistant", "content": "I will look." if "aloud" in said else None}
            message["tool_calls"] = [self.tool_call(city) for city in cities.group(1).split(" and ")]
            return 200, message
        if "in JSON" in said:
            return 200, {"role": "assistant", "content": json.dumps({"answer": 42, "role": "none", "choices": ["a", "b"]})}
        return 200, {"role": "assistant", "content": f"You said: {said}"}

    def ask(self, api, request, session):
        """What the answer is, noted as an exchange."""
        messages = chat_messages(request, self.kept) if api == "responses" else copy.deepcopy(request["messages"])
        status, message = self.answer(messages, bool(request.get("tools")))
        exchange = {"session": session, "api": api, "stream": bool(request.get("stream")), "model_asked": request["model"],
                    "model": request["model"] + "-2024-07-18", "messages": [plain(m) for m in messages], "status": status,
                    "output": plain(message) if message else None, "tools": sorted(tool_name(t) for t in request.get("tools") or []),
                    "tokens_in": len(json.dumps(messages)), "tokens_out": len(json.dumps(message)) if message else 0}
        with self.lock:
            exchange["number"] = len(self.exchanges)
            self.kept[f"msg_{exchange['number']}"] = (message or {}).get("content")
            self.exchanges.append(exchange)
        return exchange, message


def tool_name(tool):
    return tool["function"]["name"] if "function" in tool else tool["name"]


def pieces(text):
    """In threes, so that a text and an argument come in parts."""
    return [text[i:i + 3] for i in range(0, len(text), 3)]


def chat_usage(exchange):
    return {"prompt_tokens": exchange["tokens_in"], "completion_tokens": exchange["tokens_out"],
            "total_tokens": exchange["tokens_in"] + exchange["tokens_out"]}


def chat_whole(exchange, message):
    return {"id": f"chatcmpl-{exchange['number']}", "object": "chat.completion", "created": 1700000000, "model": exchange["model"],
            "choices": [{"index": 0, "logprobs": None, "finish_reason": "tool_calls" if message.get("tool_calls") else "stop",
                         "message": {"refusal": None, **message}}], "usage": chat_usage(exchange)}


def chat_chunks(exchange, message):
    def chunk(delta, reason=None):
        return {"id": f"chatcmpl-{exchange['number']}", "object": "chat.completion.chunk", "created": 1700000000, "model": exchange["model"],
                "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}

    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces(message["content"] or ""):
        yield chunk({"content": piece})
    for index, call in enumerate(message.get("tool_calls", [])):
        head = {**call, "index": index, "function": {"name": call["function"]["name"], "arguments": ""}}
        yield chunk({"tool_calls": [head]})
        for piece in pieces(call["function"]["arguments"]):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, "tool_calls" if message.get("tool_calls") else "stop")
    yield {**chunk({}), "choices": [], "usage": chat_usage(exchange)}


def output_items(exchange, message):
    number = exchange["number"]
    items = []
    if message["content"]:
        items.append({"type": "message", "id": f"msg_{number}", "status": "completed", "role": "assistant",
                      "content": [{"type": "output_text", "text": message["content"], "annotations": [], "logprobs": []}]})
    for index, call in enumerate(message.get("tool_calls", [])):
        items.append({"type": "function_call", "id": f"fc_{number}_{index}", "call_id": call["id"], "status": "completed",
                      "name": call["function"]["name"], "arguments": call["function"]["arguments"]})
    return items


def response_whole(exchange, message, status="completed"):
    done = status == "completed"
    usage = {"input_tokens": exchange["tokens_in"], "input_tokens_details": {"cached_tokens": 0},
             "output_tokens": exchange["tokens_out"], "output_tokens_details": {"reasoning_tokens": 0},
             "total_tokens": exchange["tokens_in"] + exchange["tokens_out"]}
    return {"id": f"resp_{exchange['number']}", "object": "response", "created_at": 1700000000, "status": status, "error": None,
            "incomplete_details": None, "instructions": None, "model": exchange["model"], "parallel_tool_calls": True,
            "output": output_items(exchange, message) if done else [], "temperature": 1.0, "tool_choice": "auto", "tools": [],
            "top_p": 1.0, "metadata": {}, "usage": usage if done else None}


def response_events(exchange, message):
    number = 0

    def event(kind, **more):
        nonlocal number
        number += 1
        return {"type": kind, "sequence_number": number, **more}

    yield event("response.created", response=response_whole(exchange, message, "in_progress"))
    for index, item in enumerate(output_items(exchange, message)):
        at = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "message":
            part = item["content"][0]
            yield event("response.output_item.added", output_index=index, item={**item, "content": [], "status": "in_progress"})
            yield event("response.content_part.added", content_index=0, part={**part, "text": ""}, **at)
            for piece in pieces(part["text"]):
                yield event("response.output_text.delta", content_index=0, delta=piece, logprobs=[], **at)
            yield event("response.output_text.done", content_index=0, text=part["text"], logprobs=[], **at)
            yield event("response.content_part.done", content_index=0, part=part, **at)
        else:
            yield event("response.output_item.added", output_index=index, item={**item, "arguments": "", "status": "in_progress"})
            for piece in pieces(item["arguments"]):
                yield event("response.function_call_arguments.delta", delta=piece, **at)
            yield event("response.function_call_arguments.done", arguments=item["arguments"], name=item["name"], **at)
        yield event("response.output_item.done", output_index=index, item=item)
    yield event("response.completed", response=response_whole(exchange, message))


def handler_of(model):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def reply(self, status, body):
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            if status == 429:
                self.send_header("retry-after-ms", "1")
            self.end_headers()
            self.wfile.write(data)

        def stream(self, events, is_chat):
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for event in events:
                name = "" if is_chat else f"event: {event['type']}\n"
                self.wfile.write(f"{name}data: {json.dumps(event)}\n\n".encode())
            if is_chat:
                self.wfile.write(b"data: [DONE]\n\n")
            self.close_connection = True

        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            is_chat = self.path.endswith("/chat/completions")
            exchange, message = model.ask("chat" if is_chat else "responses", request, self.headers.get("x-session", ""))
            if exchange["status"] != 200:
                error = {"message": f"The model is out of order ({exchange['status']}).", "type": "server_error", "param": None, "code": None}
                self.reply(exchange["status"], {"error": error})
            elif exchange["stream"]:
                self.stream((chat_chunks if is_chat else response_events)(exchange, message), is_chat)
            else:
                self.reply(200, (chat_whole if is_chat else response_whole)(exchange, message))

    return Handler
