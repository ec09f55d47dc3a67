// The web page: what is built in, or the files of --ui-dir, read anew for each request; without either a page
// that says so.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/handlers.hpp"
#include "api/version.hpp"
#include "api/web_assets.hpp"
#include "store/codec.hpp"

namespace api {

namespace fs = std::filesystem;

namespace {
struct Kind {
  std::string_view extension;
  std::string_view type;
};
constexpr std::array kinds{Kind{".html", "text/html; charset=utf-8"},
                           Kind{".js", "text/javascript; charset=utf-8"},
                           Kind{".mjs", "text/javascript; charset=utf-8"},
                           Kind{".css", "text/css; charset=utf-8"},
                           Kind{".json", "application/json"},
                           Kind{".map", "application/json"},
                           Kind{".webmanifest", "application/manifest+json"},
                           Kind{".svg", "image/svg+xml"},
                           Kind{".png", "image/png"},
                           Kind{".ico", "image/x-icon"},
                           Kind{".woff2", "font/woff2"},
                           Kind{".txt", "text/plain; charset=utf-8"}};

std::string_view type_of(const fs::path& file) {
  const std::string extension = lower_case(file.extension().string());
  for (const Kind& kind : kinds) {
    if (kind.extension == extension) return kind.type;
  }
  return "application/octet-stream";
}

Result<Reply> file_reply(const Call& call, const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::error_code ignored;
  if (!stream || !fs::is_regular_file(file, ignored)) {
    return fail(ErrorCode::not_found, "a file of the web page",
                "'" + std::string(call.request.path_text()) + "'");
  }
  std::ostringstream content;
  content << stream.rdbuf();
  Reply reply;
  reply.body = std::move(content).str();
  reply.content_type = std::string(type_of(file));
  const std::string etag = "\"" + to_text(store::blob_id_of(reply.body)) + "\"";
  reply.headers = {{"Cache-Control", "no-store"}, {"ETag", etag}};
  if (call.request.header("if-none-match") == etag) {
    reply.status = 304;
    reply.body.clear();
  }
  return reply;
}

// Whether Accept-Encoding takes it: named, and not with q=0.
bool accepts(const Request& request, std::string_view encoding) {
  std::string_view rest = request.header("accept-encoding").value_or("");
  while (!rest.empty()) {
    const std::string_view item = trimmed(rest.substr(0, rest.find(',')));
    rest.remove_prefix(
        std::min(rest.size(), rest.find(',') == std::string_view::npos ? rest.size() : rest.find(',') + 1));
    const std::string_view name = trimmed(item.substr(0, item.find(';')));
    if (!equal_ignoring_case(name, encoding)) continue;
    const std::size_t q = item.find("q=");
    return q == std::string_view::npos ||
           item.substr(q + 2).find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

// For the rare client that takes no compressed answer.
std::string inflated(std::string_view gzip) {
  std::string bytes;
  z_stream stream{};
  constexpr int gzip_window = 15 + 16;
  if (inflateInit2(&stream, gzip_window) != Z_OK) return bytes;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data()));
  stream.avail_in = static_cast<uInt>(gzip.size());
  std::array<char, 64U << 10U> piece{};
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    state = inflate(&stream, Z_NO_FLUSH);
    bytes.append(piece.data(), piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  return bytes;
}

const WebAsset* built_in(std::string_view path) {
  const auto assets = web_assets();
  const auto found = std::ranges::find(assets, path, &WebAsset::path);
  return found == assets.end() ? nullptr : &*found;
}

Reply asset_reply(const Call& call, const WebAsset& asset) {
  Reply reply;
  reply.content_type = asset.content_type;
  std::string_view encoding;
  if (!asset.brotli.empty() && accepts(call.request, "br"))
    encoding = "br";
  else if (!asset.gzip.empty() && accepts(call.request, "gzip"))
    encoding = "gzip";
  std::string etag = "\"" + std::string(asset.hash);
  if (!encoding.empty()) etag += "-" + std::string(encoding);
  etag += '"';
  reply.headers = {{"Cache-Control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache"},
                   {"ETag", etag}};
  if (!asset.gzip.empty()) reply.headers.emplace_back("Vary", "Accept-Encoding");
  if (call.request.header("if-none-match") == etag) {
    reply.status = 304;
    return reply;
  }
  if (!encoding.empty()) reply.headers.emplace_back("Content-Encoding", encoding);
  if (encoding == "br")
    reply.body = asset.brotli;
  else if (encoding == "gzip")
    reply.body = asset.gzip;
  else
    reply.body = asset.gzip.empty() ? std::string(asset.identity) : inflated(asset.gzip);
  return reply;
}

constexpr std::string_view page_without_ui =
    R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>rftd</title>
</head>
<body>
<main>
<h1>rftd is running</h1>
<p>This build has no web page in it, because Node.js was not there when it was built. The daemon itself is complete:
everything can be done over HTTP or with <code>rftctl</code>.</p>
<p>To have the page, install Node.js 20.19 or newer with npm and build rftd again (CMake says which it found), or build
the page alone in <code>web/</code> (<code>npm ci</code>, then <code>npm run build</code>) and start the daemon with
<code>--ui-dir web/dist</code>.</p>
<ul>
<li><a href="/api/v1">The API, browsable</a> (<a href="/api/v1/openapi.json">openapi.json</a>)</li>
<li><a href="/api/v1/datasets">Datasets</a>; the canvas of the first one:
<a href="/api/v1/datasets/d1/canvas">/api/v1/datasets/d1/canvas</a></li>
<li><a href="/api/v1/system">The daemon</a>, <a href="/metrics">its metrics</a></li>
</ul>
</main>
</body>
</html>
)";
}  // namespace

Result<Reply> get_page(const Call& call) {
  if (!call.services->config.ui_dir.empty())
    return file_reply(call, fs::path(call.services->config.ui_dir) / "index.html");
  if (const WebAsset* page = built_in("/index.html")) return asset_reply(call, *page);
  Reply reply;
  reply.content_type = "text/html; charset=utf-8";
  reply.body = page_without_ui;
  reply.headers.emplace_back("Cache-Control", "no-cache");
  return reply;
}

// A missing file is 404, never the page: a missing chunk must fail loudly.
Result<Reply> get_asset(const Call& call) {
  if (call.services->config.ui_dir.empty()) {
    if (const WebAsset* asset = built_in(call.request.path_text())) return asset_reply(call, *asset);
  }
  fs::path file(call.services->config.ui_dir);
  for (const std::string& segment : call.request.path) {
    const bool leaves =
        segment.empty() || segment.starts_with('.') || segment.find_first_of("/\\") != std::string::npos;
    if (leaves || call.services->config.ui_dir.empty()) {
      return fail(ErrorCode::not_found, "a file of the web page",
                  "'" + std::string(call.request.path_text()) + "'");
    }
    file /= segment;
  }
  return file_reply(call, file);
}

}  // namespace api
