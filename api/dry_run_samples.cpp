// GET …/dry-runs/{run}/samples: prompts, answers and scores, a page at a time.
#include <algorithm>

#include "api/cursor.hpp"
#include "api/grading_json.hpp"
#include "api/handlers.hpp"
#include "steps/sample_lines.hpp"

namespace api {

namespace {
struct Row {
  std::uint64_t index = 0;
  steps::SampleKey key;
  std::optional<double> score;
};

struct SampleQuery {
  std::optional<std::uint32_t> topic;
  std::optional<bool> scored;
  std::optional<double> score_lt;
  std::optional<double> score_gte;
  std::string order;
  bool by_score = false;
  bool descending = false;
};

Result<SampleQuery> query_from(const Request& request) {
  SampleQuery query;
  if (const auto topic = request.parameter("topic")) {
    const auto id = schemas::topic_id_from(*topic);
    if (!id && *topic != "none")
      return fail(ErrorCode::invalid_argument, "a topic id such as t1, or none",
                  "'" + std::string(*topic) + "'", {}, "?topic");
    query.topic = id ? id->value() : 0;
  }
  const auto scored = flag_parameter(request, "scored");
  const auto low = decimal_parameter(request, "score_gte");
  const auto high = decimal_parameter(request, "score_lt");
  if (!scored) return std::unexpected(scored.error());
  if (!low) return std::unexpected(low.error());
  if (!high) return std::unexpected(high.error());
  query.scored = *scored;
  query.score_gte = *low;
  query.score_lt = *high;
  query.order = std::string(request.parameter("sort").value_or("index"));
  query.descending = query.order.starts_with('-');
  const std::string_view field = std::string_view(query.order).substr(query.descending ? 1 : 0);
  query.by_score = field == "score";
  if (!query.by_score && field != "index")
    return fail(ErrorCode::invalid_argument, "sort by index or score", "'" + query.order + "'",
                "put a - before it for descending order", "?sort");
  return query;
}

bool matches(const SampleQuery& query, const Row& row) {
  if (query.topic && row.key.topic != *query.topic) return false;
  if (query.scored && row.score.has_value() != *query.scored) return false;
  if (query.score_lt && !(row.score && *row.score < *query.score_lt)) return false;
  return !query.score_gte || (row.score && *row.score >= *query.score_gte);
}

// Those without a score come last, whatever the order.
bool comes_before(const SampleQuery& query, const Row& a, const Row& b) {
  if (query.by_score && a.score != b.score) {
    if (!a.score || !b.score) return a.score.has_value();
    return query.descending ? *a.score > *b.score : *a.score < *b.score;
  }
  return query.descending && !query.by_score ? a.index > b.index : a.index < b.index;
}

Result<std::vector<Row>> rows_of(const engine::DryRun& dry_run, const engine::BlobReader& blobs,
                                 const SampleQuery& query) {
  std::vector<Row> rows;
  std::uint64_t index = 0;
  for (const engine::WorkBlock& block : dry_run.grades) {
    const auto lines = blobs.read(block.id);
    if (!lines) return std::unexpected(lines.error());
    const auto read = steps::for_each_line(**lines, [&](const auto& json, std::string_view /*line*/) {
      const steps::GradeLine line = steps::read_grade_line(json);
      const Row row{index++, line.key, line.score};
      if (matches(query, row)) rows.push_back(row);
      return true;
    });
    if (!read) return std::unexpected(read.error());
  }
  std::ranges::sort(rows, [&](const Row& a, const Row& b) { return comes_before(query, a, b); });
  return rows;
}

// The lines of a run by the number of the answer; blocks are read once while they follow each other.
class Lines {
 public:
  Lines(const std::vector<engine::WorkBlock>& blocks, const engine::BlobReader& blobs)
      : blocks_(blocks), blobs_(blobs) {}

  Result<std::string_view> at(std::uint64_t index) {
    const auto block = std::ranges::find_if(blocks_, [&](const engine::WorkBlock& one) {
      return index >= one.first && index < one.first + one.count;
    });
    if (block == blocks_.end()) return std::string_view{};
    if (&*block != loaded_) {
      auto bytes = blobs_.read(block->id);
      if (!bytes) return std::unexpected(bytes.error());
      bytes_ = std::move(*bytes);
      starts_ = {0};
      for (std::size_t i = 0; i < bytes_->size(); ++i) {
        if ((*bytes_)[i] == '\n') starts_.push_back(i + 1);
      }
      loaded_ = &*block;
    }
    const std::size_t start = starts_.at(index - block->first);
    return std::string_view(*bytes_).substr(start, bytes_->find('\n', start) - start);
  }

 private:
  const std::vector<engine::WorkBlock>& blocks_;
  const engine::BlobReader& blobs_;
  const engine::WorkBlock* loaded_ = nullptr;
  std::shared_ptr<const std::string> bytes_;
  std::vector<std::size_t> starts_;
};

Json sample_view(std::uint64_t index, std::string_view answer_line, std::string_view grade_line) {
  const Json answer = json_from(answer_line);
  Json grade = json_from(grade_line);
  Json told{{"index", index}, {"record", to_text(schemas::RecordId(grade["record"]))}};
  told["topic"] = grade["topic"] == 0 ? Json() : Json(to_text(schemas::TopicId(grade["topic"])));
  told["k"] = grade["k"];
  told["score"] = grade["score"];
  told["reason"] = grade.value("reason", Json(""));
  told["error"] = grade.value("error", Json());
  told["console"] = grade.value("console", Json(""));
  told["passed"] = grade.value("passed", Json());
  told["parts"] = grade.value("parts", Json::array());
  told["item"] = answer.value("item", Json());
  told["sample"] = answer.value("sample", Json());
  const Json of_model = answer.value("answer", Json());
  told["model"] = of_model.is_null() ? Json() : of_model.value("model", Json());
  told["finish"] = of_model.is_null() ? Json() : of_model.value("finish", Json());
  told["input_tokens"] = of_model.is_null() ? Json() : of_model.value("input_tokens", Json());
  told["output_tokens"] = of_model.is_null() ? Json() : of_model.value("output_tokens", Json());
  told["latency_ms"] = of_model.is_null() ? Json() : of_model.value("latency_ms", Json());
  return told;
}
}  // namespace

Result<Reply> list_samples(const Call& call) {
  const auto id = schemas::run_id_from(call.request.id("run"));
  const engine::DryRun* dry_run = id ? call.state->dry_run(id->value()) : nullptr;
  if (dry_run == nullptr) {
    return fail(ErrorCode::not_found, "a dry run of this dataset",
                "'" + std::string(call.request.id("run")) + "'", "GET …/dry-runs lists them");
  }
  const auto limit = number_parameter(call.request, "limit", 50, 1, 500);
  if (!limit) return std::unexpected(limit.error());
  const auto query = query_from(call.request);
  if (!query) return std::unexpected(query.error());
  const engine::BlobReader& blobs = call.services->engine.blobs();
  const auto rows = rows_of(*dry_run, blobs, *query);
  if (!rows) return std::unexpected(rows.error());
  auto begin = rows->begin();
  if (const auto cursor = call.request.parameter("cursor")) {
    const auto fields = cursor_fields(*cursor, "samples " + query->order, 1);
    if (!fields) return std::unexpected(fields.error());
    begin = std::ranges::find(*rows, whole_number((*fields)[0]).value_or(0), &Row::index);
    if (begin != rows->end()) ++begin;
  }
  const auto end = begin + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(*limit), rows->end() - begin);
  Lines answers(dry_run->answers, blobs);
  Lines grades(dry_run->grades, blobs);
  Json items = Json::array();
  for (auto row = begin; row != end; ++row) {
    const auto answer = answers.at(row->index);
    if (!answer) return std::unexpected(answer.error());
    const auto grade = grades.at(row->index);
    if (!grade) return std::unexpected(grade.error());
    items.push_back(sample_view(row->index, *answer, *grade));
  }
  const Json next = end == rows->end() || items.empty()
                        ? Json()
                        : Json(cursor_text("samples " + query->order, {std::to_string((end - 1)->index)}));
  return reply_with({{"items", items}, {"next", next}, {"total", rows->size()}});
}

}  // namespace api
