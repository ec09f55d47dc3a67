// node pack.mjs DIST OUT: the built page as an assembler file that takes the bytes in and a table that names them.
// Text is kept as gzip and brotli; what is compressed already, as it is.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [dist, out] = process.argv.slice(2);
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".jsonl": "application/x-ndjson",
};
const blobs = join(out, "blobs");
rmSync(blobs, { recursive: true, force: true });
mkdirSync(blobs, { recursive: true });

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .sort();

let assembler = "# Made by web/scripts/pack.mjs.\n    .section .rodata\n";
let rows = "";
let externs = "";
function keep(name, bytes) {
  const file = join(blobs, name);
  writeFileSync(file, bytes);
  assembler += `    .global web_${name}\n    .hidden web_${name}\nweb_${name}:\n    .incbin "${file}"\n`;
  externs += `extern "C" const char web_${name}[];\n`;
  return `{web_${name}, ${bytes.length}}`;
}
files.forEach((file, i) => {
  const bytes = readFileSync(file);
  const path = file.slice(dist.length).replaceAll("\\", "/");
  const extension = extname(file);
  const type = types[extension];
  if (!type) throw new Error(`pack: no content type for ${path}; add it to scripts/pack.mjs`);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  const text = extension !== ".woff2";
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  const forms = text
    ? `{}, ${keep(`gz${i}`, gzipSync(bytes, { level: 9 }))}, ${keep(`br${i}`, brotliCompressSync(bytes, brotli))}`
    : `${keep(`id${i}`, bytes)}, {}, {}`;
  const immutable = /^\/assets\/.+-[\w-]{8}\.\w+$/.test(path);
  rows += `    WebAsset{"${path}", "${type}", "${hash}", ${immutable}, ${forms}},\n`;
});
assembler += '    .section .note.GNU-stack,"",%progbits\n';

writeFileSync(join(out, "web_assets.S"), assembler);
writeFileSync(
  join(out, "web_assets.cpp"),
  `// Made by web/scripts/pack.mjs.
#include "api/web_assets.hpp"

#include <array>

${externs}
namespace api {

namespace {
const std::array<WebAsset, ${files.length}> assets{{
${rows}}};
}  // namespace

std::span<const WebAsset> web_assets() {
  return assets;
}

}  // namespace api
`,
);
