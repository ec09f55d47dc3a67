"""A created dataset walks by itself from the upload to coverage, and the canvas says so."""

from daemon import CHESS, DATA, case, check, equal, file_bytes, run_cases, step_of


@case("the chess tutor file becomes a canvas with 1,008 valid records, topics and coverage")
def chess(place):
    daemon = place.daemon().start()
    dataset = daemon.create("chess tutor")
    result = daemon.take(dataset, file_bytes(CHESS), query="&name=chess_tutor.jsonl")
    for field, wanted in {"lines": 1042, "imported": 1042, "valid": 1008, "invalid": 34, "blank": 0}.items():
        equal(result[field], wanted, field)
    canvas = daemon.walked(dataset)
    equal(canvas["health"]["line"], "✓ 1,008 valid  ⚠ 34 invalid (3%)", "the health line")
    equal(canvas["health"]["severity"], "healthy", "severity")
    extract, topics, coverage = (step_of(canvas, s) for s in ("extract", "topics", "coverage"))
    equal((extract["state"], extract["badge"], extract["line"]), ("complete", "Active", "Source: Uploaded File"), "step 1")
    check(topics["state"] in ("complete", "attention"), f"step 2 is {topics['state']}")
    check(topics["line"].endswith("topics • 1,008 records"), f"step 2 says {topics['line']!r}")
    check(coverage["state"] in ("complete", "attention"), f"step 3 is {coverage['state']}")
    check(coverage["line"].startswith("Balance: 0."), f"step 3 says {coverage['line']!r}")
    for name in ("grader", "dry_run", "train", "deploy"):
        step = step_of(canvas, name)
        equal(step["state"], "waiting", name)
        check(step["blocked"] and all(b["reason"] and b["fix"] for b in step["blocked"]), f"{name} does not say why")
    equal([s["stale"] for s in canvas["steps"]], [[]] * 7, "stale marks of a fresh walk")
    drawn = place.ctl(daemon, "canvas").stdout.decode()
    for part in ("✓ 1,008 valid", "34 invalid (3%)", "1 Extract Data", "Active", "7 Deploy", "no grader configured"):
        check(part in drawn, f"rftctl canvas does not show {part!r}")
    check_counts(daemon, dataset, canvas)


def check_counts(daemon, dataset, canvas):
    """The same numbers wherever they are asked for."""
    health = daemon.read(f"/datasets/{dataset}/health")
    equal(health["records"], canvas["health"]["records"], "records in health and canvas")
    equal(sum(health["by_code"].values()), health["invalid"], "invalid records by code")
    coverage = daemon.read(f"/datasets/{dataset}/coverage")
    counted = sum(t["records"] for t in coverage["topics"])
    equal(counted + coverage["uncategorized"], health["valid"], "records of topics and without")
    counts = [t["records"] for t in coverage["topics"]]
    if counts and max(counts) > 0:
        check(abs(coverage["balance"] - min(counts) / max(counts)) < 0.005, f"a balance of {coverage['balance']}")
    equal(daemon.read(f"/datasets/{dataset}/records?limit=1")["total"], health["records"], "records listed")
    equal(daemon.read(f"/datasets/{dataset}/records?limit=1&valid=false")["total"], health["invalid"], "invalid listed")


def walk_file(place, *parts):
    daemon = place.daemon().start()
    dataset = daemon.create(parts[-1])
    data = file_bytes(DATA, *parts)
    result = daemon.take(dataset, data)
    equal(result["imported"] + result["blank"], result["lines"], "imported + blank")
    equal(result["lines"], data.count(b"\n"), "physical lines")
    canvas = daemon.walked(dataset)
    check_counts(daemon, dataset, canvas)
    print("        " + parts[-1] + ": " + canvas["health"]["line"] + " | " +
          " | ".join(s["badge"] + " " + s["line"] for s in canvas["steps"][:3]))
    tree = daemon.read(f"/datasets/{dataset}/topics")["topics"]
    print("        " + ", ".join(f"{t['name']} {t['records']}" for t in tree))
    return canvas


@case("real chats of many shapes walk to coverage")
def mixed(place):
    canvas = walk_file(place, "chat", "mixed_topics.jsonl")
    check(canvas["health"]["valid"] >= 1400, f"only {canvas['health']['valid']} of 1,458 are valid")


@case("3,000 short requests walk to coverage")
def clinc(place):
    canvas = walk_file(place, "topics", "clinc_3000.jsonl")
    equal(canvas["health"]["valid"], 3000, "valid records")
    check(canvas["health"]["duplicates"] < 100, f"{canvas['health']['duplicates']} duplicates")


@case("every line of a file of good, bad and odd lines becomes a record or is blank")
def dirty(place):
    daemon = place.daemon().start()
    dataset = daemon.create("dirty")
    data = file_bytes(DATA, "bad", "dirty.jsonl")
    result = daemon.take(dataset, data)
    equal(result["valid"] + result["invalid"], result["imported"], "valid + invalid")
    equal(result["imported"] + result["blank"], result["lines"], "imported + blank")
    for record in daemon.records(dataset, "&valid=false"):
        check(record["code"] and record["detail"] is not None, f"{record['id']} has no reason")


if __name__ == "__main__":
    run_cases()
