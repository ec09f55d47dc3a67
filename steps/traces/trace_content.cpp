#include "steps/traces/trace_content.hpp"

#include <spdlog/spdlog.h>

#include <map>

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

void add_item(TraceContent& content, store::TraceItemKind kind, std::string_view bytes) {
  content.bytes += bytes.size();
  ++content.items;
  if (kind == store::TraceItemKind::span) {
    add(content.spans, decode_span(bytes));
  } else if (kind == store::TraceItemKind::log_record) {
    add(content.log_records, decode_log_record(bytes));
  } else {
    add_line(content, bytes);
  }
}

void find_calls(TraceContent& content) {
  Assembled assembled = assemble(content.spans, content.log_records);
  std::move(assembled.calls.begin(), assembled.calls.end(), std::back_inserter(content.calls));
  content.others = std::move(assembled.others);
}

}  // namespace

schemas::Result<TraceContent> read_trace(const store::TraceStore& store, const std::string& trace,
                                         std::size_t items_max) {
  TraceContent content;
  const auto read = store.items(trace, [&](store::TraceItemKind kind, std::string_view bytes) {
    add_item(content, kind, bytes);
    return content.items < items_max;
  });
  if (!read) return std::unexpected(read.error());
  find_calls(content);
  return content;
}

TraceContent content_of(std::span<const store::TraceItem> items) {
  std::map<std::pair<store::TraceItemKind, std::string_view>, const store::TraceItem*> by_id;
  for (const store::TraceItem& item : items) by_id[{item.kind, item.id}] = &item;
  TraceContent content;
  for (const auto& [id, item] : by_id) add_item(content, id.first, item->bytes);
  find_calls(content);
  return content;
}

}  // namespace steps::traces
