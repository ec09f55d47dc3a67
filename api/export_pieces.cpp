#include "api/export_pieces.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "api/export_archive.hpp"
#include "api/export_lines.hpp"
#include "api/json.hpp"
#include "api/json_views.hpp"
#include "steps/text/normalize.hpp"

namespace api {

namespace {
using Shape = steps::text::Shape;

NextPiece once(std::string bytes) {
  return [held = std::move(bytes)]() mutable -> Result<std::string> { return std::exchange(held, {}); };
}

Result<Export> records_export(const Call& call, const std::string& name) {
  auto query = record_query_from(call.request);
  if (!query) return std::unexpected(query.error());
  std::optional<Shape> shape;
  if (const auto wanted = call.request.parameter("shape")) {
    shape = steps::text::shape_from_name(*wanted);
    if (!shape) {
      return fail(ErrorCode::invalid_argument, "one of chat, rft, sft", "'" + std::string(*wanted) + "'",
                  "leave it out for the lines as they were imported", "?shape");
    }
    // A shape is for training; what is invalid is exported as it came, or when it is asked for.
    if (!query->filter.valid) query->filter.valid = true;
  }
  auto numbers = matching(*call.state, *query, call.services->engine.blobs());
  if (!numbers) return std::unexpected(numbers.error());
  return Export{RecordLines(call, std::move(*numbers), shape), "application/x-ndjson", name + ".jsonl"};
}

std::string plain_name(const engine::DatasetState& state) {
  std::string name;
  for (const char c : lower_case(state.name)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    name += plain ? c : '-';
  }
  return name + "-" + std::to_string(state.position);
}
}  // namespace

Result<Export> export_of(const Call& call) {
  const std::string_view what = call.request.parameter("what").value_or("records");
  const std::string name = plain_name(*call.state);
  if (what == "records") return records_export(call, name);
  if (what == "topics")
    return Export{once(to_bytes(topics_view(*call.state))), "application/json", name + "-topics.json"};
  if (what == "events") return Export{EventLines(call), "application/x-ndjson", name + "-events.jsonl"};
  if (what == "archive") {
    auto numbers = engine::matching(*call.state, engine::RecordFilter{});
    return Export{archive_of(call, std::move(numbers)), "application/x-tar", name + ".tar"};
  }
  if (what == "grader") {
    const engine::GraderVersion* grader = call.state->grader();
    if (grader == nullptr)
      return fail(ErrorCode::blocked, "a grader to export", "none configured", "configure a grader first",
                  "grader");
    const auto definition = call.services->engine.blobs().read(grader->definition);
    if (!definition) return std::unexpected(definition.error());
    return Export{once(**definition), "application/json", name + "-grader.json"};
  }
  return fail(ErrorCode::invalid_argument, "one of records, topics, grader, events, archive",
              "'" + std::string(what) + "'", {}, "?what");
}

}  // namespace api
