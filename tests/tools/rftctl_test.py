"""rftctl as a program, against canned answers: exit codes, what it sends, what it prints.

Usage: rftctl_test.py PATH-OF-RFTCTL
"""
import gzip
import json
import os
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fake_daemon import CANVAS, PROBLEM, FakeDaemon  # noqa: E402

RFTCTL = None


def call(*arguments, url=None, env=None, **options):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RFTD_")}
    environment.update(env or {})
    if url:
        environment["RFTD_URL"] = url
    return subprocess.run([RFTCTL, *arguments], env=environment, capture_output=True, timeout=60, **options)


class WithoutDaemon(unittest.TestCase):
    def test_exit_code_3_when_nothing_listens(self):
        with socket.socket() as held:  # bound and not listening: refuses, and nobody else can take the port
            held.bind(("127.0.0.1", 0))
            done = call("datasets", url=f"http://127.0.0.1:{held.getsockname()[1]}")
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"is it running?", done.stderr)
        self.assertEqual(done.stdout, b"")

    def test_exit_code_2_for_usage(self):
        for arguments in ([], ["nonsense"], ["create", "x"], ["import", "d1"], ["topics"], ["runs", "show", "d1"],
                          ["topics", "show", "d1", "more"], ["records", "d1", "--limit", "none"],
                          ["replay", "--data", "/nonexistent", "--verify"], ["audit", "--data", "/"],
                          ["export", "d1", "--what", "everything"], ["fork", "d1", "copy"], ["generate", "review", "d1"],
                          ["generate", "review", "d1", "--accept", "all", "--reject", "1"], ["grader", "set", "d1", "/nonexistent"],
                          ["generate", "start", "d1", "--strategy", "guess"], ["dry-run", "start", "d1", "-k", "65"], ["traces"],
                          ["traces", "list", "--status", "maybe"], ["traces", "list", "--has-tools", "1"], ["traces", "pull"],
                          ["traces", "list", "--tokens-gte", "-1"], ["traces", "list", "--min-turns", "1.5"], ["traces", "pull", "d1", "--folding", "some"],
                          ["traces", "pull", "d1", "--preview", "--wait"], ["traces", "pull", "d1", "--id", "c1", "--q", "x"], ["create", "x", "--objective", "o", "--model", "m"],
                          ["create", "x", "--objective", "o", "--file", "f", "--from-traces"]):
            with self.subTest(arguments=arguments):
                done = call(*arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(done.stdout, b"")
                self.assertNotEqual(done.stderr, b"")

    def test_help_and_version_are_no_errors(self):
        self.assertEqual(call("--help").returncode, 0)
        self.assertEqual(call("import", "--help").returncode, 0)
        self.assertRegex(call("--version").stdout, rb"^rftctl \d+\.\d+\.\d+\n$")


class WithDaemon(unittest.TestCase):
    def setUp(self):
        self.daemon = FakeDaemon().__enter__()
        self.addCleanup(self.daemon.__exit__)

    def call(self, *arguments, **options):
        return call(*arguments, url=self.daemon.url, **options)

    def last(self):
        return self.daemon.requests[-1]

    def test_a_refusal_is_exit_code_1_and_says_what_was_wanted(self):
        done = self.call("delete", "chess")
        self.assertEqual(done.returncode, 1)
        for part in (b"409 Conflict", b"wanted  confirm: true", b"found   nothing", b"1,042 records would be deleted"):
            self.assertIn(part, done.stderr)
        self.assertEqual(done.stdout, b"")

    def test_json_prints_what_the_daemon_says(self):
        done = self.call("--json", "canvas", "d1")
        self.assertEqual((done.returncode, json.loads(done.stdout)), (0, CANVAS))
        done = self.call("delete", "d1", "--json")
        self.assertEqual((done.returncode, json.loads(done.stdout)), (1, PROBLEM))

    def test_a_dataset_may_be_named_by_id_or_by_a_unique_name(self):
        self.assertEqual(self.call("health", "chess").returncode, 0)
        self.assertEqual(self.last()[1], "/api/v1/datasets/d1/health")
        done = self.call("health", "twin")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"found 2; use an id", done.stderr)
        self.assertEqual(self.call("health", "absent").returncode, 1)

    def test_every_view_prints_something_and_no_colour_into_a_pipe(self):
        for arguments in (["datasets"], ["canvas", "d1"], ["health", "d1"], ["coverage", "d1"], ["records", "d1"],
                          ["records", "d1", "r1"], ["topics", "d1"], ["topics", "show", "d1"], ["runs", "d1"],
                          ["runs", "show", "d1", "run1"], ["events", "d1"], ["diff", "d1", "--from", "1"], ["system"],
                          ["generate", "start", "d1", "--preview"], ["generate", "d1"], ["generate", "list", "d1"],
                          ["generate", "show", "d1", "run2"], ["generate", "records", "d1"], ["dry-run", "list", "d1"],
                          ["traces", "list"], ["traces", "facets"], ["traces", "show", "c7"],
                          ["traces", "sources"]):
            with self.subTest(arguments=arguments):
                done = self.call(*arguments)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotIn(b"\033", done.stdout)
                self.assertGreater(len(done.stdout), 10)

    def test_an_import_is_streamed_as_it_is(self):
        line = b'{"messages": [{"role": "user", "content": "hi"}]}\n'
        with tempfile.TemporaryDirectory() as folder:
            plain, packed = os.path.join(folder, "a.jsonl"), os.path.join(folder, "b.jsonl.gz")
            with open(plain, "wb") as file:
                file.write(line * 50000)
            with gzip.open(packed, "wb") as file:
                file.write(line * 10)
            done = self.call("import", "d1", plain)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"imported 50,000 of 50,000 lines", done.stdout)
            self.assertIn(b"100%", done.stderr)
            self.assertNotIn(b"\r", done.stderr)
            method, path, headers, body = self.last()
            self.assertEqual((method, path), ("POST", "/api/v1/datasets/d1/import?mode=append&name=a.jsonl"))
            self.assertEqual(headers["Content-Type"], "application/x-ndjson")
            self.assertNotIn("Content-Encoding", headers)
            self.assertEqual(body, line * 50000)
            done = self.call("import", "d1", packed)
            self.assertEqual(self.last()[2]["Content-Encoding"], "gzip")
            self.assertIn(b"imported 10 of 10 lines", done.stdout)
            done = self.call("import", "d1", plain, "--replace")
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"wanted  confirm: true", done.stderr)
            self.assertEqual(self.call("import", "d1", plain, "--replace", "--confirm").returncode, 0)
            self.assertEqual(self.last()[1], "/api/v1/datasets/d1/import?mode=replace&confirm=true&name=a.jsonl")

    def test_an_import_reads_standard_input(self):
        done = self.call("import", "d1", "-", input=b"{}\n" * 3)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"imported 3 of 3 lines", done.stdout)

    def test_create_imports_its_file(self):
        with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
            file.write(b"{}\n")
            file.flush()
            done = self.call("create", "chess", "--objective", "play better", "--file", file.name)
        self.assertEqual(done.returncode, 0, done.stderr)
        posts = [request for request in self.daemon.requests if request[0] == "POST"]
        self.assertEqual(json.loads(posts[0][3]),
                         {"name": "chess", "objective": "play better", "source": {"type": "upload"}})
        self.assertTrue(posts[1][1].startswith("/api/v1/datasets/d1/import?mode=append&name="))

    def test_writes_carry_an_idempotency_key_and_the_token(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("from-file\n")
            file.flush()
            self.call("topics", "generate", "d1", env={"RFTD_TOKEN": "s3cret"})
            first = self.last()[2]
            self.call("topics", "generate", "d1", "--token-file", file.name, env={"RFTD_TOKEN": "s3cret"})
            second = self.last()[2]
        self.assertEqual(first["Authorization"], "Bearer s3cret")
        self.assertEqual(second["Authorization"], "Bearer from-file")
        self.assertNotEqual(first["Idempotency-Key"], second["Idempotency-Key"])
        self.call("topics", "generate", "d1", "--idempotency-key", "mine")
        self.assertEqual(self.last()[2]["Idempotency-Key"], "mine")
        self.assertNotIn("Authorization", self.last()[2])

    def test_work_verbs_send_what_they_were_told(self):
        for arguments, path, body in (
                (["topics", "generate", "d1", "--method", "template", "--template", "sales", "--max-topics", "9",
                  "--confirm"], "topics/generate",
                 {"method": "template", "template": "sales", "max_topics": 9, "confirm": True}),
                (["categorize", "d1", "--scope", "all"], "categorize", {"scope": "all"}),
                (["topics", "categorize", "d1"], "categorize", {"scope": "unlabeled"}),
                (["runs", "trigger", "d1", "coverage"], "steps/coverage/trigger", {}),
                (["runs", "cancel", "d1", "run1"], "runs/run1/cancel", {}),
                (["runs", "resume", "d1", "run1"], "runs/run1/resume", {}),
                (["fork", "d1", "copy", "--at", "7"], "duplicate", {"name": "copy", "at": 7}),
                (["duplicate", "d1", "copy"], "duplicate", {"name": "copy"}),
                (["dry-run", "start", "d1", "--sample-size", "all", "--model", "m", "-k", "4", "--seed", "3"], "dry-runs",
                 {"sample_size": "all", "model": "m", "k": 4, "seed": 3}),
                (["dry-run", "regrade", "d1", "run5", "--version", "2"], "dry-runs/run5/regrade", {"grader_version": 2}),
                (["dry-run", "regrade", "d1"], "dry-runs/run5/regrade", {}),
                (["generate", "start", "d1", "--strategy", "few_shot", "--count", "9", "--topic", "t2", "--max-share", "0.5"],
                 "generate", {"strategy": "few_shot", "count": 9, "topics": ["t2"], "synthetic_share_max": 0.5}),
                (["generate", "start", "d1", "--preview"], "generate?preview=true", {}),
                (["generate", "review", "d1", "--accept", "all"], "generations/run2/review", {"accept": "all"}),
                (["generate", "review", "d1", "run2", "--only", "0,2"], "generations/run2/review", {"accept": [0, 2]}),
                (["generate", "review", "d1", "--reject", "1"], "generations/run2/review", {"reject": [1]})):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.call(*arguments).returncode, 0)
                self.assertEqual(self.last()[1], "/api/v1/datasets/d1/" + path)
                self.assertEqual(json.loads(self.last()[3]), body)
        self.assertEqual(self.call("topics", "generate", "d1", "--wait").returncode, 0)
        self.assertEqual(self.call("runs", "wait", "d1").returncode, 0)

    def test_a_filter_of_traces_goes_out_in_the_words_of_the_api(self):
        done = self.call("traces", "list", "--model", "a b", "--model", "c", "--label", "x", "--has-tools", "false", "--q", "why & how",
                         "--min-turns", "2", "--tokens-gte", "10", "--tokens-lt", "20", "--from", "2025-01-01T00:00:00+02:00",
                         "--limit", "5", "--cursor", "n")
        self.assertEqual(done.returncode, 0, done.stderr)
        sent = urllib.parse.parse_qs(urllib.parse.urlsplit(self.last()[1]).query)
        self.assertEqual(sent, {"model": ["a b", "c"], "label": ["x"], "has_tools": ["false"], "q": ["why & how"], "min_turns": ["2"],
                                "tokens_gte": ["10"], "tokens_lt": ["20"], "from": ["2025-01-01T00:00:00+02:00"], "limit": ["5"],
                                "cursor": ["n"]})
        self.assertIn(b"1 of 7 that match; 9 are kept; more with --cursor c9", done.stdout)
        self.call("traces", "facets", "--provider", "p", "--status", "error")
        self.assertEqual(self.last()[1], "/api/v1/traces/facets?status=error&provider=p")

    def test_a_pull_says_what_it_took_and_left_out(self):
        wanted = {"filter": {"from": "2025-01-01T00:00:00Z", "model": ["m"], "has_output": True, "min_turns": 2},
                  "folding": "every_call", "with_failed": True, "categorize": True}
        done = self.call("traces", "pull", "d1", "--from", "2025-01-01T00:00:00Z", "--model", "m", "--has-output", "true", "--min-turns",
                         "2", "--folding", "every_call", "--with-failed", "--categorize")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.last()[0], self.last()[1]), ("POST", "/api/v1/datasets/d1/pull"))
        self.assertEqual(json.loads(self.last()[3]), wanted)
        self.assertEqual(done.stdout, b"took 5 of 9 calls that match; left out: 3 folded, 1 failed  (watermark 44, run1)\n")
        done = self.call("traces", "pull", "d1", "--preview")
        self.assertEqual((self.last()[1], self.last()[3]), ("/api/v1/datasets/d1/pull?preview=true", b"{}"))
        self.assertTrue(done.stdout.startswith(b"would take 5 of 9"), done.stdout)
        self.assertEqual(self.call("traces", "pull", "d1", "--wait").returncode, 0)
        self.assertEqual(self.last()[1], "/api/v1/datasets/d1/runs/run1")

    def test_sources_of_traces_are_shown_and_pulled_from_by_name(self):
        out = self.call("traces", "sources").stdout.decode()
        for word in ("prod", "langfuse", "failing", "401 Unauthorized", "12"):
            self.assertIn(word, out)
        done = self.call("traces", "sources", "pull", "prod")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"pulling", done.stdout)
        self.assertEqual(self.last()[1], "/api/v1/traces/sources/prod/pull")
        done = self.call("traces", "sources", "pull", "a/b?c")
        self.assertEqual(self.last()[1], "/api/v1/traces/sources/a%2Fb%3Fc/pull")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"there are: prod", done.stderr)
        for wrong in (["traces", "sources", "pull"], ["traces", "sources", "push"]):
            self.assertEqual(self.call(*wrong).returncode, 2)

    def test_a_dataset_is_created_from_traces(self):
        for options, source in (([], {"type": "traces", "filter": {}}),
                                (["--label", "a", "--folding", "last_of_session"],
                                 {"type": "traces", "filter": {"label": ["a"]}, "folding": "last_of_session"}),
                                (["--id", "c1", "--id", "c2"], {"type": "traces", "ids": ["c1", "c2"]})):
            done = self.call("create", "chess", "--objective", "o", "--from-traces", *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(self.last()[3]), {"name": "chess", "objective": "o", "source": source})

    def test_a_log_of_calls_is_imported_and_what_was_refused_is_said(self):
        with tempfile.NamedTemporaryFile(suffix=".jsonl.gz") as file:
            file.write(gzip.compress(b"{}\n" * 3))
            file.flush()
            done = self.call("traces", "import", file.name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.last()[1], self.last()[2]["Content-Encoding"]), ("/api/v1/traces/import", "gzip"))
        self.assertIn(b"took 1 calls and 1 spans from 3 lines, 1 were there already\nrefused 1 lines:\n  line 2: expected JSON",
                      done.stdout)
        self.assertNotIn(b"\033", done.stdout)

    def test_a_call_is_shown_with_its_texts_and_its_spans_as_a_tree(self):
        out = self.call("traces", "show", "c7").stdout.decode()
        for part in ("how many? [image_url]", "→ count({})", "three", "  chat  cd  (the call)\n    http  ef\n",
                     "  round  x\n    about  y\n", "leave it out: folded", "clock_ahead at start"):
            self.assertIn(part, out)
        self.call("traces", "show", "a/b?c")
        self.assertEqual(self.last()[1], "/api/v1/traces/a%2Fb%3Fc")

    def test_a_grader_is_set_from_a_script_or_an_object(self):
        grader = {"type": "string_check", "input": "a", "reference": "a", "operation": "eq", "name": "n"}
        for suffix, text, wanted in ((".js", "grade = () => 1", {"type": "script", "source": "grade = () => 1"}),
                                     (".json", json.dumps(grader), grader)):
            with tempfile.NamedTemporaryFile("w", suffix=suffix) as file:
                file.write(text)
                file.flush()
                self.assertEqual(self.call("grader", "set", "d1", file.name, "--reason", "why").returncode, 0)
            method, path, _, body = self.last()
            self.assertEqual((method, path), ("PUT", "/api/v1/datasets/d1/grader"))
            self.assertEqual(json.loads(body), {"grader": wanted, "reason": "why"})

    def test_topics_are_set_from_a_file(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"topics": [{"name": "a"}]}, file)
            file.flush()
            self.assertEqual(self.call("topics", "set", "d1", file.name, "--clear").returncode, 0)
        method, path, _, body = self.last()
        self.assertEqual((method, path), ("PUT", "/api/v1/datasets/d1/topics"))
        self.assertEqual(json.loads(body), {"topics": [{"name": "a"}], "assignments": "clear"})

    def test_an_export_is_whole_or_absent(self):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "records.jsonl")
            self.assertEqual(self.call("export", "d1", "--shape", "rft", "--out", out).returncode, 0)
            with open(out, "rb") as file:
                self.assertEqual(file.read(), b'{"messages":[]}\n' * 1000)
            self.assertIn("what=records&shape=rft", self.last()[1])
            self.assertEqual(os.listdir(folder), ["records.jsonl"])
        self.assertEqual(self.call("export", "d1").stdout, b'{"messages":[]}\n' * 1000)

    def test_an_archive_goes_back_in_under_a_name(self):
        with tempfile.NamedTemporaryFile(suffix=".tar") as file:
            file.write(b"an archive")
            file.flush()
            done = self.call("import-archive", file.name, "--name", "chess again")
            self.assertEqual(done.returncode, 0, done.stderr)
        method, path, headers, body = self.last()
        self.assertEqual((method, path), ("POST", "/api/v1/datasets/import-archive?name=chess%20again"))
        self.assertEqual((headers["Content-Type"], body), ("application/x-tar", b"an archive"))
        self.assertEqual(self.call("import-archive", "/no/such/file").returncode, 1)

    def test_erasing_asks_to_be_confirmed(self):
        self.assertEqual(self.call("erase", "d1", "r1").returncode, 1)
        done = self.call("erase", "d1", "r1", "r2", "--reason", "asked for", "--confirm")
        self.assertEqual(done.stdout, b"erased 2 records (position 21)\n")
        self.assertEqual(json.loads(self.last()[3]), {"ids": ["r1", "r2"], "confirm": True, "reason": "asked for"})

    def test_following_reads_pages_and_goes_on_after_a_break_from_the_last_event_seen(self):
        environment = dict(os.environ, RFTD_URL=self.daemon.url)
        with subprocess.Popen([RFTCTL, "events", "d1", "--follow", "--from", "5", "--json"], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            positions = [json.loads(process.stdout.readline())["position"] for _ in range(11)]
            process.terminate()
            process.communicate(timeout=20)
        self.assertEqual(positions, list(range(5, 16)))
        streams = [headers for _, path, headers, _ in self.daemon.requests
                   if headers["Accept"] == "text/event-stream"]
        self.assertEqual([headers["Last-Event-ID"] for headers in streams][:2], ["6", "9"])

    def test_a_difference_shows_only_what_changed(self):
        out = self.call("diff", "d1", "--from", "1").stdout.decode()
        for part in ("position 1 (–) → 9", "line             – → 7 topics", "records          0 → 1042", "t8  Rooks"):
            self.assertIn(part, out)
        self.assertNotIn("waiting", out)
        self.assertNotIn("balance", out)

    def test_control_characters_of_records_do_not_reach_the_terminal(self):
        for arguments in (["records", "d1"], ["records", "d1", "r1"], ["traces", "list"], ["traces", "show", "c7"]):
            done = self.call(*arguments)
            self.assertNotIn(b"\033", done.stdout)
            self.assertNotIn("\u202e", done.stdout.decode())


if __name__ == "__main__":
    RFTCTL = os.path.abspath(sys.argv.pop(1))
    unittest.main()
