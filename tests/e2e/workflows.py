"""The workflows that people have: more data, other topics, sharing, the past, copies of a store."""

import json
import shutil

from daemon import CHESS, DATA, case, check, equal, file_bytes, record_line, rftctl, run_cases, step_of, verify_store


def started(place, name="chess"):
    daemon = place.daemon().start()
    dataset = daemon.create(name)
    daemon.take(dataset, file_bytes(DATA, "chat", "toy_chat_fine_tuning.jsonl"))
    daemon.take(dataset, b"".join(file_bytes(CHESS).splitlines(keepends=True)[:200]))
    daemon.walked(dataset)
    return daemon, dataset


@case("a file through rftctl: create, import, wait, canvas, records")
def from_a_file(place):
    daemon = place.daemon().start()
    place.ctl(daemon, "create", "from a file", "--objective", "explain chess moves", "--file", CHESS)
    place.ctl(daemon, "runs", "wait", "d1")
    daemon.walked("d1")
    check("1,008 valid" in place.ctl(daemon, "canvas", "d1").stdout.decode(), "the canvas does not show the file")
    listed = json.loads(place.ctl(daemon, "--json", "datasets").stdout)
    equal([d["records"] for d in listed["items"]], [1042], "records of the datasets")
    equal(place.ctl(daemon, "canvas", "nobody", ok=False).returncode, 1, "exit code for an unknown dataset")


@case("more data is validated at once, marks the topics stale and says why, and categorizing again is offered")
def more_data(place):
    daemon, dataset = started(place)
    before = daemon.canvas(dataset)
    version = daemon.read(f"/datasets/{dataset}/topics")["version"]
    result = daemon.take(dataset, b"".join(record_line(f"Why is move {i} of the Queen's Gambit good?") for i in range(60)))
    equal((result["imported"], result["valid"]), (60, 60), "the second import")
    daemon.idle(dataset)
    after = daemon.canvas(dataset)
    equal(after["health"]["records"], before["health"]["records"] + 60, "records")
    equal(after["health"]["unvalidated"], 0, "records without a verdict")
    stale = step_of(after, "topics")["stale"] + step_of(after, "coverage")["stale"]
    check(stale, "no stale mark after more data")
    check(all(s["because"] and s["position"] > before["position"] for s in stale), f"stale without a cause: {stale}")
    equal(daemon.read(f"/datasets/{dataset}/topics")["version"], version, "the topics, which nobody asked to change")
    equal(daemon.records(dataset, "&topic=none") != [] or daemon.read(f"/datasets/{dataset}/coverage")["uncategorized"] > 0,
          True, "new records wait for a topic")
    equal(daemon.ask("POST", f"/datasets/{dataset}/categorize", {"scope": "unlabeled"}).status, 202, "categorizing again")
    daemon.idle(dataset)
    equal(daemon.read(f"/datasets/{dataset}/coverage")["uncategorized"], 0, "uncategorized afterwards")


@case("edited topics keep the assignments of leaves that stay, and offer to categorize again")
def other_topics(place):
    daemon, dataset = started(place)
    tree = daemon.read(f"/datasets/{dataset}/topics")
    counts = {t["id"]: t["records"] for t in tree["topics"]}
    gone = tree["topics"].pop()
    tree["topics"][0]["name"] = "Renamed by hand"
    tree["topics"].append({"name": "A new one", "keywords": ["zugzwang"]})
    answer = daemon.ask("PUT", f"/datasets/{dataset}/topics", {"topics": tree["topics"], "assignments": "keep"})
    equal(answer.status, 200, f"setting topics: {answer}")
    daemon.idle(dataset)
    now = daemon.read(f"/datasets/{dataset}/topics")
    equal(now["version"], tree["version"] + 1, "version")
    by_name = {t["name"]: t for t in now["topics"]}
    equal(by_name["Renamed by hand"]["id"], tree["topics"][0]["id"], "the id of a renamed topic")
    check("A new one" in by_name and gone["name"] not in by_name, "the hierarchy is not what was put")
    kept = [t["id"] for t in tree["topics"] if t.get("id")]
    check(all(t["records"] >= counts[t["id"]] for t in now["topics"] if t["id"] in kept), "a kept topic lost records")
    step = step_of(daemon.canvas(dataset), "topics")
    runs = [r for r in daemon.read(f"/datasets/{dataset}/runs")["items"] if r["step"] == "categorize"]
    check(step["stale"] or len(runs) > 1, "neither stale nor categorized again")
    equal(daemon.ask("POST", f"/datasets/{dataset}/categorize", {"scope": "all"}).status, 409, "clearing unasked")
    confirmed = daemon.ask("POST", f"/datasets/{dataset}/categorize", {"scope": "all", "confirm": True})
    equal(confirmed.status, 202, f"categorizing all: {confirmed}")
    daemon.idle(dataset)
    equal(step_of(daemon.canvas(dataset), "topics")["stale"], [], "stale marks afterwards")


@case("a topic that a person gave stays when everything is categorized again")
def by_hand(place):
    daemon, dataset = started(place)
    topics = daemon.read(f"/datasets/{dataset}/topics")["topics"]
    record = daemon.records(dataset, "&valid=true")[0]
    other = next(t["id"] for t in topics if t["id"] != record["topic"])
    equal(daemon.ask("PATCH", f"/datasets/{dataset}/records/{record['id']}", {"topic": other}).status, 200, "giving a topic")
    daemon.ask("POST", f"/datasets/{dataset}/categorize", {"scope": "all", "confirm": True})
    daemon.idle(dataset)
    now = daemon.read(f"/datasets/{dataset}/records/{record['id']}")
    equal((now["topic"], now["method"]), (other, "manual"), "the record afterwards")


@case("what is exported imports elsewhere with equal counts, and is the same again")
def share(place):
    daemon, dataset = started(place)
    exported = daemon.export(dataset)
    elsewhere = place.daemon("elsewhere").start()
    copy = elsewhere.create("copy")
    result = elsewhere.take(copy, exported)
    health, again = (d.read(f"/datasets/{i}/health") for d, i in ((daemon, dataset), (elsewhere, copy)))
    for field in ("records", "valid", "invalid", "duplicates", "by_code"):
        equal(again[field], health[field], field)
    equal(result["imported"], health["records"], "imported")
    equal(elsewhere.export(copy), exported, "the export of the copy")
    valid = daemon.export(dataset, "what=records&valid=true")
    equal(valid.count(b"\n"), health["valid"], "lines of the export of valid records")
    topics = json.loads(daemon.export(dataset, "what=topics"))
    answer = elsewhere.ask("PUT", f"/datasets/{copy}/topics", {"topics": topics["topics"]})
    equal(answer.status, 200, f"the exported topics elsewhere: {answer}")


@case("the past can be read, compared and copied, and the copy goes its own way")
def the_past(place):
    daemon, dataset = started(place)
    then = daemon.canvas(dataset)
    daemon.take(dataset, record_line("A question of later?"))
    daemon.idle(dataset)
    past = daemon.canvas(dataset, f"?at={then['position']}")
    equal(past["health"], then["health"], "health of the past")
    equal([s["line"] for s in past["steps"]], [s["line"] for s in then["steps"]], "lines of the past")
    answer = daemon.ask("POST", f"/datasets/{dataset}/duplicate", {"name": "as it was", "at": then["position"]})
    equal(answer.status, 201, f"duplicating: {answer}")
    copy = answer.json["id"]
    equal(daemon.canvas(copy)["health"]["records"], then["health"]["records"], "records of the copy")
    daemon.take(copy, record_line("Only in the copy?"))
    equal(daemon.ask("DELETE", f"/datasets/{dataset}?confirm=true").status, 200, "deleting the source")
    daemon.idle(copy)
    lines = daemon.export(copy)
    check(b"Only in the copy?" in lines and b"of later" not in lines, "the copy is not what it was")


@case("a backup of a store at rest restores to the same store, and serves")
def backup(place):
    daemon, dataset = started(place)
    exported, canvas = daemon.export(dataset), daemon.canvas(dataset)
    equal(daemon.stop(), 0, "the exit code")
    shutil.copytree(daemon.folder, place.path("at rest"))
    rftctl(place.rftctl, "backup", "--data", place.path("at rest"), "--to", place.path("backup"))
    rftctl(place.rftctl, "restore", "--from", place.path("backup"), "--to", place.path("restored"))
    verify_store(place.rftctl, place.path("restored"))
    refused = rftctl(place.rftctl, "restore", "--from", place.path("backup"), "--to", place.path("restored"), ok=False)
    equal(refused.returncode, 1, "restoring over something")
    again = place.daemon("restored").start()
    equal(again.canvas(dataset)["health"], canvas["health"], "health after restoring")
    equal(again.export(dataset), exported, "the export after restoring")


@case("a backup asked for while the daemon runs is whole or refused, and harms nothing")
def backup_while_running(place):
    daemon, dataset = started(place)
    done = rftctl(place.rftctl, "backup", "--data", daemon.folder, "--to", place.path("backup"), ok=False)
    if done.returncode == 0:
        verify_store(place.rftctl, place.path("backup"))
    else:
        equal(done.returncode, 1, "exit code")
        check(done.stderr or done.stdout, "a refusal without a word")
    daemon.take(dataset, record_line("Still alive?"))


if __name__ == "__main__":
    run_cases()
