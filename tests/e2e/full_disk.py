"""A disk that is full, or a file that must not grow: refused in words, and nothing acknowledged is lost."""

import http.client
import os
import resource
import subprocess

from bad_checks import GOOD, begun, check_problem, check_untouched
from daemon import Failed, case, check, equal, record_line, run_cases, verify_store


def fill_up(place, daemon, dataset):
    """Imports until the store has no room; checks the refusal, and what had been acknowledged before and after a restart."""
    kept = daemon.take(dataset, GOOD)["imported"]
    refused = None
    for turn in range(60):
        noise = b"".join(record_line(os.urandom(30000).hex()) for _ in range(70))
        try:
            answer = daemon.send(dataset, noise)
        except (ConnectionError, http.client.HTTPException) as broken:
            raise Failed(f"the connection broke instead of an answer: {broken!r}") from broken
        if answer.status == 202:
            kept += answer.json["imported"]
            continue
        refused = check_problem(answer, 507, 503)
        break
    check(refused is not None, "the disk never filled up")
    equal(daemon.get("/healthz").status, 200, "liveness on a full disk")
    equal(daemon.read(f"/datasets/{dataset}/health")["records"], kept, "records on a full disk")
    daemon.kill()
    return kept


@case("a full disk refuses what it cannot keep, keeps what it acknowledged, and goes on when there is room")
def full_disk(place):
    folder = place.path("small")
    os.mkdir(folder)
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m", "tmpfs", folder], capture_output=True)
    if mount.returncode != 0:
        print("        (skipped: mounting a small disk needs root)")
        return
    try:
        daemon, dataset = begun(place, name="small/data")
        kept = fill_up(place, daemon, dataset)
        subprocess.run(["mount", "-o", "remount,size=400m", folder], check=True)
        daemon.start()
        check_untouched(daemon, dataset, kept)
        equal(daemon.take(dataset, GOOD)["imported"], 5, "importing when there is room again")
        equal(daemon.stop(), 0, "the exit code")
        verify_store(place.rftctl, daemon.folder)
    finally:
        for daemon in place.daemons:
            daemon.kill()
        subprocess.run(["umount", folder])


@case("a limit on the size of files refuses in words, and what was acknowledged is there afterwards")
def file_limit(place):
    def limits():
        resource.setrlimit(resource.RLIMIT_FSIZE, (24 << 20, resource.RLIM_INFINITY))

    daemon, dataset = begun(place, limits=limits)
    kept = daemon.take(dataset, GOOD)["imported"]
    for _ in range(20):
        answer = daemon.send(dataset, b"".join(record_line(os.urandom(30000).hex()) for _ in range(70)))
        if answer.status == 202:
            kept += answer.json["imported"]
        else:
            check_problem(answer, 507, 503, 500)
            break
    daemon.kill()
    daemon.limits = None
    daemon.start()
    check_untouched(daemon, dataset, kept)


if __name__ == "__main__":
    run_cases()
