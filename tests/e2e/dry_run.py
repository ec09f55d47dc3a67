"""From records to a verdict, from outside; and a dry run that is killed asks no model again for what it answered."""

import json
import os

from daemon import CHESS, ROOT, case, check, dry_run_ended, dry_run_started, equal, file_bytes, run_cases, step_of
from scripted_model import ScriptedModel

GRADER = os.path.join(ROOT, "tools", "sample", "chess_tutor_grader.js")


@case("the chess tutor file comes to a verdict, with a grader that is a file of the sample")
def chess(place):
    daemon = place.daemon().start()
    dataset = daemon.create("chess tutor")
    daemon.take(dataset, file_bytes(CHESS))
    daemon.walked(dataset)
    place.ctl(daemon, "grader", "set", dataset, GRADER, "--reason", "a first idea")
    tested = place.ctl(daemon, "grader", "test", dataset).stdout.decode()
    check("mean" in tested, f"rftctl grader test says {tested!r}")
    drawn = place.ctl(daemon, "dry-run", "start", dataset, "--wait").stdout.decode()
    for part in ("verdict", "mean score", "scores", "GO"):
        check(part in drawn, f"rftctl dry-run start --wait does not show {part!r}: {drawn}")
    report = daemon.read(f"/datasets/{dataset}/dry-runs")["items"][0]
    equal(report["sampled"], 300, "records sampled")
    equal(report["unscored"], 0, "records without a score")
    card = step_of(daemon.read(f"/datasets/{dataset}/canvas"), "dry_run")
    equal(card["line"], f"Mean: {report['mean']:.2f} • {report['verdict']}", "the card")
    whole = dry_run_ended(daemon, dataset, dry_run_started(daemon, dataset, {"sample_size": "all"}))
    equal(whole["sampled"], whole["candidates"], "all that can be graded")
    print(f"        {report['verdict']} {report['mean']:.3f} of 300, {whole['mean']:.3f} of {whole['sampled']}, "
          f"{whole['without_answer']} without an answer; {whole['diagnosis']['summary']}")


@case("a dry run killed half-way goes on without asking the model again for what is in the log")
def killed(place):
    model = ScriptedModel(lambda prompt: prompt[-12:], delay=0.01)
    config = os.path.join(place.folder, "rftd.toml")
    with open(config, "w") as file:
        file.write(f'[[models]]\nname = "scripted"\nbase_url = "{model.base_url}"\nmodels = ["scripted"]\n')
    daemon = place.daemon(arguments=("--config", config)).start()
    dataset = daemon.create("chess")
    prompts = [f"What is the idea behind move number {i}?" for i in range(200)]
    daemon.take(dataset, "".join(json.dumps({"messages": [{"role": "user", "content": p}]}) + "\n" for p in prompts).encode())
    daemon.walked(dataset)
    grader = {"type": "script", "source": "function grade(sample) { return sample.output_text.length / 20; }"}
    equal(daemon.ask("PUT", f"/datasets/{dataset}/grader", grader).status, 200, "PUT grader")
    run = dry_run_started(daemon, dataset, {"sample_size": "all", "model": "scripted", "k": 1})
    daemon.wait_for(lambda: daemon.read(f"/datasets/{dataset}/dry-runs/{run}")["answered"] >= 64, "64 answers")
    daemon.kill()
    asked_before = dict(model.asked)
    daemon.start()
    report = dry_run_ended(daemon, dataset, run)
    equal(report["answered"], 200, "answers")
    equal(report["graded"], 200, "scores")
    again = [prompt for prompt, times in model.asked.items() if times > 1]
    check(len(again) <= 32, f"{len(again)} prompts were asked again: more than the block that was under way")
    check(len(asked_before) >= 64, "the model was asked before the kill")
    equal(set(model.asked), set(prompts), "the prompts that were asked")
    equal(daemon.read(f"/datasets/{dataset}/dry-runs")["total"], 1, "dry runs")
    before = model.requests()
    answer = daemon.ask("POST", f"/datasets/{dataset}/dry-runs/{run}/regrade", {})
    equal(answer.status, 202, "regrade")
    dry_run_ended(daemon, dataset, answer.json["run"])
    equal(model.requests(), before, "requests to the model after a regrade")
    model.close()


@case("a model answers twice, a judge scores, and a judge that goes away voids nothing and is not paid twice")
def judged(place):
    down = []

    def answer(prompt):
        if "Rate this" not in prompt:
            return f"Because of {prompt[-9:]}"
        return None if down else json.dumps({"score": 0.25 if "number 1" in prompt else 0.75, "reasoning": "as it is"})
    model = ScriptedModel(answer, delay=0.02)
    config = os.path.join(place.folder, "rftd.toml")
    with open(config, "w") as file:
        file.write(f'[[models]]\nname = "scripted"\nbase_url = "{model.base_url}"\nmodels = ["scripted"]\nattempts = 1\n'
                   'prices = { scripted = { input = 1, output = 1 } }\n')
    daemon = place.daemon(arguments=("--config", config)).start()
    models = daemon.read("/models")
    equal((models["items"][0]["id"], models["items"][0]["reachable"]), ("scripted/scripted", True), "GET /models")
    dataset = daemon.create("chess")
    daemon.take(dataset, "".join(json.dumps({"messages": [{"role": "user", "content": f"Why is move number {i:03d} good?"}]}) + "\n"
                                 for i in range(120)).encode())
    daemon.walked(dataset)
    grader = {"type": "llm_judge", "model": "scripted", "prompt": "Rate this: {{item.user_message}} {{sample.output_text}}"}
    equal(daemon.ask("PUT", f"/datasets/{dataset}/grader", grader).status, 200, "PUT grader")
    run = dry_run_started(daemon, dataset, {"sample_size": "all", "model": "scripted", "k": 2})
    daemon.wait_for(lambda: daemon.read(f"/datasets/{dataset}/dry-runs/{run}")["graded"] >= 64, "64 scores")
    down.append(True)
    daemon.wait_for(lambda: daemon.read(f"/datasets/{dataset}/runs/{run}")["state"] in ("waiting_retry", "parked"), "trouble")
    error = daemon.read(f"/datasets/{dataset}/runs/{run}")["error"]
    check("scripted" in error and "503" in error, f"the error does not say who is down: {error!r}")
    down.clear()

    def goes_on():
        if daemon.read(f"/datasets/{dataset}/runs/{run}")["state"] == "parked":
            daemon.ask("POST", f"/datasets/{dataset}/runs/{run}/resume", {})
        return daemon.read(f"/datasets/{dataset}/dry-runs/{run}")["state"] == "completed"
    daemon.wait_for(goes_on, "the end of the dry run")
    report = daemon.read(f"/datasets/{dataset}/dry-runs/{run}")
    equal((report["graded"], report["unscored"]), (240, 0), "scores, and those that are void")
    equal(report["signal"]["k"], 2, "answers a prompt")
    equal(report["statistics"]["min"], 0.25, "the lowest score")
    check(model.answered() <= 480, f"{model.answered()} answers were paid for 240 answers and 240 scores")
    equal(report["spent"]["output_tokens"], 5 * model.answered(), "tokens that were paid for")
    sample = daemon.read(f"/datasets/{dataset}/dry-runs/{run}/samples?limit=1&sort=score")["items"][0]
    equal((sample["score"], sample["reason"]), (0.25, "as it is"), "the worst sample")
    tested = daemon.ask("POST", f"/datasets/{dataset}/grader/test", {"model": "scripted"}).json
    equal(len(tested["samples"]), 5, "records of a test")
    for arguments in (("grader", "versions", dataset), ("grader", "show", dataset), ("dry-run", "samples", dataset),
                      ("dry-run", "show", dataset), ("dry-run", "list", dataset), ("dry-run", "compare", dataset, run, run)):
        check(len(place.ctl(daemon, *arguments).stdout) > 40, f"rftctl {' '.join(arguments)} says nothing")
    model.close()


@case("a dry run that is cancelled keeps what it has, and asks nobody any more")
def cancelled(place):
    model = ScriptedModel(lambda prompt: prompt[-12:], delay=0.2)
    config = os.path.join(place.folder, "rftd.toml")
    with open(config, "w") as file:
        file.write(f'[[models]]\nname = "scripted"\nbase_url = "{model.base_url}"\nmodels = ["scripted"]\n')
    daemon = place.daemon(arguments=("--config", config)).start()
    dataset = daemon.create("chess")
    daemon.take(dataset, "".join(json.dumps({"messages": [{"role": "user", "content": f"Why is move number {i} good?"}]}) + "\n"
                                 for i in range(200)).encode())
    daemon.walked(dataset)
    grader = {"type": "script", "source": "function grade(sample) { return sample.output_text.length / 20; }"}
    equal(daemon.ask("PUT", f"/datasets/{dataset}/grader", grader).status, 200, "PUT grader")
    run = dry_run_started(daemon, dataset, {"sample_size": "all", "model": "scripted"})
    daemon.wait_for(lambda: daemon.read(f"/datasets/{dataset}/dry-runs/{run}")["graded"] >= 32, "a block of scores")
    equal(daemon.ask("POST", f"/datasets/{dataset}/runs/{run}/cancel", {}).status, 200, "cancel")
    daemon.idle(dataset)
    report = daemon.read(f"/datasets/{dataset}/dry-runs/{run}")
    equal((report["state"], report["partial"], report["verdict"]), ("cancelled", True, None), "the cancelled run")
    check(32 <= report["graded"] < 200 and report["statistics"]["scored"] == report["graded"], f"what it kept: {report['graded']}")
    asked = model.requests()
    again = dry_run_started(daemon, dataset, {"sample_size": 100, "model": "scripted", "seed": 5})
    daemon.wait_for(lambda: model.requests() > asked, "the next dry run")
    equal(daemon.ask("POST", f"/datasets/{dataset}/runs/{again}/cancel", {}).status, 200, "cancel")
    model.close()


if __name__ == "__main__":
    run_cases()
