#include "steps/traces/pull_source.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "steps/llm/provider.hpp"
#include "steps/llm/wire.hpp"
#include "steps/traces/call_values.hpp"
#include "steps/traces/langfuse_source.hpp"
#include "steps/traces/pull_page.hpp"
#include "steps/traces/vllora_source.hpp"

namespace steps::traces {

using schemas::ErrorCode;
using schemas::fail;
using schemas::Result;

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? c != '-' : !is_hex) return false;
  }
  return true;
}

Result<void> check_kind(const TraceSource& source, const std::string& at) {
  const bool is_langfuse = source.kind == "langfuse";
  if (!is_langfuse && source.kind != "vllora") {
    return fail(ErrorCode::invalid_argument, "kind \"langfuse\" or \"vllora\"", "'" + source.kind + "'",
                "other tools can send: POST /v1/traces takes OTLP", at);
  }
  if (is_langfuse && source.credential.empty()) {
    return fail(ErrorCode::invalid_argument, "the name of a credential: Langfuse asks for keys", "none",
                "credential = \"LANGFUSE_KEYS\", and PUBLIC_KEY:SECRET_KEY in that environment variable or "
                "systemd credential",
                at);
  }
  if (is_langfuse && !source.project.empty()) {
    return fail(ErrorCode::invalid_argument, "no project: Langfuse's keys belong to one",
                "'" + source.project + "'", "use that project's keys as the credential", at);
  }
  if (!is_langfuse && !source.project.empty() && !is_uuid(source.project)) {
    return fail(ErrorCode::invalid_argument, "the id of a vLLora project, a UUID", "'" + source.project + "'",
                "GET /projects of vLLora lists the ids; without one its default project is pulled", at);
  }
  return {};
}

Result<void> check_one(const TraceSource& source) {
  const std::string at = "trace_sources: " + source.name;
  if (!is_name(source.name)) {
    return fail(ErrorCode::invalid_argument, "a name of lower case letters, digits, '-', '_' and '.'",
                "'" + source.name + "'", "every [[trace_sources]] needs one", "trace_sources");
  }
  if (auto good = check_kind(source, at); !good) return good;
  const auto url = llm::parse_url(source.base_url);
  if (!url) {
    return fail(ErrorCode::invalid_argument, "a base_url like https://cloud.langfuse.com",
                "'" + source.base_url + "'", url.error().hint, at);
  }
  if (!url->tls && !source.credential.empty() && !llm::is_loopback(url->host)) {
    return fail(ErrorCode::invalid_argument, "https where a key is sent", source.base_url,
                "a key must not travel unencrypted; use https", at);
  }
  if (!source.from.empty() && !read_time({true, source.from})) {
    return fail(ErrorCode::invalid_argument, "from = a time such as \"2026-01-01T00:00:00Z\"",
                "'" + source.from + "'", {}, at);
  }
  if (source.answer_bytes_max < 1024 || source.answer_bytes_max > 1U << 30U) {
    return fail(ErrorCode::invalid_argument, "answer_bytes of 1024 to 1073741824",
                std::to_string(source.answer_bytes_max), {}, at);
  }
  return {};
}

}  // namespace

Result<void> check_trace_sources(const std::vector<TraceSource>& sources) {
  std::set<std::string> names;
  for (const TraceSource& source : sources) {
    if (auto good = check_one(source); !good) return good;
    if (!names.insert(source.name).second) {
      return fail(ErrorCode::invalid_argument, "every source to have a name of its own",
                  "'" + source.name + "' twice", {}, "trace_sources");
    }
  }
  if (sources.size() > trace_sources_max) {
    return fail(ErrorCode::invalid_argument, "at most " + std::to_string(trace_sources_max) + " sources",
                std::to_string(sources.size()), "each has a thread of its own", "trace_sources");
  }
  return {};
}

std::unique_ptr<PullSource> make_pull_source(const TraceSource& source) {
  if (source.kind == "langfuse") return std::make_unique<LangfuseSource>();
  return std::make_unique<VlloraSource>(source.project);
}

std::string DataPage::meta_text(std::string_view field) const {
  const text::JsonRef meta = json.field(json.root(), "meta");
  const text::JsonRef value = json.field(meta, field);
  std::string buffer;
  return json.is(value, text::JsonKind::string) ? std::string(json.string(value, buffer)) : std::string{};
}

Result<DataPage> read_data(std::string_view body, std::string_view wanted, const std::string& hint) {
  DataPage page;
  const auto fault = page.json.parse(body);
  const bool is_object = !fault && page.json.is(page.json.root(), text::JsonKind::object);
  const text::JsonRef data = is_object ? page.json.field(page.json.root(), "data") : text::no_value;
  if (!page.json.is(data, text::JsonKind::array)) {
    std::string found = body.empty() ? "nothing" : "'" + llm::beginning(body, 100) + "'";
    if (fault && !body.empty())
      found += " (" + std::string(fault.what) + " at byte " + std::to_string(fault.offset) + ")";
    return fail(ErrorCode::corrupt, std::string(wanted), std::move(found), hint);
  }
  for (auto item = page.json.first(data); item != page.json.end(data); item = page.json.next(item))
    page.page.items.push_back(page.json.raw(item));
  return page;
}

std::uint64_t count_in(const std::string& cursor) {
  std::uint64_t count = 0;
  std::from_chars(cursor.data(), cursor.data() + cursor.size(), count);
  return count;
}

}  // namespace steps::traces
