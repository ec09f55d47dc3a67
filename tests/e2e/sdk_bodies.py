"""Runs client libraries against a daemon and a model server, and compares what the daemon found with what was said."""

import http.client
import http.server
import json
import os
import subprocess
import sys
import threading
from collections import Counter

from daemon import PATIENCE, check, equal
from talking_model import plain
from trace_bodies import all_calls

HERE = os.path.dirname(os.path.abspath(__file__))
NODE, PACKAGES = os.environ.get("SDK_NODE"), os.environ.get("SDK_PACKAGES")
TEXTS = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}
PROTOCOLS = {"http/protobuf": "application/x-protobuf", "http/json": "application/json"}


def need_packages():
    if not NODE or not PACKAGES:
        sys.exit("expected Node.js in SDK_NODE, and in SDK_PACKAGES a folder where `npm ci` has installed tests/e2e/sdk/package.json")


def started(endpoint, model, program, *arguments, **more):
    """A client as a process of its own, set up by OpenTelemetry's variables; `more`: further ones."""
    settings = {"OPENAI_BASE_URL": model.base_url if model else "", "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
                "OTEL_METRICS_EXPORTER": "none", "OTEL_LOG_LEVEL": "warn"}
    command = [NODE, os.path.join(HERE, "sdk", program), *arguments]
    return subprocess.Popen(command, env={**os.environ, **settings, **more}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def ended(process, what):
    out, _ = process.communicate(timeout=PATIENCE)
    told = out.decode(errors="replace").strip()
    check(process.returncode == 0, f"{what} ended with {process.returncode}: {told[-3000:]}")
    return told


def ran(daemon, model, program, *arguments, endpoint=None, **more):
    """Waits for the client, which has nothing to complain of."""
    process = started(endpoint or f"http://127.0.0.1:{daemon.port}", model, program, *arguments, **more)
    equal(ended(process, " ".join([program, *arguments])), "", f"what {program} complains of")


def key_of(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def compare(found, wanted, what):
    """Two lists of values, as often as each is there."""
    found, wanted = Counter(map(key_of, found)), Counter(map(key_of, wanted))
    lines = [f"missing {n}: {k}" for k, n in (wanted - found).items()] + [f"too much {n}: {k}" for k, n in (found - wanted).items()]
    check(not lines, what + "\n        " + "\n        ".join(lines))


def answered(exchange):
    return {"messages": exchange["messages"], "output": exchange["output"]}


def expected_call(exchange):
    """What the daemon has to know of an exchange where the library leaves nothing out."""
    failed = exchange["status"] != 200
    return {**answered(exchange), "session": exchange["session"], "user": "user-7", "status": "error" if failed else "ok",
            "model_asked": exchange["model_asked"], "model": exchange["model_asked"] if failed else exchange["model"],
            "tokens_in": None if failed else exchange["tokens_in"], "tokens_out": None if failed else exchange["tokens_out"],
            "tools": exchange["tools"], "error": f"({exchange['status']})" if failed else None}


def found_call(call):
    error = call["error"]
    return {"messages": [plain(m) for m in call["messages"]], "output": plain(call["output"]) if call.get("output") else None,
            "session": call["session"], "user": call["user"], "status": call["status"], "model_asked": call["model_asked"],
            "model": call["model"], "tokens_in": call["tokens_in"], "tokens_out": call["tokens_out"],
            "tools": sorted(tool["function"]["name"] for tool in call.get("tools") or []),
            "error": error and error[error.find("("):error.find(")") + 1]}


def whole_calls(daemon):
    return [daemon.read(f"/traces/{c['id']}") for c in all_calls(daemon)]


def said_in(record):
    output = record["output"]
    return {"messages": [plain(m) for m in record["messages"]], "output": plain(output) if isinstance(output, dict) else output}


def not_prefixes(exchanges):
    """Those that no later one of their session goes on from."""
    def whole(exchange):
        return [key_of(m) for m in [*exchange["messages"], exchange["output"]]]

    def goes_on(exchange, other):
        mine, theirs = whole(exchange), whole(other)
        return other["session"] == exchange["session"] and len(mine) < len(theirs) and theirs[:len(mine)] == mine

    return [e for e in exchanges if not any(goes_on(e, other) for other in exchanges)]


def body_of(handler):
    """Exporters send in chunks, and Python's server leaves those to us."""
    if handler.headers.get("Transfer-Encoding") != "chunked":
        return handler.rfile.read(int(handler.headers["Content-Length"]))
    body = b""
    while size := int(handler.rfile.readline(), 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body


class Tap:
    """Stands between an exporter and the daemon, notes what goes by, and does with it what `rule` says: None lets an
    export through, "lost" lets it through and breaks off instead of answering, a number answers with that status."""

    def __init__(self, daemon, rule=lambda number: None):
        self.seen, self.lock = [], threading.Lock()
        tap = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = body_of(self)
                with tap.lock:
                    what = rule(len(tap.seen))
                    seen = {"path": self.path, "type": self.headers["Content-Type"],
                            "encoding": self.headers.get("Content-Encoding"), "what": what}
                    tap.seen.append(seen)
                if isinstance(what, int):
                    self.send_response(what)
                    self.send_header("Retry-After", "1")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)
                kept = ("Content-Type", "Content-Encoding", "Authorization")
                connection.request("POST", self.path, body, {k: v for k, v in self.headers.items() if k.title() in kept})
                reply = connection.getresponse()
                data = reply.read()
                seen["status"] = reply.status
                if what == "lost":
                    self.connection.close()
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.headers["Content-Type"])
                if reply.headers["Retry-After"]:
                    self.send_header("Retry-After", reply.headers["Retry-After"])
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
