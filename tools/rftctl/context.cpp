#include "tools/rftctl/context.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <vector>

namespace rftctl {

namespace {

Result<std::string> token_of(const Settings& settings) {
  if (settings.token_file.empty()) return settings.token;
  std::ifstream file(settings.token_file);
  std::string token;
  if (!file || !(file >> token))
    return failed(fmt::format("expected a token in {}, found none", settings.token_file));
  return token;
}

std::string named(const std::vector<json>& datasets) {
  std::string out;
  for (const json& dataset : datasets)
    out += fmt::format("\n  {}  {}", text(dataset, "id"), printable(text(dataset, "name")));
  return out;
}

}  // namespace

Result<Context> Context::from(const Settings& settings) {
  auto token = token_of(settings);
  if (!token) return std::unexpected(token.error());
  return Context(Client(settings.server, *token, settings.idempotency_key), settings.json);
}

Result<std::string> Context::dataset(std::string_view wanted) {
  std::vector<json> matches;
  std::string cursor;
  do {
    auto page = client_.get("/datasets" + Query().add("limit", "200").add("cursor", cursor).text());
    if (!page) return std::unexpected(page.error());
    const json document = page->document();
    for (const json& dataset : member(document, "items")) {
      if (text(dataset, "id") == wanted) return text(dataset, "id");
      if (wanted.empty() || text(dataset, "name") == wanted) matches.push_back(dataset);
    }
    cursor = text(document, "next");
  } while (!cursor.empty());
  if (matches.size() == 1) return text(matches[0], "id");
  if (wanted.empty())
    return failed(matches.empty() ? "there is no dataset yet\n  hint    rftctl create NAME --objective TEXT"
                                  : "expected a dataset, found none named; there are" + named(matches),
                  matches.empty() ? exit_failed : exit_usage);
  if (matches.empty())
    return failed(
        fmt::format("expected a dataset with the id or name {}, found none\n  hint    rftctl datasets",
                    printable(wanted)));
  return failed(fmt::format("expected one dataset with the name {}, found {}; use an id{}", printable(wanted),
                            matches.size(), named(matches)));
}

int Context::show(const Result<Response>& answer, const std::function<std::string(const json&)>& view) {
  if (!answer) return tell(answer.error());
  if (json_) {
    print(answer->body.empty() ? "null\n" : answer->body);
    if (!answer->body.empty() && !answer->body.ends_with('\n')) print("\n");
    return exit_ok;
  }
  const json document = answer->body.empty() ? json() : answer->document();
  if (document.is_discarded())
    return tell({exit_failed, "expected JSON from the daemon, found something else", {}});
  print(view(document));
  return exit_ok;
}

int Context::tell(const Failure& failure) const {
  if (json_ && !failure.json.empty()) print(failure.json + "\n");
  std::fflush(stdout);
  const std::string line = "rftctl: " + failure.text + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
  return failure.exit_code;
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace rftctl
