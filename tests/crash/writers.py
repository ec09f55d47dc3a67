"""Who writes while rftd is killed: each knows exactly what must be there afterwards."""

import contextlib
import http.client
import json
import os
import random
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from daemon import LINES, check, equal  # noqa: E402

BROKEN = (OSError, http.client.HTTPException)
MARK = re.compile(rb"mark-[a-z0-9]+-\d+-\d+")


class Upload:
    """One import: a body whose every record carries a mark of its own."""

    def __init__(self, owner, number, random_source, count):
        self.key = f"{owner}-{number}"
        self.replaces = False
        self.marks, lines = [], []
        self.valid = 0
        for i in range(count):
            mark = f"mark-{owner}-{number}-{i}"
            kind = random_source.random()
            if kind < 0.06:
                lines.append(b"")
                continue
            self.marks.append(mark.encode())
            if kind < 0.16:
                lines.append(f"not JSON {mark}".encode())
                continue
            self.valid += 1
            filler = "word " * random_source.randrange(200)
            lines.append(json.dumps({"messages": [{"role": "user", "content": f"{mark} {filler}"}]}).encode())
        self.lines = len(lines)
        self.body = b"".join(line + b"\n" for line in lines)


class Importer:
    """Appends and replaces whole files; sometimes slowly, in pieces, to be caught in the middle."""

    def __init__(self, name, daemon, random_source, slow):
        self.name, self.daemon, self.random, self.slow = name, daemon, random_source, slow
        self.dataset, self.number = None, 0
        self.acknowledged = []  # (upload, its answer), since the last replacement
        self.answered = []      # the same of all times, for repeats
        self.under_way = None

    def prepare(self):
        self.dataset = self.daemon.create(self.name)

    def next_upload(self):
        self.number += 1
        count = self.random.choice([1, 3, 50, 400]) if not self.slow else 6000
        upload = Upload(self.name, self.number, self.random, count)
        upload.replaces = not self.slow and self.random.random() < 0.15
        return upload

    def pieces(self, body):
        step = max(1, len(body) // 40)
        for at in range(0, len(body), step):
            yield body[at:at + step]
            time.sleep(0.01)  # pace of a slow client, no condition of the test

    def send(self, upload):
        mode = "replace&confirm=true" if upload.replaces else "append"
        body = self.pieces(upload.body) if self.slow else upload.body
        with contextlib.closing(self.daemon.connection()) as connection:
            connection.request("POST", f"/api/v1/datasets/{self.dataset}/import?mode={mode}", body=body,
                               headers={"Content-Type": LINES, "Idempotency-Key": upload.key},
                               encode_chunked=self.slow)
            reply = connection.getresponse()
            return reply.status, reply.read()

    def acknowledge(self, upload, answer):
        result = json.loads(answer)
        equal((result["lines"], result["imported"], result["valid"]), (upload.lines, len(upload.marks), upload.valid),
              "counts of an acknowledged import")
        if upload.replaces:
            self.acknowledged.clear()
        self.acknowledged.append((upload, answer))
        self.answered.append((upload, answer))

    def work(self):
        upload = self.under_way = self.next_upload()
        status, answer = self.send(upload)
        if status == 503:  # shutting down is no outcome of kill -9, a full queue is
            return
        equal(status, 202, f"importing: {answer[:300]!r}")
        self.acknowledge(upload, answer)
        self.under_way = None
        if self.random.random() < 0.2:
            self.repeat(self.random.choice(self.answered))

    def repeat(self, entry):
        status, answer = self.send(entry[0])
        equal((status, json.loads(answer)), (202, json.loads(entry[1])), f"the answer to a repeat of {entry[0].key}")

    def found(self):
        return sorted(MARK.findall(self.daemon.export(self.dataset)))

    def verify(self):
        runs = self.daemon.idle(self.dataset)
        check(all(r["state"] in ("completed", "failed", "cancelled", "parked") for r in runs), "a run neither ends nor works")
        wanted = sorted(m for upload, _ in self.acknowledged for m in upload.marks)
        found, upload = self.found(), self.under_way
        if upload is not None and found != wanted:
            kept = [] if upload.replaces else wanted
            equal(found == sorted(kept + upload.marks), True,
                  f"{self.name}: the import under way is neither all there nor absent ({len(found)} records)")
        elif upload is None:
            check(found == wanted, f"{self.name}: {len(wanted)} records acknowledged, {len(found)} found")
        health = self.daemon.read(f"/datasets/{self.dataset}/health")
        equal(health["records"], len(found), "records of the health and of the export")
        if upload is not None:  # a client would send it again: then it is there once
            status, answer = self.send(upload)
            equal(status, 202, f"sending again: {answer[:300]!r}")
            self.acknowledge(upload, answer)
            self.under_way = None
            self.daemon.idle(self.dataset)
            equal(len(self.found()), sum(len(u.marks) for u, _ in self.acknowledged), "records after sending again")
        for entry in self.random.sample(self.answered, min(3, len(self.answered))):
            self.repeat(entry)


class Editor:
    """Edits, deletes, gives topics, changes the objective, triggers steps."""

    def __init__(self, name, daemon, random_source):
        self.name, self.daemon, self.random = name, daemon, random_source
        self.number = 0
        self.texts, self.deleted, self.runs = {}, set(), set()
        self.objective, self.position = "edited", 0
        self.under_way = None

    def prepare(self):
        self.dataset = self.daemon.create(self.name)
        upload = Upload(self.name, 0, random.Random(1), 120)
        self.daemon.take(self.dataset, upload.body)
        self.daemon.walked(self.dataset)
        for record in self.daemon.records(self.dataset, "&valid=true"):
            self.texts[record["id"]] = None  # as imported

    def ask(self, method, path, body, wanted):
        answer = self.daemon.ask(method, f"/datasets/{self.dataset}{path}", body)
        check(answer.status in wanted, f"{method} {path}: {answer}")
        if "x-position" in answer.headers and answer.status < 300:
            self.position = max(self.position, int(answer.headers["x-position"]))
        return answer

    def work(self):
        self.number += 1
        kind = self.random.random()
        record = self.random.choice(sorted(self.texts))
        text = f"edit {self.number} of {record}"
        if kind < 0.5:
            self.under_way = ("edit", record, text)
            self.ask("PATCH", f"/records/{record}", {"data": {"messages": [{"role": "user", "content": text}]}}, (200,))
            self.texts[record] = text
        elif kind < 0.6 and len(self.texts) > 30:
            self.under_way = ("delete", record, None)
            self.ask("DELETE", f"/records/{record}", None, (200, 202, 204))
            del self.texts[record]
            self.deleted.add(record)
        elif kind < 0.9:
            self.under_way = ("objective", None, text)
            self.ask("PATCH", "", {"objective": text}, (200,))
            self.objective = text
        else:
            self.under_way = ("run", None, None)
            path, body = self.random.choice([("/categorize", {"scope": "all", "confirm": True}),
                                             ("/topics/generate", {"method": "auto", "confirm": True}),
                                             ("/steps/coverage/trigger", {})])
            answer = self.ask("POST", path, body, (202, 409))
            if answer.status == 202:
                self.runs.add(answer.json["run"])
        self.under_way = None

    def verify(self):
        runs = {r["id"] for r in self.daemon.idle(self.dataset)}
        kind, record, text = self.under_way or (None, None, None)
        check(len(runs) >= 200 or self.runs <= runs, f"runs {self.runs - runs} were acknowledged and are gone")
        dataset = self.daemon.read(f"/datasets/{self.dataset}")
        check(dataset["position"] >= self.position, f"position {self.position} was acknowledged, {dataset['position']} found")
        allowed = {self.objective} | ({text} if kind == "objective" else set())
        check(self.objective == "edited" or dataset["objective"] in allowed, f"the objective is {dataset['objective']!r}")
        listed = {r["id"]: r["preview"] for r in self.daemon.records(self.dataset, "&valid=true")}
        check(not self.deleted & set(listed), "a deleted record is back")
        for number, wanted in self.texts.items():
            if kind == "delete" and number == record and number not in listed:
                self.deleted.add(number)
                continue
            check(number in listed, f"{number} is gone")
            if wanted is not None and listed[number] != wanted:
                check((kind, number, listed[number]) == ("edit", record, text), f"{number} says {listed[number]!r}")
                self.texts[number] = listed[number]
        self.texts = {n: t for n, t in self.texts.items() if n not in self.deleted}
        self.objective = dataset["objective"]
        self.under_way = None


class Creator:
    """Creates, duplicates and deletes datasets."""

    def __init__(self, name, daemon, random_source):
        self.name, self.daemon, self.random = name, daemon, random_source
        self.number, self.alive, self.dead = 0, {}, set()
        self.under_way = None

    def prepare(self):
        pass

    def work(self):
        self.number += 1
        name = f"{self.name} {self.number}"
        if len(self.alive) > 8:
            victim = self.random.choice(sorted(self.alive.values()))
            self.under_way = ("delete", victim)
            equal(self.daemon.ask("DELETE", f"/datasets/{victim}?confirm=true").status, 200, "deleting")
            self.dead.add(victim)
            self.alive = {n: i for n, i in self.alive.items() if i != victim}
        else:
            self.under_way = ("create", name)
            created = self.daemon.create(name, key=f"key {name}")
            equal(self.daemon.create(name, key=f"key {name}"), created, "the answer to a repeated creation")
            self.alive[name] = created
        self.under_way = None

    def verify(self):
        kind, what = self.under_way or (None, None)
        listed, cursor = {}, ""
        while cursor is not None:
            page = self.daemon.read("/datasets?limit=200" + (f"&cursor={cursor}" if cursor else ""))
            listed.update({d["name"]: d["id"] for d in page["items"] if d["name"].startswith(self.name + " ")})
            cursor = page["next"]
        check(not self.dead & set(listed.values()), "a deleted dataset is back")
        for name, created in sorted(self.alive.items()):
            if kind == "delete" and created == what and name not in listed:
                del self.alive[name]
                self.dead.add(created)
                continue
            equal(listed.get(name), created, f"the dataset '{name}'")
            equal(self.daemon.create(name, key=f"key {name}"), created, "the answer to a repeated creation")
        if kind == "create":
            self.alive[what] = self.daemon.create(what, key=f"key {what}")
        self.under_way = None
