#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sstream>

#include "tools/rftctl/verbs.hpp"

namespace rftctl {

namespace {

std::string page_view(const Terminal& terminal, const json& page) {
  const json& items = member(page, "items");
  if (!items.is_array() || items.empty()) return "no record matches\n";
  std::vector<std::vector<std::string>> rows{
      {"ID", "LINE>", "STATE", "TOPIC", "CONF>", "TOKENS>", "PREVIEW"}};
  for (const json& record : items) {
    std::string state = flag(record, "valid") ? "valid" : text(record, "code");
    if (!text(record, "duplicate_of").empty()) state += " (duplicate)";
    const auto confidence = number(record, "confidence");
    rows.push_back({text(record, "id"), text(record, "line"), state,
                    fitted(printable(text(record, "topic")), 24),
                    confidence ? fmt::format("{:.2f}", *confidence) : "–", text(record, "tokens"),
                    printable(text(record, "preview"))});
  }
  std::string out = table(terminal, rows);
  out += fmt::format("{} of {}", items.size(), with_commas(count(page, "total")));
  if (const std::string next = text(page, "next"); !next.empty()) out += "; more with --cursor " + next;
  return out + "\n";
}

// Pretty JSON, line by line, because a record may carry what steers a terminal.
std::string record_view(const json& record) {
  std::istringstream pretty(record.dump(2, ' ', false, json::error_handler_t::replace));
  std::string out;
  for (std::string line; std::getline(pretty, line);) out += printable(line) + "\n";
  return out;
}

}  // namespace

int show_records(Context& context, const std::string& dataset, const RecordsWanted& wanted) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  if (!wanted.record.empty()) {
    const std::string path = path_of({*id, "records", wanted.record}) + Query().add("at", wanted.at).text();
    return context.show(context.client().get(path), record_view);
  }
  const std::string query = Query()
                                .add("valid", wanted.valid)
                                .add("code", wanted.code)
                                .add("topic", wanted.topic)
                                .add("source", wanted.source)
                                .add("q", wanted.q)
                                .add("duplicate", wanted.duplicate)
                                .add("confidence_lt", wanted.confidence_lt)
                                .add("sort", wanted.sort)
                                .add("limit", wanted.page.limit)
                                .add("cursor", wanted.page.cursor)
                                .add("at", wanted.at)
                                .text();
  return context.show(context.client().get(path_of({*id, "records"}) + query),
                      [&](const json& page) { return page_view(context.terminal(), page); });
}

int erase_records(Context& context, const std::string& dataset, const std::vector<std::string>& records,
                  const std::string& reason, bool confirm) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  json body{{"ids", records}, {"confirm", confirm}};
  if (!reason.empty()) body["reason"] = reason;
  return context.show(context.client().send("POST", path_of({*id, "records", "erase"}), body),
                      [](const json& answer) {
                        return fmt::format("erased {} records (position {})\n", text(answer, "affected"),
                                           text(answer, "position"));
                      });
}

int export_dataset(Context& context, const std::string& dataset, const Export& wanted) {
  if (wanted.out.empty() && wanted.what == "archive" && context.terminal().is_terminal)
    return context.tell({exit_usage, "an archive is not for a terminal: name a file with --out", {}});
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const std::string query = Query()
                                .add("what", wanted.what)
                                .add("shape", wanted.shape)
                                .add("valid", wanted.valid)
                                .add("topic", wanted.topic)
                                .text();
  const std::string path = path_of({*id, "export"}) + query;
  if (wanted.out.empty() || wanted.out == "-") {
    const auto answer = context.client().download(path, stdout);
    return answer ? exit_ok : context.tell(answer.error());
  }
  // Under another name until it is whole, so that a broken export is never taken for a good one.
  const std::string partial = wanted.out + ".part";
  std::FILE* file = std::fopen(partial.c_str(), "wbe");
  if (file == nullptr)
    return context.tell(
        {exit_failed, fmt::format("{} could not be written: {}", partial, std::strerror(errno)), {}});
  auto answer = context.client().download(path, file);
  const bool closed = std::fclose(file) == 0;
  if (answer && (!closed || std::rename(partial.c_str(), wanted.out.c_str()) != 0))
    answer = failed(fmt::format("{} could not be written: {}", wanted.out, std::strerror(errno)));
  if (!answer) {
    unlink(partial.c_str());
    return context.tell(answer.error());
  }
  return exit_ok;
}

}  // namespace rftctl
