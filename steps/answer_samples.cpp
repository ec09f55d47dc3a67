#include "steps/answer_samples.hpp"

#include <algorithm>

#include "steps/grade/example.hpp"

namespace steps {

namespace {
using engine::StepBlock;
using schemas::ErrorCode;
using schemas::Result;

constexpr std::size_t recorded_records_max = 1024;  // of a block
constexpr std::size_t block_bytes_max = 4U << 20U;
constexpr std::size_t asked_answers_max = 32;  // what a crash may lose is what a block had asked

struct Prompt {
  SampleKey key;
  std::string item;
  std::optional<llm::ChatRequest> request;
  std::string error;  // why there is no request
};

class Answers {
 public:
  Answers(const Asking& asking, std::uint64_t first) {
    event_.run = schemas::RunId(asking.input.run.id);
    event_.first = first;
  }
  void add(const SampleKey& key, std::string_view item, std::string_view sample,
           const llm::ChatAnswer* answer) {
    append_answer(key, item, sample, answer, lines_);
    ++event_.count;
    if (answer == nullptr) return;
    event_.input_tokens += answer->usage.input_tokens;
    event_.output_tokens += answer->usage.output_tokens;
    event_.cost_usd += answer->cost_usd.value_or(0);
  }
  void add_missing(const SampleKey& key, std::string_view item, std::string_view error) {
    append_missing(key, item, error, lines_);
    ++event_.count;
    ++event_.missing;
  }
  [[nodiscard]] std::size_t bytes() const { return lines_.size(); }
  StepBlock block() {
    store::Blob blob = store::make_blob(lines_);
    event_.block = blob.id;
    return StepBlock{{schemas::encode(event_)}, false, {std::move(blob)}};
  }

 private:
  schemas::SamplesAnsweredT event_;
  std::string lines_;
};

Result<std::vector<Prompt>> prompts_of(const Asking& asking, std::span<const SampleKey> keys) {
  const schemas::DryRunParametersT& parameters = *asking.input.run.dry_run;
  std::vector<std::uint64_t> numbers;
  for (const SampleKey& key : keys) numbers.push_back(key.record);
  std::vector<Prompt> prompts;
  std::size_t i = 0;
  const auto read = engine::read_records(asking.input.state, numbers, asking.input.blobs,
                                         [&](std::uint64_t, std::string_view line) {
                                           Prompt prompt{keys[i++], {}, {}, {}};
                                           auto item = grade::item_of(line, asking.scratch);
                                           auto request = grade::request_of(line, asking.scratch);
                                           if (item) prompt.item = std::move(*item);
                                           if (!item || !request)
                                             prompt.error = (item ? request.error() : item.error()).message();
                                           if (item && request) {
                                             request->model = parameters.model;
                                             if (parameters.temperature >= 0)
                                               request->temperature = parameters.temperature;
                                             if (parameters.max_tokens > 0)
                                               request->max_tokens = parameters.max_tokens;
                                             prompt.request = std::move(*request);
                                           }
                                           for (std::uint32_t k = 0; k < asking.dry_run.k; ++k) {
                                             prompts.push_back(prompt);
                                             prompts.back().key.k = k;
                                             if (prompts.back().request) prompts.back().request->sample = k;
                                           }
                                         });
  if (!read) return std::unexpected(read.error());
  return prompts;
}

std::vector<Result<llm::ChatAnswer>> ask(const Asking& asking, const std::vector<Prompt>& prompts) {
  std::vector<llm::ChatRequest> requests;
  for (const Prompt& prompt : prompts) {
    if (prompt.request) requests.push_back(*prompt.request);
  }
  llm::CallOptions options;
  options.stop = asking.input.stop;
  options.known = [&](std::string_view hash) { return asking.known.find(hash); };
  return asking.outside.models->chat_all(requests, options);
}

std::string why_empty(const llm::ChatAnswer& answer) {
  return "the model gave an empty answer (finish reason: " + std::string(llm::finish_name(answer.finish)) +
         ")";
}

void add_answer(const Prompt& prompt, const Result<llm::ChatAnswer>& answer, Answers& answers) {
  if (!answer) return answers.add_missing(prompt.key, prompt.item, answer.error().message());
  const std::string& text = answer->text.empty() ? answer->refusal : answer->text;
  if (text.empty() && answer->tool_calls.empty())
    return answers.add_missing(prompt.key, prompt.item, why_empty(*answer));
  answers.add(prompt.key, prompt.item, grade::sample_of(text, answer->tool_calls), &*answer);
}

// Keeps what was answered beside a failure; the failure is told when that is in the log.
Result<StepBlock> keep_and_fail(const Asking& asking, const schemas::Error& failure,
                                std::span<const Result<llm::ChatAnswer>> answers) {
  std::vector<llm::ChatAnswer> fresh;
  for (const auto& answer : answers) {
    if (answer && !answer->remembered) fresh.push_back(*answer);
  }
  if (fresh.empty()) return std::unexpected(failure);
  for (const llm::ChatAnswer& answer : fresh) asking.known.add(answer);
  asking.failure = failure;
  RecordedCalls recorded = record_calls(asking.input.run.id, fresh);
  return StepBlock{{std::move(recorded.event)}, false, {std::move(recorded.blob)}};
}
}  // namespace

Result<StepBlock> recorded_block(const Asking& asking) {
  Answers answers(asking, asking.dry_run.answered);
  const auto keys = asking.sample.subspan(asking.dry_run.answered);
  std::vector<std::uint64_t> numbers;
  std::size_t bytes = 0;
  for (const SampleKey& key : keys) {
    if (numbers.size() >= recorded_records_max || bytes >= block_bytes_max) break;
    numbers.push_back(key.record);
    bytes += asking.input.state.records[key.record - 1].length;
  }
  std::size_t i = 0;
  const auto read = engine::read_records(
      asking.input.state, numbers, asking.input.blobs, [&](std::uint64_t, std::string_view line) {
        const SampleKey& key = keys[i++];
        const auto item = grade::item_of(line, asking.scratch);
        if (!item) return answers.add_missing(key, {}, item.error().message());
        const auto sample = grade::recorded_sample(line, asking.scratch);
        if (!sample) return answers.add_missing(key, *item, "the record has no recorded answer");
        answers.add(key, *item, *sample, nullptr);
      });
  if (!read) return std::unexpected(read.error());
  return answers.block();
}

Result<StepBlock> asked_block(const Asking& asking) {
  if (asking.outside.models == nullptr) {
    return schemas::fail(ErrorCode::blocked, "a language model", "none configured",
                         "add a section [[models]] to rftd.toml");
  }
  const std::size_t records = std::max<std::size_t>(1, asked_answers_max / asking.dry_run.k);
  const auto rest = asking.sample.subspan(asking.dry_run.answered / asking.dry_run.k);
  const auto prompts = prompts_of(asking, rest.first(std::min(records, rest.size())));
  if (!prompts) return std::unexpected(prompts.error());
  const auto answered = ask(asking, *prompts);
  const auto stops = [](const Result<llm::ChatAnswer>& answer) {
    return !answer && stops_the_run(answer.error().code);
  };
  const auto all_failed = [](const Result<llm::ChatAnswer>& answer) { return !answer.has_value(); };
  if (const auto found = std::ranges::find_if(answered, stops); found != answered.end())
    return keep_and_fail(asking, found->error(), answered);
  if (asking.dry_run.answered == 0 && !answered.empty() && std::ranges::all_of(answered, all_failed))
    return std::unexpected(answered.front().error());
  Answers answers(asking, asking.dry_run.answered);
  std::size_t i = 0;
  for (const Prompt& prompt : *prompts) {
    if (prompt.request) {
      add_answer(prompt, answered[i++], answers);
    } else {
      answers.add_missing(prompt.key, prompt.item, prompt.error);
    }
  }
  return answers.block();
}

}  // namespace steps
