#include "api/json_views.hpp"

#include "api/json.hpp"
#include "api/time_text.hpp"
#include "engine/projections/coverage.hpp"
#include "steps/text/record.hpp"

namespace api {

using engine::DatasetState;
using schemas::DatasetId;
using schemas::RecordId;
using schemas::RunId;
using schemas::TopicId;

namespace {
Json run_id_or_null(std::uint64_t run) {
  return run == 0 ? Json() : Json(to_text(RunId(run)));
}

double balance_of_leaves(const DatasetState& state) {
  std::vector<std::uint64_t> counts;
  for (const auto& [topic, count] : state.topic_counts) counts.push_back(count.records);
  return engine::balance_of(counts);
}

Json card_view(const engine::Card& card) {
  Json told{{"number", card.number}, {"step", card.step},   {"name", card.name}, {"tag", card.tag},
            {"state", card.state},   {"badge", card.badge}, {"line", card.line}, {"rule", card.rule}};
  told["progress"] = card.progress ? Json(*card.progress) : Json();
  told["skipped"] = card.skipped;
  told["stale"] = Json::array();
  for (const engine::Stale& stale : card.stale)
    told["stale"].push_back({{"because", stale.because}, {"position", stale.position}});
  told["blocked"] = blocked_view(card.blocked);
  told["actions"] = Json::array();
  for (const std::string_view action : card.actions) told["actions"].push_back(action);
  told["run"] = run_id_or_null(card.run);
  return told;
}

Json topic_view(const DatasetState& state, const engine::Topic& topic) {
  Json told;
  told["id"] = to_text(TopicId(topic.id));
  told["name"] = topic.name;
  told["description"] = topic.description;
  told["keywords"] = topic.keywords;
  told["labels_by"] = std::string_view(schemas::EnumNameLabelSource(topic.labels_by)) == "template_"
                          ? "template"
                          : schemas::EnumNameLabelSource(topic.labels_by);
  engine::TopicCount counted;
  if (const auto found = state.topic_counts.find(topic.id); found != state.topic_counts.end())
    counted = found->second;
  Json children = Json::array();
  for (const engine::Topic& below : state.topics->topics) {
    if (below.parent != topic.id) continue;
    Json child = topic_view(state, below);
    counted.records += child["records"].get<std::uint64_t>();
    counted.low_confidence += child["low_confidence"].get<std::uint64_t>();
    counted.manual += child["manual"].get<std::uint64_t>();
    children.push_back(std::move(child));
  }
  told["records"] = counted.records;
  told["low_confidence"] = counted.low_confidence;
  told["manual"] = counted.manual;
  told["central_records"] = Json::array();
  for (const std::uint64_t number : topic.exemplars) {
    const engine::RecordRow* row = state.record(RecordId(number));
    if (row != nullptr && row->visible()) told["central_records"].push_back(to_text(RecordId(number)));
  }
  told["children"] = std::move(children);
  return told;
}

std::string_view method_name(schemas::TopicsMethod method) {
  if (method == schemas::TopicsMethod::automatic) return "auto";
  return method == schemas::TopicsMethod::template_ ? "template" : schemas::EnumNameTopicsMethod(method);
}

Json spent_view(const engine::Run& run) {
  std::uint64_t calls = 0;
  for (const engine::WorkBlock& block : run.calls) calls += block.count;
  return {{"calls", calls},
          {"input_tokens", run.spent.input_tokens},
          {"output_tokens", run.spent.output_tokens},
          {"cost_usd", run.spent.cost_usd}};
}

Json pull_view(const engine::Pull& pull) {
  Json skipped = Json::object();
  for (const engine::SkippedCalls& one : pull.skipped) skipped[one.reason] = one.calls;
  return {{"matching", pull.matching},
          {"skipped", std::move(skipped)},
          {"watermark", std::to_string(pull.watermark)}};
}

Json result_of(const engine::Run& run) {
  if (!run.calls.empty()) return spent_view(run);
  if (!run.import) return Json();
  const engine::ImportProgress& import = *run.import;
  Json told{{"mode", schemas::EnumNameImportMode(import.mode)},
            {"file", import.name},
            {"lines", import.lines},
            {"imported", import.imported},
            {"valid", import.validated - import.invalid},
            {"invalid", import.invalid},
            {"duplicates", import.duplicates},
            {"blank", import.blank},
            {"replaced", import.replaced},
            {"bytes_read", import.bytes_read}};
  if (import.pull) told["pull"] = pull_view(*import.pull);
  return told;
}
}  // namespace

Json time_view(std::int64_t microseconds) {
  return microseconds == 0 ? Json() : Json(rfc3339(microseconds));
}

Json blocked_view(const std::vector<engine::Blocked>& blocked) {
  Json told = Json::array();
  for (const engine::Blocked& one : blocked) told.push_back({{"reason", one.reason}, {"fix", one.fix}});
  return told;
}

Json dataset_view(const DatasetState& state) {
  const engine::Canvas canvas = engine::canvas_of(state);
  Json told;
  told["id"] = to_text(DatasetId(state.id));
  told["name"] = state.name;
  told["objective"] = state.objective;
  told["source"] = {{"type", state.source == schemas::Source::trace ? "traces" : "upload"}};
  told["settings"] = {
      {"max_tokens", state.settings.max_tokens},
      {"min_user_characters", state.settings.min_user_characters},
      {"encoding", state.settings.encoding},
      {"embedder", state.settings.embedder},
      {"label_model", state.settings.label_model.empty() ? Json() : Json(state.settings.label_model)},
      {"categorize_imports", state.settings.categorize_imports}};
  told["records"] = state.counters.records;
  told["topics"] = state.topic_counts.size();
  told["balance"] = state.topic_counts.empty() ? Json() : Json(balance_of_leaves(state));
  told["steps"] = Json::array();
  for (const engine::Card& card : canvas.steps)
    told["steps"].push_back({{"step", card.step}, {"state", card.state}, {"badge", card.badge}});
  told["status"] = canvas.status;
  told["position"] = state.position;
  told["created_at"] = time_view(state.created_time);
  told["updated_at"] = time_view(state.time);
  told["forked_from"] = state.forked_from == 0 ? Json()
                                               : Json{{"dataset", to_text(DatasetId(state.forked_from))},
                                                      {"position", state.forked_at}};
  told["imported_from"] =
      state.archived_from == 0
          ? Json()
          : Json{{"dataset", to_text(DatasetId(state.archived_from))}, {"position", state.archived_at}};
  told["deleted_at"] = state.deleted_at == 0 ? Json() : Json(state.deleted_at);
  told["pull"] = Json();
  if (state.pull) {
    told["pull"] = {{"filter", Json::parse(state.pull->filter, nullptr, false)},
                    {"folding", state.pull->folding},
                    {"with_failed", state.pull->with_failed},
                    {"watermark", std::to_string(state.pull->watermark)},
                    {"pulled_at", time_view(state.pull->time)}};
    if (state.pull->filter.empty()) told["pull"]["filter"] = Json();
  }
  return told;
}

Json health_view(const DatasetState& state) {
  const engine::Health health = engine::health_of(state);
  Json by_code = Json::object();
  for (std::size_t code = 1; code < state.counters.by_code.size(); ++code) {
    if (state.counters.by_code.at(code) == 0) continue;
    by_code[std::string(steps::text::code_name(static_cast<steps::text::Code>(code)))] =
        state.counters.by_code.at(code);
  }
  return {{"records", health.records},
          {"valid", health.valid},
          {"invalid", health.invalid},
          {"unvalidated", health.unvalidated},
          {"invalid_percent", health.invalid_percent},
          {"duplicates", health.duplicates},
          {"severity", health.severity},
          {"line", health.line},
          {"by_code", by_code}};
}

Json canvas_view(const DatasetState& state, schemas::Position head) {
  const engine::Canvas canvas = engine::canvas_of(state);
  Json told;
  told["dataset"] = to_text(DatasetId(state.id));
  told["name"] = state.name;
  told["objective"] = state.objective;
  told["position"] = state.position;
  told["head"] = head;
  told["at"] = time_view(state.time);
  told["status"] = canvas.status;
  told["health"] = health_view(state);
  told["steps"] = Json::array();
  for (const engine::Card& card : canvas.steps) told["steps"].push_back(card_view(card));
  told["next"] =
      canvas.next
          ? Json{{"step", canvas.next->step}, {"action", canvas.next->action}, {"why", canvas.next->why}}
          : Json();
  return told;
}

Json coverage_view(const DatasetState& state) {
  const engine::Coverage coverage = engine::coverage_of(state);
  Json told{{"balance", coverage.balance},
            {"tier", coverage.tier},
            {"band", coverage.band},
            {"noise_floor", coverage.noise_floor},
            {"entropy", coverage.entropy},
            {"effective_topics", coverage.effective_topics},
            {"distance", coverage.distance},
            {"categorized", coverage.categorized},
            {"uncategorized", coverage.uncategorized},
            {"targets", state.targets.empty() ? "uniform" : "custom"}};
  told["topics"] = Json::array();
  for (const engine::TopicCoverage& topic : coverage.topics) {
    told["topics"].push_back({{"id", to_text(TopicId(topic.id))},
                              {"name", topic.name},
                              {"records", topic.records},
                              {"percent", topic.percent},
                              {"target_percent", topic.target_percent},
                              {"gap", topic.gap},
                              {"status", topic.status},
                              {"recommend", topic.recommend}});
  }
  return told;
}

Json topics_view(const DatasetState& state) {
  Json told;
  told["version"] = state.topics->version;
  told["method"] = state.topics->version == 0 ? Json() : Json(method_name(state.topics->method));
  const auto unless_empty = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  told["template"] = unless_empty(state.topics->template_name);
  told["compared_by"] = unless_empty(state.topics->embedder);
  told["language"] = unless_empty(state.topics->language);
  told["outliers"] = state.topics->outliers;
  told["label_model"] = unless_empty(state.topics->label_model);
  told["label_problem"] = unless_empty(state.topics->label_problem);
  told["uncategorized"] = state.uncategorized();
  told["low_confidence"] = state.counters.low_confidence;
  told["topics"] = Json::array();
  for (const engine::Topic& topic : state.topics->topics) {
    if (topic.parent == 0) told["topics"].push_back(topic_view(state, topic));
  }
  return told;
}

Json run_view(const engine::Run& run) {
  Json told;
  told["id"] = to_text(RunId(run.id));
  told["step"] = name_of(run.step);
  told["state"] = engine::name_of(run.state);
  told["progress"] = {{"done", run.done}, {"total", run.total}, {"stage", run.stage}};
  told["attempt"] = run.attempt;
  told["seed"] = run.seed;
  told["cause"] = run.because;
  told["position"] = run.requested_at;
  told["requested_at"] = time_view(run.requested_time);
  told["started_at"] = time_view(run.started_time);
  told["ended_at"] = time_view(run.ended_time);
  told["retry_at"] = run.state == engine::RunState::waiting_retry ? time_view(run.retry_time) : Json();
  told["error"] = run.error.empty() ? Json() : Json(run.error);
  told["result"] = result_of(run);
  return told;
}

Json record_view(const DatasetState& state, std::uint64_t number) {
  const engine::RecordRow& row = *state.record(RecordId(number));
  const engine::Block& block = state.blocks[row.block];
  const bool judged = !row.is(engine::unvalidated);
  Json told;
  told["id"] = to_text(RecordId(number));
  told["position"] = block.position;
  told["line"] = row.line;
  told["source"] = schemas::EnumNameSource(block.source);
  told["valid"] = judged ? Json(row.valid()) : Json();
  told["code"] = judged && row.code != 0
                     ? Json(steps::text::code_name(static_cast<steps::text::Code>(row.code)))
                     : Json();
  told["detail"] = Json();
  const bool categorized = row.topic != 0 && row.valid();
  told["topic"] = categorized ? Json(to_text(TopicId(row.topic))) : Json();
  told["confidence"] = categorized ? Json(static_cast<double>(row.confidence)) : Json();
  told["method"] = categorized ? Json(schemas::EnumNameAssignmentMethod(row.method)) : Json();
  told["runner_up"] = categorized && row.runner_up != 0 ? Json(to_text(TopicId(row.runner_up))) : Json();
  told["tokens"] = row.is(engine::tokens_exact) ? Json(row.tokens) : Json();
  told["duplicate_of"] = row.duplicate_of == 0 ? Json() : Json(to_text(RecordId(row.duplicate_of)));
  told["score"] = row.score < 0 ? Json() : Json(static_cast<double>(row.score));
  told["bytes"] = row.length;
  told["edited"] = row.is(engine::edited);
  told["truncated"] = row.is(engine::truncated);
  told["preview"] = "";
  return told;
}

}  // namespace api
