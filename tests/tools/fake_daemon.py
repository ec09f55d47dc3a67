"""A stand-in for the daemon where only rftctl's side is tested: exit codes, what it sends and what it prints.

Answers are canned; every request is kept in `requests` as (method, path, headers, body).
Everything that needs a real answer is tested against the real daemon, in tests/e2e.
"""
import gzip
import http.server
import json
import threading
import urllib.parse

STEPS = [
    (1, "extract", "Extract Data", "INGESTION", "complete", "Active", "Uploaded File"),
    (2, "topics", "Topics & Category", "CLASSIFICATION", "attention", "Attention", "7 topics • 1,008 records"),
    (3, "coverage", "Coverage Analysis", "DISTRIBUTION", "processing", "Processing", ""),
    (4, "grader", "Grader Config", "EVALUATION RULES", "waiting", "Waiting", ""),
    (5, "dry_run", "Dry Run", "VALIDATION", "waiting", "Waiting", ""),
    (6, "train", "Train Model", "RFT TRAINING", "waiting", "Waiting", ""),
    (7, "deploy", "Deploy", "DEPLOYMENT", "waiting", "Waiting for training", ""),
]
HEALTH = {"records": 1042, "valid": 1008, "invalid": 34, "invalid_percent": 3, "duplicates": 2,
          "severity": "healthy", "by_code": {"invalid_json": 30, "missing_messages": 4}}


def card(number, step, name, tag, state, badge, line):
    stale = [{"because": "records imported", "position": 9}] if step == "topics" else []
    blocked = [{"reason": "configure a grader first", "fix": "open Grader Config"}] if step == "dry_run" else []
    return {"number": number, "step": step, "name": name, "tag": tag, "state": state, "badge": badge,
            "line": line, "progress": 0.5 if state == "processing" else None, "stale": stale,
            "blocked": blocked, "actions": []}


CANVAS = {"dataset": "d1", "position": 12, "at": "2025-01-01T00:00:00Z", "health": HEALTH,
          "steps": [card(*step) for step in STEPS],
          "next": {"step": "grader", "action": "configure", "why": "a dry run needs a grader"}}
DATASETS = [{"id": f"d{n}", "name": name, "objective": "o", "records": 1042, "topics": 7, "balance": 0.35,
             "steps": [{"step": s[1], "state": s[4], "badge": s[5]} for s in STEPS], "status": "attention",
             "position": 12, "updated_at": "2025-01-01T00:00:00Z"}
            for n, name in ((1, "chess"), (2, "twin"), (3, "twin"))]
RUNS = [{"id": "run1", "step": "import", "state": "completed",
         "progress": {"done": 4, "total": 4, "stage": ""}, "cause": "triggered",
         "started_at": "2025-01-01T00:00:00Z", "ended_at": "2025-01-01T00:00:01Z", "error": None, "result": None}]
RECORD = {"id": "r1", "position": 5, "line": 1, "source": "upload", "valid": True, "code": None, "topic": "t1",
          "confidence": 0.93, "tokens": 12, "duplicate_of": None, "preview": "evil \u001b[31mred\u202e text"}
COVERAGE = {"balance": 0.35, "tier": "Poor", "band": "attention", "noise_floor": 0.8, "entropy": 0.9,
            "effective_topics": 1.8, "uncategorized": 3,
            "topics": [{"id": "t1", "name": "Openings", "records": 74, "percent": 74.0, "target_percent": 50.0,
                        "gap": -24.0, "status": "over", "recommend": 0},
                       {"id": "t2", "name": "Endgames", "records": 26, "percent": 26.0, "target_percent": 50.0,
                        "gap": 24.0, "status": "under", "recommend": 24}]}
DIFF = {"from": {"position": 1, "time": None}, "to": {"position": 9, "time": "2025-01-01T00:00:00Z"},
        "steps": [{"step": "topics", "changed": True, "line": {"before": "", "after": "7 topics"},
                   "state": {"before": "waiting", "after": "waiting"}}],
        "counts": {"records": {"before": 0, "after": 1042}},
        "topics": {"version": {"before": 1, "after": 2}, "added": [{"id": "t8", "name": "Rooks"}]},
        "balance": {"before": 0.5, "after": 0.5}, "events": {"count": 8, "by_type": {"run_started": 3}}}
PLAN = {"strategy": "few_shot", "model": "local/m", "calls": 2, "planned": 18, "balance_before": 0.1, "balance_after": 0.5,
        "topics": [{"id": "t2", "name": "End\u001b[31mgames", "records": 4, "wanted": 24, "planned": 18}],
        "synthetic_room": 18, "input_tokens": 1200, "output_tokens": 900, "cost_usd": None,
        "warnings": ["limited to 18 of 24: at most 30 % of the dataset may be synthetic"]}
GENERATION = {"id": "run2", "state": "completed", "strategy": "few_shot", "planned": 18, "generated": 15, "calls": 2,
              "calls_done": 2, "calls_failed": 1, "rejected": {"too_short": 2, "too_long": 0}, "error": None,
              "balance_before": 0.1, "balance_after": 0.5, "spent": {"input_tokens": 1200, "output_tokens": 900, "cost_usd": 0},
              "topics": [{"id": "t2", "name": "Endgames", "planned": 18, "made": 15}], "review": "pending",
              "accepted": 0, "dropped": 0}
GENERATED = {"items": [{"number": 0, "topic": "t2", "topic_name": "Endgames", "strategy": "few_shot", "source": None,
                        "similarity": 0.25, "preview": "How is a rook ending won?", "accepted": None}], "next": None, "total": 1}
CALL = {"id": "c7", "time": "2025-01-01T00:00:00Z", "model": "gpt\u001b[31m-4o", "provider": "openai", "dialect": "genai",
        "status": "ok", "turns": 2, "messages": 4, "tokens_in": 1200, "tokens_out": None, "latency_ms": 812.5, "labels": [],
        "preview": "how\u202e many?", "trace_id": "ab", "span_id": "cd", "problems": [{"problem": "clock_ahead", "attribute": "start"}]}
SOURCE = {"name": "prod", "kind": "langfuse", "base_url": "https://cloud.langfuse.com", "every_seconds": 60, "state": "failing",
          "watermark": None, "last_pull_at": None, "last_taken": 0, "taken_total": 12, "last_error": "401 Unauthorized",
          "next_pull_at": None}
CALL_IN_FULL = CALL | {
    "messages": [{"role": "user", "content": [{"type": "text", "text": "how many?"}, {"type": "image_url"}]},
                 {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "count", "arguments": "{}"}}]},
                 {"role": "tool", "content": "3"}],
    "output": {"role": "assistant", "content": "three"}, "tools": [{"function": {"name": "count"}}],
    "spans": [{"span_id": "cd", "parent_span_id": "ee", "name": "chat", "is_call": True},
              {"span_id": "ef", "parent_span_id": "cd", "name": "http", "is_call": False},
              {"span_id": "x", "parent_span_id": "y", "name": "round", "is_call": False},
              {"span_id": "y", "parent_span_id": "x", "name": "about", "is_call": False}], "skip": "folded", "record": None}
FACETS = {"total": 7, "kept": 9, "models": [{"value": "gpt-4o", "count": 4}, {"value": "o3", "count": 3}], "statuses": [],
          "waiting": {"spans": 5, "log_records": 0}, "problems": {"clock_ahead": 2}, "bytes": 3 << 20,
          "oldest": "2025-01-01T00:00:00Z", "newest": "2025-01-02T00:00:00Z"}
PULLED = {"run": "run1", "pulled": 5, "offered": 5, "matching": 9, "skipped": {"failed": 1, "folded": 3, "no_answer": 0}, "watermark": 44}
PROBLEM = {"type": "about:blank", "title": "Conflict", "status": 409, "detail": "the step needs confirmation",
           "errors": [{"at": "/confirm", "wanted": "confirm: true", "found": "nothing",
                       "hint": "1,042 records would be deleted"}]}


def event(position):
    return {"position": position, "global": position, "time": "2025-01-01T00:00:00Z", "type": "run_requested",
            "actor": "local", "cause": {"command": "c1"}, "hash": "", "prev_hash": "",
            "data": {"run": {"value": 1}, "step": "import", "columns": [1, 2, 3]}}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status, document, kind="application/json"):
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, first):
        """Three events and a break, at first with the word that the reader is too far behind."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for position in range(first, first + 3):
            self.wfile.write(f": alive\nid: {position}\nevent: run_requested\ndata: {json.dumps(event(position))}\n\n".encode())
        if first < 10:
            self.wfile.write(b'event: resync\ndata: {"head": 11}\n\n')
        self.wfile.flush()
        self.close_connection = True

    def get(self, path, query):
        gets = {"/datasets/d1/canvas": CANVAS, "/datasets/d1/health": HEALTH, "/datasets/d1": DATASETS[0],
                "/datasets/d1/coverage": COVERAGE, "/datasets/d1/records/r1": RECORD,
                "/datasets/d1/records": {"items": [RECORD], "next": "c2", "total": 1042},
                "/datasets/d1/runs": {"items": RUNS, "next": None, "total": 1},
                "/datasets/d1/generations": {"items": [GENERATION], "next": None, "total": 1},
                "/datasets/d1/generations/run2": GENERATION, "/datasets/d1/generations/run2/records": GENERATED,
                "/datasets/d1/dry-runs": {"items": [{"id": "run5", "verdict": "GO", "mean": 0.4}], "next": None, "total": 1},
                "/datasets/d1/runs/run1": RUNS[0], "/datasets/d1/diff": DIFF,
                "/datasets/d1/topics": {"version": 2, "topics": [
                    {"id": "t1", "name": "Play", "records": 9, "description": "", "keywords": ["a", "b"],
                     "children": [{"id": "t2", "name": "Openings", "records": 9, "keywords": [],
                                   "description": "First moves", "children": []}]}]},
                "/traces": {"items": [CALL], "next": "c9", "total": 7, "kept": 9}, "/traces/facets": FACETS,
                "/traces/c7": CALL_IN_FULL, "/traces/sources": {"items": [SOURCE]},
                "/system": {"version": "0.1.0", "store": {"durability": "fsync"}}}
        if path == "/datasets":
            after = int(query.get("cursor", ["0"])[0])
            page = DATASETS[after:after + 2]
            return self.answer(200, {"items": page, "next": "2" if after == 0 else None, "total": 3})
        if path == "/datasets/d1/export":
            return self.answer(200, b'{"messages":[]}\n' * 1000, "application/x-ndjson")
        if path == "/datasets/d1/events":
            if "event-stream" in self.headers.get("Accept", ""):
                return self.stream(int(self.headers.get("Last-Event-ID", 0)) + 1)
            first = int(query.get("from", ["1"])[0])
            if first > 6:
                return self.answer(200, {"items": [], "next": None, "total": 6})
            return self.answer(200, {"items": [event(first), event(first + 1)], "next": "c", "total": 6})
        if path in gets:
            return self.answer(200, gets[path])
        return self.answer(404, {"title": "Not Found", "status": 404, "detail": f"no {path}"},
                           "application/problem+json")

    def write(self, path, body):
        if path == "/traces/import":
            return self.answer(200, {"lines": 3, "calls": 1, "spans": 1, "repeated": 1, "refused_total": 1,
                                     "refused": [{"line": 2, "error": "expected JSON\u001b[2J"}]})
        if path == "/traces/sources/prod/pull":
            return self.answer(202, SOURCE | {"state": "pulling", "last_error": None})
        if path.startswith("/traces/sources/"):
            return self.answer(404, {"title": "Not Found", "status": 404, "detail": "expected a source, found none",
                                     "errors": [{"wanted": "a source", "found": "none", "hint": "there are: prod"}]}, "application/problem+json")
        if path.endswith("/pull"):
            return self.answer(200, PULLED | {"run": None}) if "preview" in self.path else self.answer(202, PULLED)
        if path.endswith("/import"):
            if "replace" in self.path and "confirm=true" not in self.path:
                return self.answer(409, PROBLEM, "application/problem+json")
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            lines = body.count(b"\n")
            return self.answer(202, {"run": "run2", "lines": lines, "imported": lines, "valid": lines, "invalid": 0,
                                     "duplicates": 0, "blank": 0, "position": 20})
        if path.endswith("/records/erase"):
            asked = json.loads(body)
            if not asked["confirm"]:
                return self.answer(409, PROBLEM, "application/problem+json")
            return self.answer(200, {"affected": len(asked["ids"]), "position": 21})
        if path in ("/datasets", "/datasets/d1/duplicate", "/datasets/import-archive"):
            return self.answer(201, DATASETS[0])
        if "preview=true" in self.path:
            return self.answer(200, PLAN)
        if path.endswith("/review"):
            return self.answer(200, GENERATION)
        if path.endswith("/grader"):
            return self.answer(200, {"version": 2, "title": "Type: JavaScript Script"})
        if path.endswith(("/generate", "/categorize", "/trigger", "/dry-runs", "/regrade")):
            return self.answer(202, {"run": "run1"})
        if path.endswith(("/cancel", "/resume")):
            return self.answer(200, RUNS[0])
        if path.endswith("/topics"):
            return self.get(path, {})
        return self.answer(409, PROBLEM, "application/problem+json")

    def handle_any(self):
        body = self.body()
        parts = urllib.parse.urlsplit(self.path)
        self.server.requests.append((self.command, self.path, dict(self.headers), body))
        path = parts.path.removeprefix("/api/v1")
        if self.command == "GET":
            return self.get(path, urllib.parse.parse_qs(parts.query))
        return self.write(path, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any


class FakeDaemon:
    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.requests = self.requests = []
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
