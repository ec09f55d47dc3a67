"""An OpenAI-compatible server that answers by a rule and remembers what it was asked. For tests only."""

import collections
import http.server
import json
import threading
import time


class ScriptedModel:
    def __init__(self, answer, delay=0.0):
        self.answer, self.delay = answer, delay
        self.asked = collections.Counter()  # by the last user message
        self.given = 0  # answers
        self.lock = threading.Lock()
        model = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def reply(self, body):
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self):
                self.reply({"object": "list", "data": [{"id": "scripted", "object": "model"}]})

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                prompt = request["messages"][-1]["content"]
                time.sleep(model.delay)
                with model.lock:
                    model.asked[prompt] += 1
                text = model.answer(prompt)
                if text is None:  # out of order
                    self.send_error(503)
                    return
                with model.lock:
                    model.given += 1
                try:
                    self.reply({"id": "1", "object": "chat.completion", "model": request["model"], "choices": [
                        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
                        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}})
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the daemon was killed while it waited

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def requests(self):
        with self.lock:
            return sum(self.asked.values())

    def answered(self):
        with self.lock:
            return self.given

    def close(self):
        self.server.shutdown()
        self.server.server_close()
