"""Writes chess_tutor.jsonl and chess_tutor.labels.jsonl beside this script: the same bytes on every run.

Usage: make_chess_tutor.py [FOLDER]. 1,008 valid records of a chess tutor on seven topics, and 34 lines that must be
refused, of every kind. Python 3.11 or newer, standard library only.
"""
import json
import random
import sys
from pathlib import Path

import broken
import talks_endgames
import talks_games
import talks_openings
import talks_rules
import talks_strategy
import talks_tactics
from puzzles import load_games
from shapes import choose_callers, record_of
from talk import card_talks

SEED = 1042
COUNTS = {"openings": 205, "tactics": 188, "rules": 160, "endgames": 150, "strategy": 142, "games": 120, "training": 43}


def all_talks(games):
    talks = []
    for topic, make in (("openings", talks_openings.talks), ("tactics", talks_tactics.talks),
                        ("endgames", talks_endgames.talks)):
        talks += make(random.Random(f"{SEED} {topic}"), COUNTS[topic])
    for topic, make in (("rules", talks_rules.talks), ("strategy", talks_strategy.talks), ("games", talks_games.talks)):
        talks += make(random.Random(f"{SEED} {topic}"), COUNTS[topic], games)
    talks += card_talks(random.Random(f"{SEED} training"), "training", "training", COUNTS["training"])
    for topic, count in COUNTS.items():
        made = sum(t.topic == topic for t in talks)
        if made != count:
            raise SystemExit(f"{topic}: {made} talks instead of {count}")
    return talks


def content(record):
    body = record.get("input", record)
    return json.dumps([body["messages"], body.get("tools")], sort_keys=True)


def valid_records(rng, talks):
    callers, seen, records = choose_callers(rng, talks), set(), []
    for number, talk in enumerate(talks):
        record = record_of(rng, talk, number in callers)
        while content(record) in seen:
            record = record_of(rng, talk, number in callers)
        seen.add(content(record))
        records.append((talk.topic, record))
    rng.shuffle(records)
    return records


def spread(rng, good, bad):
    """The bad lines among the good ones, about evenly, neither first nor last."""
    rows, step = list(good), len(good) // len(bad)
    for n in range(len(bad) - 1, -1, -1):
        rows.insert(n * step + rng.randrange(2, step), bad[n])
    return rows


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    rng, games = random.Random(SEED), load_games()
    records = valid_records(rng, all_talks(games))
    good = [({"topic": topic}, json.dumps(record, ensure_ascii=False)) for topic, record in records]
    bad = [({"code": code}, line) for code, line in broken.make(rng, [r for _, r in records], games)]
    rng.shuffle(bad)
    rows = spread(rng, good, bad)
    with open(folder / "chess_tutor.jsonl", "w", encoding="utf-8", newline="\n") as out:
        out.writelines(line + "\n" for _, line in rows)
    with open(folder / "chess_tutor.labels.jsonl", "w", encoding="utf-8", newline="\n") as out:
        out.writelines(json.dumps({"line": n, **label}) + "\n" for n, (label, _) in enumerate(rows, 1))


if __name__ == "__main__":
    main()
