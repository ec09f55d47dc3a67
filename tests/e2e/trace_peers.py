"""Langfuse and vLLora as far as rftd asks them: pages of what a test put there, slow or failing on demand. For tests only."""

import base64
import datetime
import http.server
import json
import threading
import time
import urllib.parse

KEYS = "pk-lf-e2e:sk-lf-e2e"
PROJECT = "6a0bca2e-5d0f-4a8c-9c0e-2f1df3f7e1aa"


def moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Peer:
    """`told`: {id: (trace, seconds since 1970, question)}; `before(path, query)` may give (status, body, headers) instead."""

    def __init__(self, port=0, delay=0.0):
        self.told, self.delay, self.asked, self.before = {}, delay, 0, None
        self.lock = threading.Lock()
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                parts = urllib.parse.urlsplit(self.path)
                query = {k: v[0] for k, v in urllib.parse.parse_qs(parts.query).items()}
                with peer.lock:
                    peer.asked += 1
                    told = sorted(((at, id, trace, text) for id, (trace, at, text) in peer.told.items()), reverse=True)
                time.sleep(peer.delay)
                found = peer.before(parts.path, query) if peer.before else None
                status, body, headers = found or (*peer.answer(parts.path, query, told, self.headers), {})
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(data)))
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(data)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the daemon was killed while it waited

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                pass  # a daemon that was killed leaves connections open

        self.server = Server(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server.server_address[1]

    def add(self, number, at, text=None):
        with self.lock:
            self.told[f"{number + 1:016x}"] = (f"{number // 3 + 1:032x}", at, text or f"Question number {number}?")

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Langfuse(Peer):
    kind, credential, project = "langfuse", "E2E_LANGFUSE_KEYS", None

    def answer(self, path, query, told, headers):
        if path != "/api/public/v2/observations":
            return 404, b"<html>This page could not be found</html>"
        if headers.get("Authorization") != "Basic " + base64.b64encode(KEYS.encode()).decode():
            return 401, {"message": "Invalid credentials. Confirm that you've configured the correct host."}
        assert query["type"] == "GENERATION" and "io" in query["fields"].split(",")
        told = [one for one in told if moment(one[0]) >= query["fromStartTime"]
                and moment(one[0]) < query.get("toStartTime", "9")]
        if "cursor" in query:
            last = tuple(json.loads(base64.b64decode(query["cursor"])))
            told = [one for one in told if (one[0], one[1]) < last]
        limit = int(query["limit"])
        page, meta = told[:limit], {}
        if len(told) > limit:
            meta["cursor"] = base64.b64encode(json.dumps(page[-1][:2]).encode()).decode()
        return 200, {"meta": meta, "data": [{
            "id": id, "traceId": trace, "type": "GENERATION", "level": "DEFAULT", "parentObservationId": None,
            "startTime": moment(at), "endTime": moment(at + 1), "providedModelName": "gpt-4o-mini", "sessionId": f"session-{trace}",
            "tags": ["billing"], "input": json.dumps({"messages": [{"role": "system", "content": "Be brief."},
                                                                   {"role": "user", "content": text}]}),
            "output": json.dumps({"role": "assistant", "content": "Answer to " + text}),
            "usageDetails": {"input": 9, "output": 4}, "totalCost": 0.001} for at, id, trace, text in page]}


class Vllora(Peer):
    kind, credential, project = "vllora", None, PROJECT
    turn = 0

    def answer(self, path, query, told, headers):
        if path != "/spans":
            return 404, b""
        if headers.get("X-Project-Id") != PROJECT:
            return 400, {"error": "Project not found"}
        start, end = int(query["startTime"]), int(query.get("endTime", 1 << 60))
        told = [one for one in told if start <= int(one[0] * 1e6) <= end]
        offset, limit = int(query["offset"]), int(query["limit"])
        self.turn += 1
        spans = []
        for at, id, trace, text in told[offset:offset + limit]:
            attribute = {"model_name": "gpt-4o-mini", "provider_name": "openai",
                         "request": json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "system", "content": "Be brief."},
                                                                                    {"role": "user", "content": text}]}),
                         "output": json.dumps({"role": "assistant", "content": "Answer to " + text}),
                         "usage": json.dumps({"input_tokens": 9, "output_tokens": 4})}
            if self.turn % 2:  # their order is another each time
                attribute = dict(reversed(attribute.items()))
            spans.append({"trace_id": trace, "span_id": id, "thread_id": f"session-{trace}", "parent_span_id": None,
                          "operation_name": "openai", "start_time_us": int(at * 1e6), "finish_time_us": int((at + 1) * 1e6),
                          "attribute": attribute, "child_attribute": None, "run_id": None})
        return 200, {"pagination": {"offset": offset, "limit": limit, "total": len(told)}, "data": spans}
