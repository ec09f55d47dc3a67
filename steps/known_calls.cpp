#include "steps/known_calls.hpp"

#include "steps/sample_lines.hpp"
#include "steps/text/json_string.hpp"

namespace steps {

schemas::Result<void> KnownCalls::load(std::span<const engine::WorkBlock> blocks,
                                       const engine::BlobReader& blobs) {
  for (const engine::WorkBlock& block : blocks) {
    const auto lines = blobs.read(block.id);
    if (!lines) return std::unexpected(lines.error());
    schemas::Result<void> good;
    const auto read = for_each_line(**lines, [&](const text::JsonIndex& /*json*/, std::string_view line) {
      const auto answer = llm::answer_from_json(line);
      if (answer) {
        add(*answer);
      } else {
        good = std::unexpected(answer.error());
      }
      return good.has_value();
    });
    if (!read) return read;
    if (!good) return good;
  }
  return {};
}

void KnownCalls::add(const llm::ChatAnswer& answer) {
  by_hash_.insert_or_assign(answer.request_hash, answer);
}

std::optional<llm::ChatAnswer> KnownCalls::find(std::string_view request_hash) const {
  const auto found = by_hash_.find(std::string(request_hash));
  if (found == by_hash_.end()) return std::nullopt;
  return found->second;
}

RecordedCalls record_calls(std::uint64_t run, std::span<const llm::ChatAnswer> answers) {
  schemas::CallsRecordedT event;
  event.run = schemas::RunId(run);
  event.count = static_cast<std::uint32_t>(answers.size());
  std::string lines;
  for (const llm::ChatAnswer& answer : answers) {
    text::append_compact(llm::to_json(answer), lines);
    lines += '\n';
    event.input_tokens += answer.usage.input_tokens;
    event.output_tokens += answer.usage.output_tokens;
    event.cost_usd += answer.cost_usd.value_or(0);
  }
  RecordedCalls recorded{{}, store::make_blob(lines)};
  event.block = recorded.blob.id;
  recorded.event = schemas::encode(event);
  return recorded;
}

bool stops_the_run(schemas::ErrorCode code) {
  using schemas::ErrorCode;
  switch (code) {
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
    case ErrorCode::blocked:
    case ErrorCode::not_found:
    case ErrorCode::busy:
    case ErrorCode::unavailable:
    case ErrorCode::cancelled:
    case ErrorCode::internal:
      return true;
    default:
      return false;  // this one prompt: too large, refused by the server, an answer that is no JSON
  }
}

namespace {
// Those that were not remembered, now known and ready for the log; nothing where there are none.
std::optional<RecordedCalls> record_fresh(std::uint64_t run,
                                          std::span<const schemas::Result<llm::ChatAnswer>> answers,
                                          KnownCalls& known) {
  std::vector<llm::ChatAnswer> fresh;
  for (const auto& answer : answers) {
    if (answer && !answer->remembered) fresh.push_back(*answer);
  }
  if (fresh.empty()) return std::nullopt;
  for (const llm::ChatAnswer& answer : fresh) known.add(answer);
  return record_calls(run, fresh);
}
}  // namespace

schemas::Result<engine::StepBlock> keep_and_fail(std::uint64_t run, const schemas::Error& failure,
                                                 std::span<const schemas::Result<llm::ChatAnswer>> answers,
                                                 KnownCalls& known, std::optional<schemas::Error>& put_by) {
  auto recorded = record_fresh(run, answers, known);
  if (!recorded) return std::unexpected(failure);
  put_by = failure;
  return engine::StepBlock{{std::move(recorded->event)}, false, {std::move(recorded->blob)}};
}

std::string_view json_object_in(std::string_view answer) {
  const std::size_t first = answer.find('{');
  const std::size_t last = answer.rfind('}');
  if (first == std::string_view::npos || last == std::string_view::npos || last < first) return answer;
  return answer.substr(first, last - first + 1);
}

std::vector<schemas::Result<llm::ChatAnswer>> ask_and_record(const engine::StepInput& input,
                                                             llm::Models& models,
                                                             std::span<const llm::ChatRequest> requests,
                                                             KnownCalls& known, engine::StepBlock& block) {
  llm::CallOptions options;
  options.stop = input.stop;
  options.known = [&](std::string_view hash) { return known.find(hash); };
  auto answers = models.chat_all(requests, options);
  if (auto recorded = record_fresh(input.run.id, answers, known)) {
    block.events.push_back(std::move(recorded->event));
    block.blobs.push_back(std::move(recorded->blob));
  }
  return answers;
}

}  // namespace steps
