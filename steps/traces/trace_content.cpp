#include "steps/traces/trace_content.hpp"

#include <spdlog/spdlog.h>

#include "steps/traces/json_calls.hpp"
#include "steps/traces/otlp_codec.hpp"

namespace steps::traces {
namespace {

void add_line(TraceContent& content, std::string_view bytes) {
  auto read = read_call_line(bytes);
  if (!read) {
    spdlog::error("traces: a line that was taken cannot be read: {}", read.error().message());
  } else if (Call* call = std::get_if<Call>(&*read)) {
    content.calls.push_back(std::move(*call));
  }
}

template <class Item>
void add(std::vector<Item>& items, schemas::Result<Item> item) {
  if (item) {
    items.push_back(std::move(*item));
  } else {
    spdlog::error("traces: {}", item.error().message());
  }
}

}  // namespace

schemas::Result<TraceContent> read_trace(const store::TraceStore& store, const std::string& trace,
                                         std::size_t items_max) {
  TraceContent content;
  const auto read = store.items(trace, [&](store::TraceItemKind kind, std::string_view bytes) {
    content.bytes += bytes.size();
    if (kind == store::TraceItemKind::span) {
      add(content.spans, decode_span(bytes));
    } else if (kind == store::TraceItemKind::log_record) {
      add(content.log_records, decode_log_record(bytes));
    } else {
      add_line(content, bytes);
    }
    return ++content.items < items_max;
  });
  if (!read) return std::unexpected(read.error());
  Assembled assembled = assemble(content.spans, content.log_records);
  std::move(assembled.calls.begin(), assembled.calls.end(), std::back_inserter(content.calls));
  content.others = std::move(assembled.others);
  return content;
}

}  // namespace steps::traces
