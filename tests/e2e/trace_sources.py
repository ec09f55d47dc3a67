"""The daemon pulls traces from Langfuse and vLLora: none missing, none twice, whatever happens in between."""

import os
import random
import subprocess
import time
from collections import Counter

from daemon import case, check, equal, run_cases
from trace_bodies import all_calls, dataset_from, exported, settled
from trace_peers import KEYS, Langfuse, Vllora, moment

os.environ["E2E_LANGFUSE_KEYS"] = KEYS


def section(name, peer, every, port=None, since=None):
    lines = ["[[trace_sources]]", f'name = "{name}"', f'kind = "{peer.kind}"', f"every_seconds = {every}",
             f'base_url = "http://127.0.0.1:{port or peer.port}"']
    if since:
        lines.append(f'from = "{moment(since)}"')
    if peer.credential:
        lines.append(f'credential = "{peer.credential}"')
    if peer.project:
        lines.append(f'project = "{peer.project}"')
    return "\n".join(lines) + "\n"


def daemon_with(place, sections, name="data"):
    path = place.path(name + ".toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("[traces]\nquiet_seconds = 0.1\n" + "".join(sections))
    return place.daemon(name, arguments=["--config", path])


def source(daemon, name):
    return next(s for s in daemon.read("/traces/sources")["items"] if s["name"] == name)


def taken(daemon, name, total):
    """Waits until so many have been taken and the source works."""
    found = daemon.wait_for(lambda: (s := source(daemon, name))["taken_total"] >= total and s["state"] in ("idle", "off") and s,
                            f"{total} taken from {name}")
    equal(found["taken_total"], total, f"taken from {name}")
    check(found["last_error"] is None, f"no error of {name}: {found}")
    return found


def check_calls(daemon, *peers):
    """Each of what the peers tell is one call, with its question and answer."""
    wanted = Counter(id for peer in peers for id in peer.told)
    settled(daemon, sum(wanted.values()))
    calls = all_calls(daemon)
    equal(Counter(c["span_id"] for c in calls), wanted, "calls by their span")
    questions = {id: text for peer in peers for id, (_, _, text) in peer.told.items()}
    for call in calls:
        equal(call["preview"], questions[call["span_id"]], "the question")
        equal(call["answer_preview"], "Answer to " + questions[call["span_id"]], "the answer")
        equal((call["model"], call["tokens_in"], call["tokens_out"]), ("gpt-4o-mini", 9, 4), "model and tokens")
        check(f"session-{call['trace_id']}" in (call["session"], call["thread"]), "the session")


@case("both tools are pulled on their schedules; what is new or late is taken once, and becomes records")
def both(place):
    langfuse, vllora, now = Langfuse(), Vllora(), time.time()
    for number in range(150):
        langfuse.add(number, now - 40_000 + 250 * number)
        vllora.add(1000 + number, now - 40_000 + 250 * number)
    daemon = daemon_with(place, [section("cloud", langfuse, 0.1), section("local", vllora, 0.1)]).start()
    taken(daemon, "cloud", 150)
    taken(daemon, "local", 150)
    check_calls(daemon, langfuse, vllora)
    sequence = daemon.read("/traces/facets")["total"]
    newest = now - 40_000 + 250 * 149
    langfuse.add(500, newest - 200)  # late, within the overlap
    vllora.add(1500, newest - 200)
    langfuse.add(501, newest + 100)
    vllora.add(1501, newest + 100)
    taken(daemon, "cloud", 152)
    found = taken(daemon, "local", 152)
    check(found["watermark"] and found["last_pull_at"] and found["next_pull_at"], f"the times of {found}")
    check_calls(daemon, langfuse, vllora)
    equal(daemon.read("/traces/facets")["total"], sequence + 4, "calls")
    before = langfuse.asked
    daemon.wait_for(lambda: langfuse.asked >= before + 4, "a few more pulls")
    equal(source(daemon, "cloud")["taken_total"], 152, "what is told again changes nothing")
    dataset = dataset_from(daemon, "what two tools told", folding="every_call")
    equal(len(exported(daemon, dataset)), 304, "records")
    shown = place.ctl(daemon, "traces", "sources").stdout.decode()
    for word in ("cloud", "langfuse", "local", "vllora", "152"):
        check(word in shown, f"{word} in {shown}")


@case("kill -9 in the middle of a pull, several times: none is missing and none there twice")
def killed(place):
    chance = random.Random(11)
    for peer in (Langfuse(delay=0.01), Vllora(delay=0.01)):
        now = time.time()
        for number in range(1200):
            peer.add(number, now - 200_000 + 150 * number)
        daemon = daemon_with(place, [section("prod", peer, 3600, since=now - 200_001)], name=peer.kind).start()
        parts = []  # what a kill left
        for _ in range(4):
            target = peer.asked + 2 + chance.randrange(6)
            daemon.wait_for(lambda: peer.asked >= target or source(daemon, "prod")["state"] == "idle", "a few pages")
            daemon.kill()
            peer.before = lambda path, query: (503, {}, {"Retry-After": "600"})
            daemon.start()
            parts.append(source(daemon, "prod")["taken_total"])
            daemon.kill()
            peer.before = None
            daemon.start()
        check(any(0 < part < 1200 for part in parts), f"a kill in the middle: {parts}")
        taken(daemon, "prod", 1200)
        check_calls(daemon, peer)
        equal(daemon.stop(), 0, "the exit code of rftd")


@case("a tool that is down, limits or lies is told of and harms nothing; it is pulled by itself when it is back")
def down(place):
    gone = Langfuse()
    port = gone.port
    gone.stop()
    well = Vllora()
    well.add(5, time.time() - 60)
    daemon = daemon_with(place, [section("cloud", gone, 0.2, port), section("local", well, 0.2)]).start()
    found = daemon.wait_for(lambda: (s := source(daemon, "cloud"))["state"] == "failing" and s, "the failure")
    check("no connection" in found["last_error"] and str(port) in found["last_error"], f"why: {found}")
    check(found["next_pull_at"], "it will be tried again")
    taken(daemon, "local", 1)
    equal(daemon.get("/readyz").status, 200, "readiness")
    back, turns = Langfuse(port=port), iter(((429, {"message": "rate limit exceeded"}, {"Retry-After": "1"}),
                                             (500, {"message": "ClickHouse is away"}, {}),
                                             (200, b"<html>Bad gateway</html>", {})))
    back.before = lambda path, query: next(turns, None)
    for number in range(100, 110):
        back.add(number, time.time() - 60)
    taken(daemon, "cloud", 10)
    check_calls(daemon, back, well)
    log = daemon.log_since(0).decode()
    for word in ("rate limit exceeded", "ClickHouse is away", "Bad gateway"):
        check(word in log, f"the log tells of: {word}")
    check(KEYS not in log and KEYS.split(":")[1] not in log, "no key in the log")


@case("a source without a schedule is pulled when asked; a request that hangs does not hold up the end")
def asked_for(place):
    peer, hanging = Vllora(), []
    peer.add(7, time.time() - 60)
    daemon = daemon_with(place, [section("local", peer, 0)]).start()
    equal(source(daemon, "local")["state"], "off", "the state")
    equal(peer.asked, 0, "requests before somebody asked")
    out = place.ctl(daemon, "traces", "sources", "pull", "local").stdout.decode()
    check("local" in out and "vllora" in out, f"rftctl shows the source: {out}")
    taken(daemon, "local", 1)
    missing = place.ctl(daemon, "traces", "sources", "pull", "nobody", ok=False)
    equal(missing.returncode, 1, "an unknown source")
    check(b"there are: local" in missing.stderr, f"the names there are: {missing.stderr!r}")

    def hang(path, query):
        hanging.append(path)
        time.sleep(30)

    peer.before = hang
    equal(daemon.ask("POST", "/traces/sources/local/pull").status, 202, "the status of a pull")
    daemon.wait_for(lambda: hanging, "the request that hangs")
    again = daemon.ask("POST", "/traces/sources/local/pull")
    equal((again.status, again.json["state"], len(hanging)), (202, "pulling", 1), "a pull under way is not started twice")
    began = time.monotonic()
    equal(daemon.stop(), 0, "the exit code of rftd")
    check(time.monotonic() - began < 10, f"the end took {time.monotonic() - began:.1f} s")
    peer.before = None
    daemon.start()
    equal(source(daemon, "local")["taken_total"], 1, "what was taken before the restart")


@case("a configuration that cannot be right is refused at the start, with what to do")
def refused(place):
    def start_with(text):
        path = place.path("wrong.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run([place.rftd, "--data", place.path("none"), "--listen", "127.0.0.1:0", "--config", path],
                              capture_output=True, timeout=60)
        check(done.returncode not in (0, None), f"{text!r} was taken")
        return (done.stdout + done.stderr).decode()

    good = '[[trace_sources]]\nname = "a"\nkind = "vllora"\nbase_url = "http://127.0.0.1:9090"\n'
    check("'helicone'" in start_with(good.replace("vllora", "helicone")), "an unknown kind")
    check("'a' twice" in start_with(good + good), "a name given twice")
    check("credential" in start_with(good.replace("vllora", "langfuse")), "Langfuse without keys")
    check("base_url" in start_with(good.replace("http://", "ftp://")), "a bad URL")
    check("'trace_sources.colour'" in start_with(good + 'colour = "red"\n'), "a key that nobody knows")


run_cases()
