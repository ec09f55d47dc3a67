#include <algorithm>

#include "api/cursor.hpp"
#include "api/event_json.hpp"
#include "api/grading_json.hpp"
#include "api/handlers.hpp"
#include "api/json.hpp"
#include "api/json_views.hpp"
#include "api/record_query.hpp"
#include "api/record_text.hpp"
#include "steps/catalog.hpp"
#include "steps/text/json_index.hpp"
#include "steps/text/normalize.hpp"

namespace api {

namespace {
constexpr std::size_t preview_characters = 200;
constexpr std::size_t events_of_record_max = 200;

// Validation once more, for the words that the columns do not keep.
std::string detail_of(const Call& call, std::uint64_t number, std::string_view line,
                      steps::text::Scratch& scratch) {
  const engine::DatasetState& state = *call.state;
  const engine::RecordRow& row = *state.record(schemas::RecordId(number));
  if (row.is(engine::truncated)) return "longer than the limit for one line; only its beginning was kept";
  const steps::text::ValidationRules rules{state.settings.max_tokens, state.settings.min_user_characters,
                                           state.settings.encoding};
  const auto tokenizer = call.services->tokenizers->get(state.settings.encoding);
  if (!tokenizer) return tokenizer.error().message();
  return steps::text::validate(line, rules, **tokenizer, scratch).detail;
}

// The page that begins `offset` records into the whole list: what a list of which any part may be looked at
// asks for.
Result<engine::RecordPage> page_at(const Call& call, const RecordQuery& query, std::uint64_t offset,
                                   std::size_t limit) {
  const std::string key =
      to_text(*call.dataset) + '@' + std::to_string(call.state->position) + '?' + query.key;
  Order order = call.services->orders.find(key);
  if (!order) {
    auto numbers = matching(*call.state, query, call.services->engine.blobs());
    if (!numbers) return std::unexpected(numbers.error());
    order = std::make_shared<const std::vector<std::uint64_t>>(std::move(*numbers));
    call.services->orders.keep(key, order);
  }
  const std::size_t begin = std::min<std::size_t>(offset, order->size());
  const std::size_t end = std::min(order->size(), begin + limit);
  return engine::RecordPage{{order->begin() + static_cast<std::ptrdiff_t>(begin),
                             order->begin() + static_cast<std::ptrdiff_t>(end)},
                            order->size(),
                            end != order->size()};
}

Result<engine::RecordPage> page_for(const Call& call, const RecordQuery& query, std::uint64_t after,
                                    std::size_t limit) {
  const engine::DatasetState& state = *call.state;
  if (query.text.empty())
    return engine::page_of(state, query.filter, query.sort, query.descending, after, limit);
  const auto numbers = matching(state, query, call.services->engine.blobs());
  if (!numbers) return std::unexpected(numbers.error());
  auto begin = numbers->begin();
  if (after != 0) {
    begin = std::ranges::find(*numbers, after);
    if (begin != numbers->end()) ++begin;
  }
  const auto size = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(limit), numbers->end() - begin);
  return engine::RecordPage{{begin, begin + size}, numbers->size(), begin + size != numbers->end()};
}

Json events_of(const Call& call, std::uint64_t number) {
  std::vector<std::string> found;
  const auto scanned = call.services->engine.log().scan(
      call.dataset->value(), 1, call.state->position, [&](const store::EventView& event) {
        if (mentions_record(event, number)) found.push_back(event_json(event, EventDetail::summary));
        return true;
      });
  Json events = Json::array();
  if (!scanned) return events;
  const std::size_t begin = found.size() > events_of_record_max ? found.size() - events_of_record_max : 0;
  for (std::size_t i = begin; i < found.size(); ++i) events.push_back(Json::parse(found[i]));
  return events;
}

Json lineage_of(const engine::DatasetState& state, const engine::RecordRow& row) {
  const engine::Block& block = state.blocks[row.block];
  const engine::Run* run = state.run(schemas::RunId(block.run));
  Json told;
  told["source"] = schemas::EnumNameSource(block.source);
  told["run"] = block.run == 0 ? Json() : Json(to_text(schemas::RunId(block.run)));
  told["file"] = run != nullptr && run->import ? Json(run->import->name) : Json();
  told["line"] = row.line;
  told["position"] = block.position;
  told["block"] = to_text(block.id);
  return told;
}
}  // namespace

Result<Reply> list_records(const Call& call) {
  const auto limit = number_parameter(call.request, "limit", 50, 1, 500);
  if (!limit) return std::unexpected(limit.error());
  const auto query = record_query_from(call.request);
  if (!query) return std::unexpected(query.error());
  std::uint64_t after = 0;
  if (const auto cursor = call.request.parameter("cursor")) {
    const auto fields = cursor_fields(*cursor, "records " + query->order, 1);
    if (!fields) return std::unexpected(fields.error());
    after = whole_number((*fields)[0]).value_or(0);
  }
  const auto offset = number_parameter(call.request, "offset", 0, 0, UINT32_MAX);
  if (!offset) return std::unexpected(offset.error());
  const bool by_offset = call.request.parameter("offset").has_value();
  if (by_offset && after != 0) {
    return fail(ErrorCode::invalid_argument, "either a cursor or an offset", "both", "leave one out",
                "?offset");
  }
  const auto page =
      by_offset ? page_at(call, *query, *offset, *limit) : page_for(call, *query, after, *limit);
  if (!page) return std::unexpected(page.error());
  std::map<std::uint64_t, Json> views;
  std::vector<std::uint64_t> in_file_order = page->records;
  std::ranges::sort(in_file_order);
  steps::text::Scratch scratch;
  const auto read = engine::read_records(*call.state, in_file_order, call.services->engine.blobs(),
                                         [&](std::uint64_t number, std::string_view line) {
                                           Json view = record_view(*call.state, number);
                                           if (view["valid"] == false)
                                             view["detail"] = detail_of(call, number, line, scratch);
                                           view["preview"] =
                                               steps::text::preview(line, preview_characters, scratch);
                                           views.emplace(number, std::move(view));
                                         });
  if (!read) return std::unexpected(read.error());
  Json items = Json::array();
  for (const std::uint64_t number : page->records) items.push_back(std::move(views.at(number)));
  Json body;
  body["items"] = std::move(items);
  body["next"] = page->more && !page->records.empty()
                     ? Json(cursor_text("records " + query->order, {std::to_string(page->records.back())}))
                     : Json();
  body["total"] = page->total;
  Reply reply;
  reply.body = to_bytes(body);
  return reply;
}

Result<Reply> get_record(const Call& call) {
  const auto number = record_in_path(call);
  if (!number) return std::unexpected(number.error());
  const auto line =
      engine::read_record(*call.state, schemas::RecordId(*number), call.services->engine.blobs());
  if (!line) return std::unexpected(line.error());
  steps::text::Scratch scratch;
  Json view = record_view(*call.state, *number);
  if (view["valid"] == false) view["detail"] = detail_of(call, *number, *line, scratch);
  view["preview"] = steps::text::preview(*line, preview_characters, scratch);
  if (view["valid"] == true) {
    const auto tokenizer = call.services->tokenizers->get(call.state->settings.encoding);
    if (!tokenizer) return std::unexpected(tokenizer.error());
    view["tokens"] = steps::text::count_record_tokens(*line, **tokenizer, scratch);
  }
  auto generated = generated_from(call, *number);
  if (!generated) return std::unexpected(generated.error());
  view["lineage"] = lineage_of(*call.state, *call.state->record(schemas::RecordId(*number)));
  view["lineage"]["generated"] = std::move(*generated);
  view["events"] = events_of(call, *number);
  // `data` is the record's own bytes, so that numbers and the order of fields stay as they were imported.
  steps::text::JsonIndex json;
  const bool is_json = !json.parse(*line);
  view["data"] = Json();
  view["raw"] = is_json ? Json() : Json(as_utf8(*line));
  Reply reply;
  reply.body = to_bytes(view);
  if (is_json) {
    const std::string absent = "\"data\":null,\"raw\":null}";
    reply.body.replace(reply.body.size() - absent.size(), absent.size(),
                       "\"data\":" + on_one_line(*line) + ",\"raw\":null}");
  }
  return reply;
}

}  // namespace api
