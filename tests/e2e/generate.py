"""Records that a model writes: planned, filtered, reviewed, added; from outside, with a scripted model."""

import json
import os
import re

from daemon import case, check, equal, run_cases, step_of
from scripted_model import ScriptedModel

TOPICS = [{"name": "openings", "keywords": ["opening", "gambit"]}, {"name": "endgames", "keywords": ["endgame", "rook"]}]


def lines(count, first="Which gambit suits an opening against e4 in game number"):
    return "".join(json.dumps({"messages": [
        {"role": "system", "content": "You teach chess."}, {"role": "user", "content": f"{first} {i}?"}]}) + "\n"
        for i in range(count)).encode()


class Writer:
    """Answers a request for N texts with N of its own; `spoil` changes some of them."""

    def __init__(self, spoil=None):
        self.made, self.spoil, self.broken = 0, spoil or (lambda i, text: text), False

    def __call__(self, prompt):
        if self.broken:
            return None
        wanted = int(re.search(r"Write (\d+)", prompt).group(1))
        texts = []
        for _ in range(wanted):
            self.made += 1
            letters = "".join(chr(97 + (self.made * k) % 26) for k in range(3, 40, 2))
            texts.append(self.spoil(self.made, f"How is {letters} won in a rook ending, {self.made * 7919}?"))
        if "conversations about" in prompt:
            return json.dumps({"conversations": [{"messages": [{"role": "user", "content": text}]} for text in texts]})
        return json.dumps({"prompts": texts})


def daemon_with(place, model, more=""):
    config = os.path.join(place.folder, "rftd.toml")
    with open(config, "w") as file:
        file.write(f'[[models]]\nname = "scripted"\nbase_url = "{model.base_url}"\nmodels = ["writer"]\n{more}')
    return place.daemon(arguments=("--config", config)).start()


# 40 records on openings, 4 on endgames, assigned by hand.
def unbalanced(daemon):
    dataset = daemon.create("chess")
    daemon.take(dataset, lines(40) + lines(4, "How do I win the rook endgame with pawns of study"))
    daemon.walked(dataset)
    put = daemon.ask("PUT", f"/datasets/{dataset}/topics", {"topics": TOPICS, "assignments": "clear"})
    equal(put.status, 200, f"PUT topics: {put}")
    leaves = {topic["name"]: topic["id"] for topic in put.json["topics"]}
    ids = [record["id"] for record in daemon.read(f"/datasets/{dataset}/records?limit=500")["items"]]
    for name, some in (("openings", ids[:40]), ("endgames", ids[40:])):
        answer = daemon.ask("POST", f"/datasets/{dataset}/records/bulk",
                            {"action": "set_topic", "ids": some, "topic": leaves[name], "confirm": True})
        equal(answer.status, 200, f"set_topic: {answer}")
    equal(daemon.ask("POST", f"/datasets/{dataset}/categorize", {"scope": "unlabeled"}).status, 202, "categorize")
    daemon.idle(dataset)
    return dataset, leaves


def started(daemon, dataset, body):
    answer = daemon.ask("POST", f"/datasets/{dataset}/generate", body)
    equal(answer.status, 202, f"POST generate: {answer}")
    return answer.json["run"]


def finished(daemon, dataset, run):
    def ended():
        told = daemon.read(f"/datasets/{dataset}/generations/{run}")
        check(told["state"] not in ("failed", "parked"), f"the generation broke: {told['error']}")
        return told["state"] == "completed"
    daemon.wait_for(ended, "the end of the generation")
    return daemon.read(f"/datasets/{dataset}/generations/{run}")


@case("without a model it is said how to configure one, and nothing starts")
def no_model(place):
    daemon = place.daemon().start()
    dataset, _ = unbalanced(daemon)
    for query in ("", "?preview=true"):
        answer = daemon.ask("POST", f"/datasets/{dataset}/generate{query}", {})
        equal(answer.status, 409, f"generate{query}: {answer}")
        check("[[models]]" in answer.json["errors"][0]["hint"], f"no hint how to configure a model: {answer}")
    equal(daemon.read(f"/datasets/{dataset}/generations")["total"], 0, "generations")


@case("a gap is planned, written, filtered, reviewed and closed; every record says where it came from")
def gap(place):
    def spoil(i, text):
        return {1: "As an AI language model, I cannot say which ending is won.", 2: "short?",
                3: "How do I win the rook endgame with pawns of study 1?"}.get(i, text)
    model = ScriptedModel(Writer(spoil))
    daemon = daemon_with(place, model, 'prices = { writer = { input = 1.0, output = 2.0 } }\n')
    dataset, leaves = unbalanced(daemon)
    equal(daemon.read(f"/datasets/{dataset}/canvas")["next"]["action"], "generate", "what the canvas suggests")
    plan = daemon.ask("POST", f"/datasets/{dataset}/generate?preview=true", {}).json
    equal(model.requests(), 0, "requests of a preview")
    equal([topic["id"] for topic in plan["topics"]], [leaves["endgames"]], "the topic that lacks records")
    equal(plan["planned"], 18, "planned: 40.9 points of 44 records are missing")
    check(plan["input_tokens"] > 0 and plan["cost_usd"] > 0, f"no estimate: {plan}")
    less = daemon.ask("POST", f"/datasets/{dataset}/generate?preview=true", {"synthetic_share_max": 0.1}).json
    equal(less["planned"], 4, "planned when 10 % may be synthetic")
    check("10 %" in less["warnings"][0], f"the limit is not told: {less['warnings']}")
    before = daemon.read(f"/datasets/{dataset}/coverage")
    drawn = place.ctl(daemon, "generate", "start", dataset, "--wait").stdout.decode()
    check("waits for review" in drawn, f"rftctl generate start --wait says {drawn!r}")
    told = daemon.read(f"/datasets/{dataset}/generations")["items"][0]
    equal((told["generated"], told["review"]), (15, "pending"), "what passed the filters")
    equal({name: n for name, n in told["rejected"].items() if n}, {"llm_artifact": 1, "too_short": 1, "duplicate_of_seed": 1},
          "what did not")
    check(told["spent"]["output_tokens"] > 0 and told["spent"]["cost_usd"] > 0, f"nothing was spent: {told['spent']}")
    equal(daemon.read(f"/datasets/{dataset}")["records"], 44, "records before the review")
    equal(daemon.read(f"/datasets/{dataset}/canvas")["next"]["action"], "review_generated", "what the canvas suggests")
    again = daemon.ask("POST", f"/datasets/{dataset}/generate", {})
    equal(again.status, 409, f"another generation before the review: {again}")
    run = told["id"]
    some = daemon.read(f"/datasets/{dataset}/generations/{run}/records?limit=10")
    equal((len(some["items"]), some["total"]), (10, 15), "a page of what was made")
    rest = daemon.read(f"/datasets/{dataset}/generations/{run}/records?limit=10&cursor={some['next']}")
    equal([one["number"] for one in rest["items"]], list(range(10, 15)), "the next page")
    equal(daemon.ask("POST", f"/datasets/{dataset}/generations/{run}/review", {"accept": [99]}).status, 400, "no such number")
    reviewed = place.ctl(daemon, "generate", "review", dataset, "--reject", "0,1").stdout.decode()
    check("13 added, 2 dropped" in reviewed, f"rftctl generate review says {reviewed!r}")
    daemon.idle(dataset)
    equal(daemon.read(f"/datasets/{dataset}/records?source=synthetic")["total"], 13, "synthetic records")
    record = daemon.read(f"/datasets/{dataset}/records?source=synthetic")["items"][0]
    equal((record["valid"], record["topic"]), (True, leaves["endgames"]), "validated, and in its topic")
    lineage = daemon.read(f"/datasets/{dataset}/records/{record['id']}")["lineage"]["generated"]
    equal((lineage["run"], lineage["strategy"]), (run, "few_shot"), "where it came from")
    after = daemon.read(f"/datasets/{dataset}/coverage")
    equal((before["balance"], after["balance"]), (4 / 40, 17 / 40), "the balance before and after")
    kept = [one["accepted"] for one in daemon.read(f"/datasets/{dataset}/generations/{run}/records")["items"]]
    equal(kept, [False, False] + [True] * 13, "what was accepted")
    equal(daemon.ask("POST", f"/datasets/{dataset}/generations/{run}/review", {"accept": "all"}).status, 409, "a second review")
    asked = model.requests()
    daemon.stop()
    daemon.start()
    equal(daemon.read(f"/datasets/{dataset}/generations/{run}")["accepted"], 13, "after a restart")
    equal(model.requests(), asked, "requests after a restart")
    model.close()


@case("each strategy writes records, from records or from the topic alone")
def strategies(place):
    model = ScriptedModel(Writer())
    daemon = daemon_with(place, model)
    dataset, leaves = unbalanced(daemon)
    for strategy in ("few_shot", "topic_description", "message_variation", "scenario_expansion"):
        run = started(daemon, dataset, {"strategy": strategy, "topics": [leaves["endgames"]], "count": 4})
        told = finished(daemon, dataset, run)
        equal(told["generated"], 4, f"made by {strategy}, rejected {told['rejected']}")
        first = daemon.read(f"/datasets/{dataset}/generations/{run}/records")["items"][0]
        from_one = strategy in ("message_variation", "scenario_expansion")
        equal((first["source"] is not None, first["similarity"] is not None), (from_one, from_one), f"the source of {strategy}")
        roles = [message["role"] for message in first["data"]["messages"]]
        equal(roles, ["user"] if strategy == "topic_description" else ["system", "user"], f"messages of {strategy}")
        equal(daemon.ask("POST", f"/datasets/{dataset}/generations/{run}/review", {"accept": "none"}).status, 200, "review")
    refused = daemon.ask("POST", f"/datasets/{dataset}/generate", {"strategy": "tool_chain", "topics": [leaves["endgames"]], "count": 4})
    equal(refused.status, 409, f"tool_chain without tools: {refused}")
    equal(daemon.read(f"/datasets/{dataset}")["records"], 44, "nothing was accepted")
    model.close()


@case("a generation killed half-way, and one whose model goes away, go on without paying twice")
def killed(place):
    writer = Writer()
    model = ScriptedModel(writer, delay=0.15)
    daemon = daemon_with(place, model, "attempts = 1\n")
    dataset, leaves = unbalanced(daemon)
    run = started(daemon, dataset, {"strategy": "topic_description", "topics": [leaves["endgames"]], "count": 120,
                                    "records_per_call": 3, "synthetic_share_max": 0.9})
    daemon.wait_for(lambda: daemon.read(f"/datasets/{dataset}/generations/{run}")["calls_done"] >= 8, "the first block")
    daemon.kill()
    daemon.start()
    daemon.wait_for(lambda: daemon.read(f"/datasets/{dataset}/generations/{run}")["calls_done"] >= 16, "the second block")
    writer.broken = True
    daemon.wait_for(lambda: daemon.read(f"/datasets/{dataset}/runs/{run}")["state"] in ("waiting_retry", "parked"), "trouble")
    writer.broken = False
    def goes_on():
        if daemon.read(f"/datasets/{dataset}/runs/{run}")["state"] == "parked":
            daemon.ask("POST", f"/datasets/{dataset}/runs/{run}/resume", {})
        return daemon.read(f"/datasets/{dataset}/generations/{run}")["state"] == "completed"
    daemon.wait_for(goes_on, "the end of the generation")
    told = daemon.read(f"/datasets/{dataset}/generations/{run}")
    equal((told["calls"], told["calls_done"], told["generated"]), (40, 40, 120), "calls and records")
    check(model.answered() <= 48, f"{model.answered()} answers for 40 calls: more than the block that was under way")
    model.close()


@case("a generation that is cancelled leaves what it has made to a review")
def cancelled(place):
    model = ScriptedModel(Writer(), delay=0.2)
    daemon = daemon_with(place, model)
    dataset, leaves = unbalanced(daemon)
    run = started(daemon, dataset, {"strategy": "topic_description", "topics": [leaves["endgames"]], "count": 200,
                                    "records_per_call": 2, "synthetic_share_max": 0.9})
    daemon.wait_for(lambda: daemon.read(f"/datasets/{dataset}/generations/{run}")["generated"] >= 16, "a block of records")
    equal(daemon.ask("POST", f"/datasets/{dataset}/generations/{run}/review", {"accept": "all"}).status, 409, "a review while it runs")
    equal(daemon.ask("POST", f"/datasets/{dataset}/runs/{run}/cancel", {}).status, 200, "cancel")
    daemon.idle(dataset)
    told = daemon.read(f"/datasets/{dataset}/generations/{run}")
    equal((told["state"], told["review"]), ("cancelled", "pending"), "the cancelled generation")
    reviewed = daemon.ask("POST", f"/datasets/{dataset}/generations/{run}/review", {"accept": [0, 3]})
    equal((reviewed.status, reviewed.json["accepted"], reviewed.json["dropped"]), (200, 2, told["generated"] - 2), "the review")
    daemon.idle(dataset)
    equal(daemon.read(f"/datasets/{dataset}")["records"], 46, "records")
    model.close()


if __name__ == "__main__":
    run_cases()
