// node e2e/run.mjs BUILD [PART OF A SENTENCE]: the page as it is built into BUILD/api/rftd, in Debian's Chromium.
import "./screens.mjs";
import "./walk.mjs";
import "./work.mjs";
import "./grading.mjs";
import "./traces.mjs";
import "./time.mjs";
import "./trouble.mjs";
import { runAll } from "./harness.mjs";

const [build, only] = process.argv.slice(2);
if (!build) {
  console.error("usage: node e2e/run.mjs BUILD [PART OF A SENTENCE]");
  process.exit(2);
}
await runAll(build, only);
