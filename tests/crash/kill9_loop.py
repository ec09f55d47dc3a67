"""Kills the real rftd with SIGKILL under load, again and again, and checks that what it acknowledged is there.

    kill9_loop.py RFTD RFTCTL [--rounds N] [--seed S] [--big MB] [--keep]
Several threads write, each to datasets of its own, so that each knows exactly what must be there: everything that was
answered, and of the one request under way all or nothing. After every kill the store is audited and replayed from
event 1 before the daemon starts again. The environment (RFTD_CRASH_ROUNDS, RFTD_CRASH_SEED) stands in for options.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time

from writers import BROKEN, Creator, Editor, Importer, Upload
from daemon import LINES, Daemon, Failed, check, equal, verify_store  # on the path since writers


class Load:
    """Lets each writer work on a thread until the daemon is gone; whatever else goes wrong is a failure."""

    def __init__(self, writers):
        self.stopping = False
        self.failures = []
        self.done = 0
        self.threads = [threading.Thread(target=self.go_on, args=(w,)) for w in writers]
        for thread in self.threads:
            thread.start()

    def go_on(self, writer):
        try:
            while not self.stopping:
                writer.work()
                self.done += 1
        except BROKEN as broken:
            if not self.stopping:
                self.failures.append(f"{writer.name}: {broken!r} before the kill")
        except (Failed, json.JSONDecodeError) as failed:
            self.failures.append(f"{writer.name}: {failed}")

    def kill(self, daemon):
        self.stopping = True
        daemon.process.kill()
        for thread in self.threads:
            thread.join()
        daemon.kill()
        check(not self.failures, "; ".join(self.failures))


def crash_rounds(arguments, daemon):
    source = random.Random(arguments.seed)
    daemon.start()
    writers = [Importer("importer", daemon, random.Random(source.random()), False),
               Importer("slowimporter", daemon, random.Random(source.random()), True),
               Editor("editor", daemon, random.Random(source.random())),
               Creator("creator", daemon, random.Random(source.random()))]
    for writer in writers:
        writer.prepare()
    for number in range(1, arguments.rounds + 1):
        load = Load(writers)
        pause = source.uniform(0.02, 2.5)
        time.sleep(pause)  # when the kill comes: chance, not a condition
        load.kill(daemon)
        verify_store(arguments.rftctl, daemon.folder)
        began = time.monotonic()
        daemon.start()
        ready = time.monotonic() - began
        under_way = [w.name for w in writers if w.under_way]
        for writer in writers:
            writer.verify()
        print(f"round {number}: killed after {pause:.2f} s and {load.done} requests, under way: {', '.join(under_way) or 'none'}; "
              f"ready again in {ready:.2f} s", flush=True)
    equal(daemon.stop(), 0, "the exit code")
    verify_store(arguments.rftctl, daemon.folder)


def big_import(arguments, daemon):
    """A single upload of many megabytes, killed in the middle, sent again, killed right after its answer."""
    daemon.start()
    importer = Importer("big", daemon, random.Random(arguments.seed), False)
    importer.prepare()
    small = Upload("big", 0, random.Random(2), 100)
    importer.acknowledge(small, importer.send(small)[1])
    upload = Upload("big", 1, random.Random(3), int(arguments.big * 1_000_000 / 560))
    print(f"{len(upload.body) / 1e6:.0f} MB in {upload.lines} lines", flush=True)
    sent = threading.Event()

    def half():
        for at in range(0, len(upload.body), 1 << 20):
            if at > len(upload.body) // 2:
                sent.set()
            yield upload.body[at:at + (1 << 20)]

    def send():
        with contextlib.suppress(*BROKEN), contextlib.closing(daemon.connection()) as connection:
            connection.request("POST", f"/api/v1/datasets/{importer.dataset}/import", body=half(), encode_chunked=True,
                               headers={"Content-Type": LINES, "Idempotency-Key": upload.key})
            connection.getresponse().read()

    client = threading.Thread(target=send)
    client.start()
    check(sent.wait(3600), "half of the upload never went through")
    daemon.kill()
    client.join()
    importer.under_way = upload
    verify_store(arguments.rftctl, daemon.folder)
    began = time.monotonic()
    daemon.start()
    print(f"ready in {time.monotonic() - began:.2f} s after the kill in the middle", flush=True)
    importer.verify()
    daemon.kill()
    began = time.monotonic()
    daemon.start()
    print(f"ready in {time.monotonic() - began:.2f} s after the kill behind the answer", flush=True)
    wanted = sum(len(u.marks) for u, _ in importer.acknowledged)
    equal(daemon.read(f"/datasets/{importer.dataset}/health")["records"], wanted, "records")
    daemon.kill()
    verify_store(arguments.rftctl, daemon.folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rftd", type=os.path.abspath)
    parser.add_argument("rftctl", type=os.path.abspath)
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("RFTD_CRASH_ROUNDS", "4")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("RFTD_CRASH_SEED", "0")) or random.randrange(1, 1 << 30))
    parser.add_argument("--big", type=float, default=0, metavar="MB", help="one upload of this size instead; 500 is a good size")
    parser.add_argument("--keep", action="store_true", help="keep the folder when something failed")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="rftd-crash-")
    print(f"seed {arguments.seed}", flush=True)
    good = False
    daemon = Daemon(arguments.rftd, os.path.join(folder, "data"))
    try:
        (big_import if arguments.big else crash_rounds)(arguments, daemon)
        good = True
    except Failed as failed:
        print(f"FAILED (seed {arguments.seed}): {failed}", flush=True)
        with contextlib.suppress(OSError), open(os.path.join(folder, "data.log"), errors="replace") as log:
            print(log.read()[-3000:])
    finally:
        daemon.kill()
        if not good and arguments.keep:
            print(f"kept {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
