"""A real model server behind the daemon: smoke.py RFTD RFTCTL [FOLDER OF build_server.sh]

Not part of tools/test: building the server takes about 18 CPU-minutes. The model's weights are random, so nothing is
expected of what it says, only of how it is asked, constrained to a schema, streamed, counted and kept.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
from daemon import case, check, dry_run_ended, dry_run_started, equal, run_cases  # noqa: E402

SERVER = sys.argv.pop(3) if len(sys.argv) > 3 else os.path.join(HERE, "..", "..", "build", "llama")


class LlamaServer:
    def __init__(self, folder):
        model = os.path.join(folder, "tiny.gguf")
        subprocess.run([sys.executable, os.path.join(HERE, "random_model.py"), os.path.join(SERVER, "vocab.gguf"), model], check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = open(os.path.join(folder, "llama.log"), "wb")
        self.process = subprocess.Popen(
            [os.path.join(SERVER, "llama-server"), "-m", model, "--port", str(self.port), "--host", "127.0.0.1", "--alias", "tiny",
             "--parallel", "4", "--ctx-size", "16384", "--threads", "2", "--no-webui"], stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 120
        while not self.is_healthy():
            check(self.process.poll() is None and time.monotonic() < deadline, f"llama-server did not come up, see {self.log.name}")
            time.sleep(0.2)

    def is_healthy(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def close(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


@case("a real server answers prompts, judges under a schema and is asked for records")
def whole(place):
    server = LlamaServer(place.folder)
    try:
        config = os.path.join(place.folder, "rftd.toml")
        with open(config, "w") as file:
            file.write(f'[[models]]\nname = "llama"\nbase_url = "http://127.0.0.1:{server.port}/v1"\nmodels = ["tiny"]\n'
                       "requests_in_flight = 4\n")
        daemon = place.daemon(arguments=("--config", config)).start()
        provider = daemon.read("/models")["providers"][0]
        check(provider["reachable"], f"GET /models: {provider}")
        dataset = daemon.create("tiny")
        daemon.take(dataset, "".join(json.dumps({"messages": [{"role": "user", "content": f"Say something about {i}."}]}) + "\n"
                                     for i in range(24)).encode())
        daemon.walked(dataset)
        # Weights without sense write until they are cut off, unless the schema bounds what they may write.
        bounded = {"type": "object", "required": ["reasoning", "score"], "additionalProperties": False,
                   "properties": {"reasoning": {"type": "string", "maxLength": 20}, "score": {"enum": [0, 0.25, 0.5, 0.75, 1]}}}
        judge = {"type": "llm_judge", "model": "tiny", "schema": bounded,
                 "prompt": "Rate {{sample.output_text}} as an answer to {{item.user_message}}"}
        equal(daemon.ask("PUT", f"/datasets/{dataset}/grader", judge).status, 200, "PUT grader")
        report = dry_run_ended(daemon, dataset, dry_run_started(daemon, dataset, {"sample_size": "all", "model": "tiny", "k": 2, "max_tokens": 24}))
        equal((report["answered"], report["graded"]), (48, 48), "answers and scores")
        check(report["spent"]["output_tokens"] > 48, f"tokens of the answers: {report['spent']}")
        equal(report["unscored"], 0, "judgements held to the schema that are none")
        print(f"        {48 - report['unscored']} of 48 scored, {report['missing']} without an answer, "
              f"{report['spent']['input_tokens']} tokens in, {report['spent']['output_tokens']} out")
        topics = daemon.read(f"/datasets/{dataset}/topics")["topics"]
        leaves = [leaf["id"] for topic in topics for leaf in (topic["children"] or [topic])]
        answer = daemon.ask("POST", f"/datasets/{dataset}/generate",
                            {"strategy": "topic_description", "topics": leaves[:1], "count": 2, "retries": 1, "records_per_call": 2})
        equal(answer.status, 202, f"POST generate: {answer}")
        run = answer.json["run"]
        daemon.wait_for(lambda: daemon.read(f"/datasets/{dataset}/generations/{run}")["state"] == "completed", "the generation")
        told = daemon.read(f"/datasets/{dataset}/generations/{run}")
        print(f"        generation: {told['generated']} kept, {sum(told['rejected'].values())} rejected, {told['calls_failed']} calls unreadable")
    finally:
        server.close()


if __name__ == "__main__":
    run_cases()
