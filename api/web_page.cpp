// The web page: files of --ui-dir, read anew for each request, or a page that says there is none.
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/handlers.hpp"
#include "api/version.hpp"
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
<p>This build has no web page in it. The daemon itself is complete: everything can be done over HTTP or with
<code>rftctl</code>.</p>
<p>To have the page, build it in <code>web/</code> (Node 20 or newer: <code>npm ci</code>, then
<code>npm run build</code>) and start the daemon with <code>--ui-dir web/dist</code>.</p>
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
  Reply reply;
  reply.content_type = "text/html; charset=utf-8";
  reply.body = page_without_ui;
  reply.headers.emplace_back("Cache-Control", "no-cache");
  return reply;
}

// A missing file is 404, never the page: a missing chunk must fail loudly.
Result<Reply> get_asset(const Call& call) {
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
