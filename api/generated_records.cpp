// Generated records: what was made, and the review without which nothing enters the dataset.
#include <algorithm>
#include <map>
#include <set>

#include "api/cursor.hpp"
#include "api/grading_json.hpp"
#include "api/handlers.hpp"
#include "api/json_body.hpp"
#include "api/json_views.hpp"
#include "steps/generate/filters.hpp"
#include "steps/generated_lines.hpp"

namespace api {

namespace generate = steps::generate;
using schemas::RecordId;
using schemas::RunId;
using schemas::TopicId;

namespace {
constexpr std::size_t preview_characters = 160;

Json parameters_view(const schemas::GenerateParametersT& p) {
  Json told{
      {"strategy",
       p.has_strategy ? Json(generate::strategy_name(static_cast<generate::Strategy>(p.strategy))) : Json()},
      {"model", p.model},
      {"topics", Json::array()},
      {"records", Json::array()},
      {"count", p.count == 0 ? Json() : Json(p.count)},
      {"temperature", p.temperature},
      {"records_per_call", p.records_per_call},
      {"retries", p.retries},
      {"length_min", p.length_min},
      {"length_max", p.length_max},
      {"synthetic_share_max", p.synthetic_share_max},
      {"variations_per_record", p.variations_per_record}};
  for (const std::uint32_t topic : p.topics) told["topics"].push_back(to_text(TopicId(topic)));
  for (const std::uint64_t record : p.records) told["records"].push_back(to_text(RecordId(record)));
  return told;
}

Result<Json> topics_made(const Call& call, const engine::Generation& generation) {
  std::map<std::uint32_t, std::uint64_t> made;
  const auto read = steps::for_each_generated(generation, call.services->engine.blobs(),
                                              [&](std::uint64_t, const steps::GeneratedLine& one) {
                                                ++made[one.topic];
                                                return true;
                                              });
  if (!read) return std::unexpected(read.error());
  std::vector<std::uint32_t> order;
  std::map<std::uint32_t, std::uint64_t> planned;
  for (const engine::GenerationCall& one : generation.plan) {
    if (!planned.contains(one.topic)) order.push_back(one.topic);
    planned[one.topic] += one.count;
  }
  const auto names = steps::topic_names(*call.state->topics);
  Json list = Json::array();
  for (const std::uint32_t topic : order) {
    list.push_back({{"id", topic_or_null(topic)},
                    {"name", name_or_null(names, topic)},
                    {"planned", planned[topic]},
                    {"made", made[topic]}});
  }
  return list;
}

std::string_view review_of(const engine::Generation& generation) {
  if (generation.reviewed_at != 0) return "done";
  return generation.awaits_review() ? "pending" : "none";
}

Result<Json> generation_view(const Call& call, const engine::Generation& generation) {
  const engine::Run& run = *call.state->run(RunId(generation.run));
  auto topics = topics_made(call, generation);
  if (!topics) return std::unexpected(topics.error());
  Json told = run_view(run);
  told.erase("result");
  told["parameters"] = parameters_view(*run.generate);
  told["strategy"] =
      generation.is_planned()
          ? Json(generate::strategy_name(static_cast<generate::Strategy>(generation.plan.front().strategy)))
          : Json();
  told["planned"] = generation.planned;
  told["balance_before"] = generation.balance_before;
  told["balance_after"] = generation.balance_after;
  told["calls"] = generation.plan.size();
  told["calls_done"] = generation.calls_done;
  told["calls_failed"] = generation.calls_failed;
  told["generated"] = generation.generated;
  told["rejected"] = Json::object();
  for (std::size_t i = 0; i < generate::rejections; ++i) {
    told["rejected"][std::string(generate::rejection_name(static_cast<generate::Rejection>(i)))] =
        i < generation.rejected.size() ? generation.rejected[i] : 0;
  }
  told["spent"] = {{"input_tokens", generation.spent.input_tokens},
                   {"output_tokens", generation.spent.output_tokens},
                   {"cost_usd", generation.spent.cost_usd}};
  told["topics"] = std::move(*topics);
  told["review"] = review_of(generation);
  told["accepted"] = generation.accepted;
  told["dropped"] = generation.dropped;
  told["import_run"] = generation.import_run == 0 ? Json() : Json(to_text(RunId(generation.import_run)));
  told["first_record"] =
      generation.first_record == 0 ? Json() : Json(to_text(RecordId(generation.first_record)));
  return told;
}

Result<const engine::Generation*> generation_in_path(const Call& call) {
  const std::string_view text = call.request.id("run");
  const auto id = schemas::run_id_from(text);
  const engine::Generation* found = id ? call.state->generation(id->value()) : nullptr;
  if (found != nullptr) return found;
  return fail(ErrorCode::not_found, "a run that generated records", "'" + std::string(text) + "'",
              "GET …/generations lists them");
}
}  // namespace

// Newest first.
Result<Reply> list_generations(const Call& call) {
  const auto limit = number_parameter(call.request, "limit", 20, 1, 500);
  if (!limit) return std::unexpected(limit.error());
  std::uint64_t before = UINT64_MAX;
  if (const auto cursor = call.request.parameter("cursor")) {
    const auto fields = cursor_fields(*cursor, "generations", 1);
    if (!fields) return std::unexpected(fields.error());
    before = whole_number((*fields)[0]).value_or(UINT64_MAX);
  }
  Json items = Json::array();
  Json next;
  std::uint64_t last = 0;
  for (std::size_t i = call.state->generations.size(); i-- > 0;) {
    const engine::Generation& generation = call.state->generations[i];
    if (generation.run >= before) continue;
    if (items.size() == *limit) {
      next = cursor_text("generations", {std::to_string(last)});
      break;
    }
    auto view = generation_view(call, generation);
    if (!view) return std::unexpected(view.error());
    items.push_back(std::move(*view));
    last = generation.run;
  }
  return reply_with({{"items", items}, {"next", next}, {"total", call.state->generations.size()}});
}

Result<Reply> get_generation(const Call& call) {
  const auto generation = generation_in_path(call);
  if (!generation) return std::unexpected(generation.error());
  const auto view = generation_view(call, **generation);
  if (!view) return std::unexpected(view.error());
  return reply_with(*view);
}

namespace {
// What a person kept stands in the event alone; the state has its count.
Result<void> read_review(const Call& call, const engine::Generation& generation,
                         const std::function<void(const schemas::GenerationReviewed&)>& visit) {
  const schemas::Position at = generation.reviewed_at;
  const auto scanned =
      call.services->engine.log().scan(call.state->id, at, at, [&](const store::EventView& event) {
        if (event.type() == schemas::EventType::generation_reviewed)
          visit(schemas::view<schemas::GenerationReviewed>(event.body()));
        return false;
      });
  if (!scanned) return std::unexpected(scanned.error());
  return {};
}

Result<std::set<std::uint64_t>> accepted_of(const Call& call, const engine::Generation& generation) {
  std::set<std::uint64_t> accepted;
  if (generation.reviewed_at == 0) return accepted;
  const auto read = read_review(call, generation, [&](const schemas::GenerationReviewed& review) {
    if (review.accepted() != nullptr) accepted.insert(review.accepted()->begin(), review.accepted()->end());
  });
  if (!read) return std::unexpected(read.error());
  return accepted;
}
}  // namespace

Result<Json> generated_from(const Call& call, std::uint64_t record) {
  for (const engine::Generation& generation : call.state->generations) {
    if (record < generation.first_record || record - generation.first_record >= generation.accepted) continue;
    const auto i = static_cast<std::uint32_t>(record - generation.first_record);
    Json told;
    const auto read = read_review(call, generation, [&](const schemas::GenerationReviewed& review) {
      const std::uint64_t source = review.sources()->Get(i);
      told = {
          {"run", to_text(RunId(generation.run))},
          {"strategy", generate::strategy_name(static_cast<generate::Strategy>(review.strategies()->Get(i)))},
          {"record", source == 0 ? Json() : Json(to_text(RecordId(source)))}};
    });
    if (!read) return std::unexpected(read.error());
    return told;
  }
  return Json();
}

Result<Reply> list_generated_records(const Call& call) {
  const auto generation = generation_in_path(call);
  if (!generation) return std::unexpected(generation.error());
  const auto limit = number_parameter(call.request, "limit", 50, 1, 500);
  if (!limit) return std::unexpected(limit.error());
  std::uint64_t from = 0;
  if (const auto cursor = call.request.parameter("cursor")) {
    const auto fields = cursor_fields(*cursor, "generated", 1);
    if (!fields) return std::unexpected(fields.error());
    from = whole_number((*fields)[0]).value_or(0);
  }
  std::optional<std::uint64_t> only;
  if (const auto topic = call.request.parameter("topic")) {
    const auto id = schemas::topic_id_from(*topic);
    if (!id)
      return fail(ErrorCode::invalid_argument, "the id of a topic", "'" + std::string(*topic) + "'", {},
                  "?topic");
    only = id->value();
  }
  const auto accepted = accepted_of(call, **generation);
  if (!accepted) return std::unexpected(accepted.error());
  const auto names = steps::topic_names(*call.state->topics);
  Json items = Json::array();
  Json next;
  std::uint64_t total = 0;
  steps::text::Scratch scratch;
  const auto read = steps::for_each_generated(
      **generation, call.services->engine.blobs(),
      [&](std::uint64_t number, const steps::GeneratedLine& one) {
        if (only && one.topic != *only) return true;
        ++total;
        if (number < from) return true;
        if (items.size() == *limit) {
          if (next.is_null()) next = cursor_text("generated", {std::to_string(number)});
          return true;
        }
        items.push_back(
            {{"number", number},
             {"topic", topic_or_null(one.topic)},
             {"topic_name", name_or_null(names, one.topic)},
             {"strategy", generate::strategy_name(one.strategy)},
             {"source", one.source == 0 ? Json() : Json(to_text(RecordId(one.source)))},
             {"similarity", one.similarity ? Json(*one.similarity) : Json()},
             {"preview", steps::text::preview(one.line, preview_characters, scratch)},
             {"tokens", (one.line.size() + 3) / 4},
             {"data", json_from(one.line)},
             {"accepted", (*generation)->reviewed_at == 0 ? Json() : Json(accepted->contains(number))}});
        return true;
      });
  if (!read) return std::unexpected(read.error());
  return reply_with({{"items", items}, {"next", next}, {"total", total}});
}

namespace {
// What a review keeps: all, none, these, or all but these.
struct Chosen {
  bool all = false;
  bool inverted = false;
  std::set<std::uint64_t> numbers;
  [[nodiscard]] bool keeps(std::uint64_t number) const { return all || numbers.contains(number) != inverted; }
};

void read_numbers(Fields& fields, std::string_view name, std::uint64_t generated,
                  std::set<std::uint64_t>& numbers) {
  const Json* list = fields.array(name);
  if (list == nullptr) return;
  for (const Json& one : *list) {
    if (!one.is_number_unsigned() || one.get<std::uint64_t>() >= generated) {
      return fields.refuse(name, "numbers of generated records, below " + std::to_string(generated),
                           one.dump());
    }
    numbers.insert(one.get<std::uint64_t>());
  }
}

Result<Chosen> chosen_by(const Call& call, const engine::Generation& generation) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"accept", "reject"});
  Chosen chosen;
  const auto accept = body->find("accept");
  if (accept == body->end() && !fields.has("reject")) {
    fields.refuse("accept", "\"all\", \"none\" or numbers; or reject: numbers", "neither");
  } else if (accept != body->end() && fields.has("reject")) {
    fields.refuse("reject", "either accept or reject", "both");
  } else if (accept == body->end()) {
    chosen.inverted = true;
    read_numbers(fields, "reject", generation.generated, chosen.numbers);
  } else if (accept->is_string()) {
    chosen.all = fields.choice("accept", "all", {"all", "none"}) == "all";
  } else {
    read_numbers(fields, "accept", generation.generated, chosen.numbers);
  }
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return chosen;
}
}  // namespace

Result<Wish> prepare_review(const Call& call) {
  const auto generation = generation_in_path(call);
  if (!generation) return std::unexpected(generation.error());
  const auto chosen = chosen_by(call, **generation);
  if (!chosen) return std::unexpected(chosen.error());
  engine::ReviewGeneration command;
  command.run = RunId((*generation)->run);
  std::string lines;
  const auto read =
      steps::for_each_generated(**generation, call.services->engine.blobs(),
                                [&](std::uint64_t number, const steps::GeneratedLine& one) {
                                  if (!chosen->keeps(number)) return true;
                                  lines += one.line;
                                  command.accepted.push_back(static_cast<std::uint32_t>(number));
                                  command.lengths.push_back(static_cast<std::uint32_t>(one.line.size()));
                                  command.topics.push_back(one.topic);
                                  command.sources.push_back(one.source);
                                  command.strategies.push_back(static_cast<std::uint8_t>(one.strategy));
                                  return true;
                                });
  if (!read) return std::unexpected(read.error());
  command.lines = store::make_blob(lines);
  return engine::Command(std::move(command));
}

Result<Reply> answer_review(const Call& call, const engine::Answer& /*answer*/,
                            const engine::DatasetState& state) {
  Call after = call;
  after.state = std::make_shared<const engine::DatasetState>(state);
  return get_generation(after);
}

}  // namespace api
