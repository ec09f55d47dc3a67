// A language model for tests, in OpenAI's shape: judges by the letters of what it reads, answers prompts, writes new ones.
import { createServer } from "node:http";

const hash = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7);
const openers = ["How do I", "What is the idea when I", "Why should one", "Is it good to", "When can White", "Where does Black"];
const deeds = ["trade queens", "push the h-pawn", "double the rooks", "castle long", "give up the bishop pair", "play for a draw", "break in the centre", "defend the back rank"];
const places = ["in a rook ending", "after the opening", "with an extra pawn", "in time trouble", "against a passed pawn", "with opposite bishops"];

function question(number) {
  const pick = (list, by) => list[Math.floor(number / by) % list.length];
  return `${pick(openers, 1)} ${pick(deeds, 3)} ${pick(places, 7)}, position ${number * 7919} of the ${String.fromCharCode(97 + (number % 26)).repeat(3)} set?`;
}

export function answerTo(prompt, state) {
  const wanted = /Write (\d+)/.exec(prompt);
  if (wanted) {
    const texts = Array.from({ length: Number(wanted[1]) }, () => question((state.made += 1)));
    return JSON.stringify(prompt.includes("conversations about") ? { conversations: texts.map((content) => ({ messages: [{ role: "user", content }] })) } : { prompts: texts });
  }
  if (/\bscore\b/i.test(prompt)) return JSON.stringify({ reasoning: "It names the move and says why.", score: (hash(prompt) % 11) / 10 });
  return "Put the rook behind the pawn, because there it attacks the square of promotion. ".repeat(1 + (hash(prompt) % 3));
}

export class Model {
  constructor(delay = 0) {
    this.state = { made: 0, asked: 0, delay };
  }
  async start(port = 0) {
    this.server = createServer((request, response) => {
      const pieces = [];
      request.on("data", (piece) => pieces.push(piece));
      request.on("end", () => {
        const reply = (body) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
        if (request.method === "GET") return reply({ object: "list", data: [{ id: "tutor-small", object: "model" }, { id: "judge-large", object: "model" }] });
        const { model, messages } = JSON.parse(Buffer.concat(pieces));
        this.state.asked += 1;
        const content = answerTo(messages.at(-1).content, this.state);
        const usage = { prompt_tokens: 120, completion_tokens: Math.ceil(content.length / 4), total_tokens: 120 + Math.ceil(content.length / 4) };
        setTimeout(() => reply({ id: "1", object: "chat.completion", model, choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }], usage }), this.state.delay);
      });
    });
    await new Promise((done) => this.server.listen(port, "127.0.0.1", done));
    this.url = `http://127.0.0.1:${this.server.address().port}/v1`;
    return this;
  }
  async stop() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

export const config = (model) => `[[models]]
name = "local"
base_url = "${model.url}"
models = ["tutor-small", "judge-large"]
prices = { "tutor-small" = { input = 0.15, output = 0.6 } }
`;
