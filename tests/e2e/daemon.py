"""The real rftd and rftctl, from outside: starting, asking, killing. Python's standard library only.

A test file declares its cases with @case("a sentence") and ends with run_cases(). Every case gets a daemon of its own
on a free port and a folder of its own; nothing sleeps but to poll for a state that will come.
"""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHESS = os.path.join(ROOT, "tools", "sample", "chess_tutor.jsonl")
DATA = os.path.join(ROOT, "tests", "data")
PATIENCE = 400.0  # s; how long a state may take on a slow machine, never an expectation
LINES = "application/x-ndjson"


class Failed(AssertionError):
    pass


def check(condition, sentence):
    if not condition:
        raise Failed(sentence)


def equal(found, wanted, what):
    check(found == wanted, f"{what}: expected {wanted!r}, found {found!r}")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Daemon:
    def __init__(self, rftd, folder, arguments=(), limits=None):
        self.rftd, self.folder, self.arguments, self.limits = rftd, folder, list(arguments), limits
        self.log_path = folder.rstrip("/") + ".log"
        self.process, self.port = None, None

    def start(self, wait=True, port=0):
        self.log = open(self.log_path, "ab")
        began = self.log.tell()
        command = [self.rftd, "--data", self.folder, "--listen", f"127.0.0.1:{port}", *self.arguments]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, preexec_fn=self.limits)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = re.search(rb"listens on 127\.0\.0\.1:(\d+)", self.log_since(began))
            if found:
                self.port = int(found.group(1))
                break
            check(self.process.poll() is None, f"rftd ended at its start: {self.log_since(began)[-1500:]!r}")
            time.sleep(0.01)
        check(self.port is not None, "rftd does not listen")
        if wait:
            self.wait_for(lambda: self.get("/readyz").status == 200, "readiness")
        return self

    def log_since(self, offset):
        with open(self.log_path, "rb") as file:
            file.seek(offset)
            return file.read()

    def end(self, how):
        if self.process is None:
            return None
        self.process.send_signal(how)
        code = self.process.wait(timeout=PATIENCE)
        self.process, self.port = None, None
        self.log.close()
        return code

    def kill(self):
        return self.end(signal.SIGKILL)

    def stop(self):
        return self.end(signal.SIGTERM)

    def connection(self, timeout=PATIENCE):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, path, body=None, headers=None, timeout=PATIENCE):
        """One request on a connection of its own. `body`: bytes, or a value that becomes JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        if not path.startswith("/healthz") and not path.startswith("/readyz") and not path.startswith("/metrics"):
            path = "/api/v1" + path
        with contextlib.closing(self.connection(timeout)) as connection:
            connection.request(method, path, body=body, headers=headers)
            reply = connection.getresponse()
            return Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())

    def get(self, path):
        return self.ask("GET", path)

    def read(self, path):
        answer = self.get(path)
        equal(answer.status, 200, "GET " + path + " " + repr(answer.body[:300]))
        return answer.json

    def create(self, name, objective="explain chess moves", key=None):
        headers = {"Idempotency-Key": key} if key else {}
        answer = self.ask("POST", "/datasets", {"name": name, "objective": objective}, headers)
        equal(answer.status, 201, f"creating {name}: {answer}")
        return answer.json["id"]

    def send(self, dataset, body, mode="append", headers=None, query=""):
        headers = {"Content-Type": LINES, **(headers or {})}
        return self.ask("POST", f"/datasets/{dataset}/import?mode={mode}{query}", body, headers)

    def take(self, dataset, body, **more):
        answer = self.send(dataset, body, **more)
        equal(answer.status, 202, f"importing: {answer}")
        return answer.json

    def wait_for(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                found = condition()
            except (ConnectionError, http.client.HTTPException):
                found = None
            if found:
                return found
            time.sleep(0.02)
        raise Failed(f"waited {PATIENCE:.0f} s for {what}")

    def idle(self, dataset):
        """Waits until no run of the dataset wants to work; gives its runs, newest first."""

        def settled():
            runs = self.read(f"/datasets/{dataset}/runs?limit=200")["items"]
            busy = [r for r in runs if r["state"] in ("requested", "running", "waiting_retry")]
            return None if busy else (runs or [None])

        runs = self.wait_for(settled, "idleness of " + dataset)
        return [] if runs == [None] else runs

    def walked(self, dataset):
        """Waits until a new dataset has gone through topics, categorize and coverage; gives its canvas."""
        self.wait_for(
            lambda: any(r["step"] == "coverage" and r["state"] == "completed"
                        for r in self.read(f"/datasets/{dataset}/runs?limit=200")["items"]), "coverage")
        self.idle(dataset)
        return self.canvas(dataset)

    def canvas(self, dataset, query=""):
        canvas = self.read(f"/datasets/{dataset}/canvas{query}")
        check_canvas(canvas)
        return canvas

    def records(self, dataset, query=""):
        items, cursor = [], ""
        while cursor is not None:
            page = self.read(f"/datasets/{dataset}/records?limit=500{query}" + (f"&cursor={cursor}" if cursor else ""))
            items += page["items"]
            cursor = page["next"]
        equal(len(items), page["total"], "records over all pages")
        return items

    def export(self, dataset, query="what=records"):
        answer = self.get(f"/datasets/{dataset}/export?{query}")
        equal(answer.status, 200, f"export {query}: {answer}")
        return answer.body


def check_canvas(canvas):
    """What is true of every canvas at every moment."""
    health = canvas["health"]
    equal(health["valid"] + health["invalid"] + health["unvalidated"], health["records"], "valid + invalid + unvalidated")
    equal([s["step"] for s in canvas["steps"]],
          ["extract", "topics", "coverage", "grader", "dry_run", "train", "deploy"], "steps of the canvas")
    equal([s["number"] for s in canvas["steps"]], list(range(1, 8)), "numbers of the steps")
    for step in canvas["steps"]:
        check(step["state"] in ("waiting", "ready", "processing", "complete", "attention", "failed"),
              f"an unknown state {step['state']}")
        check(step["badge"], f"{step['step']} has no badge")
    if health["records"] > 0:
        percent = health["invalid_percent"]
        check(abs(percent - 100 * health["invalid"] / health["records"]) < 1, f"{percent} % invalid")


def step_of(canvas, name):
    return next(s for s in canvas["steps"] if s["step"] == name)


def dry_run_ended(daemon, dataset, run):
    def ended():
        told = daemon.read(f"/datasets/{dataset}/runs/{run}")
        check(told["state"] not in ("failed", "parked"), f"the dry run broke: {told['error']}")
        return told["state"] == "completed"
    daemon.wait_for(ended, "the end of the dry run")
    return daemon.read(f"/datasets/{dataset}/dry-runs/{run}")


def dry_run_started(daemon, dataset, body):
    answer = daemon.ask("POST", f"/datasets/{dataset}/dry-runs", body)
    equal(answer.status, 202, f"starting a dry run: {answer}")
    return answer.json["run"]


def rftctl(program, *arguments, url=None, ok=True):
    environment = dict(os.environ)
    if url:
        environment["RFTD_URL"] = url
    done = subprocess.run([program, *arguments], capture_output=True, env=environment, timeout=10 * PATIENCE)
    if ok:
        check(done.returncode == 0, f"rftctl {' '.join(arguments)} ended with {done.returncode}: "
                                    f"{done.stdout[-800:]!r} {done.stderr[-800:]!r}")
    return done


def verify_store(program, folder):
    """Chain, checksums, payloads; and every snapshot equal to a replay from event 1."""
    rftctl(program, "audit", "--data", folder, "--verify", "--blobs")
    rftctl(program, "replay", "--data", folder, "--verify")


def file_bytes(*parts):
    with open(os.path.join(*parts), "rb") as file:
        return file.read()


def record_line(text, **more):
    return json.dumps({"messages": [{"role": "user", "content": text}], **more}).encode() + b"\n"


CASES = []


def case(sentence):
    def declare(function):
        CASES.append((sentence, function))
        return function

    return declare


class Place:
    """What a case gets: the programs and a folder that is gone afterwards."""

    def __init__(self, rftd, rftctl_path, folder):
        self.rftd, self.rftctl, self.folder = rftd, rftctl_path, folder
        self.daemons = []

    def daemon(self, name="data", **more):
        daemon = Daemon(self.rftd, os.path.join(self.folder, name), **more)
        self.daemons.append(daemon)
        return daemon

    def path(self, name):
        return os.path.join(self.folder, name)

    def ctl(self, daemon, *arguments, ok=True):
        return rftctl(self.rftctl, *arguments, url=f"http://127.0.0.1:{daemon.port}", ok=ok)


def run_cases():
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} RFTD RFTCTL [PART OF A SENTENCE]")
    chosen = [c for c in CASES if len(sys.argv) < 4 or sys.argv[3] in c[0]]
    failures = 0
    for sentence, function in chosen:
        folder = tempfile.mkdtemp(prefix="rftd-e2e-")
        place = Place(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), folder)
        began = time.monotonic()
        try:
            function(place)
            for daemon in place.daemons:
                if daemon.process is not None:
                    equal(daemon.stop(), 0, "the exit code of rftd")
                if os.path.isdir(daemon.folder) and os.listdir(daemon.folder):
                    verify_store(place.rftctl, daemon.folder)
            print(f"ok      {sentence}  ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as problem:  # the next case has a daemon of its own
            failures += 1
            print(f"FAILED  {sentence}\n        {problem}", flush=True)
            if not isinstance(problem, Failed):
                traceback.print_exc()
            for daemon in place.daemons:
                with contextlib.suppress(OSError):
                    print(f"        log: {daemon.log_since(0)[-2000:].decode(errors='replace')}")
        finally:
            for daemon in place.daemons:
                daemon.kill()
            shutil.rmtree(folder, ignore_errors=True)
    check(chosen, "no case has that in its sentence")
    sys.exit(1 if failures else 0)
