// Generate: has a model write records for the topics that lack them, by a plan that is an event before
// anybody is asked. What passes the filters waits for a person; nothing enters the dataset here. Each block
// of calls is an event with the answers that were paid for, so a run goes on after a crash without asking for
// them again.
#include <algorithm>
#include <map>
#include <set>

#include "steps/catalog.hpp"
#include "steps/generate/filters.hpp"
#include "steps/generate/prompts.hpp"
#include "steps/generated_lines.hpp"
#include "steps/generation_plan.hpp"
#include "steps/known_calls.hpp"

namespace steps {

namespace {
using engine::Generation;
using engine::StepBlock;
using engine::StepInput;
using schemas::Result;

constexpr std::size_t calls_per_block = 8;  // what a crash may lose is what a block had asked
constexpr std::uint32_t try_stride =
    1'000'003;  // a repeated call differs in `sample`, beyond those of the plan

struct Memory {
  bool is_loaded = false;
  generate::Parameters parameters;
  std::map<std::uint32_t, generate::TopicState> topics;
  std::optional<generate::Filter> filter;
  KnownCalls known;
  std::optional<schemas::Error> failure;  // told once what had been answered before it is kept
  text::Scratch scratch;
};

StepBlock write_plan(const StepInput& input, const generate::Plan& plan) {
  schemas::GenerationPlannedT event;
  event.run = schemas::RunId(input.run.id);
  event.planned = plan.planned;
  event.balance_before = plan.balance_before;
  event.balance_after = plan.balance_after;
  for (const generate::PlannedCall& call : plan.calls) {
    auto told = std::make_unique<schemas::GenerationCallT>();
    told->strategy = static_cast<schemas::Strategy>(call.strategy);
    told->topic = call.topic;
    told->sources = call.sources;
    told->count = call.count;
    told->sample = call.sample;
    event.calls.push_back(std::move(told));
  }
  return StepBlock{{schemas::encode(event)}, false, {}};
}

// The records of the topics that are planned for are what a new one may repeat.
Result<void> load_seeds(const StepInput& input, const Generation& generation, Memory& memory) {
  std::set<std::uint32_t> topics;
  for (const engine::GenerationCall& call : generation.plan) topics.insert(call.topic);
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t number = 1; number <= input.state.records.size(); ++number) {
    const engine::RecordRow& row = input.state.records[number - 1];
    if (row.visible() && row.valid() && topics.contains(row.topic)) numbers.push_back(number);
  }
  return engine::read_records(
      input.state, numbers, input.blobs, [&](std::uint64_t number, std::string_view line) {
        memory.filter->add_seed(number, text::last_user_message(line, memory.scratch));
      });
}

Result<void> load(const StepInput& input, const Generation& generation, Memory& memory) {
  memory.parameters = generation_parameters(*input.run.generate, input.run.seed);
  for (generate::TopicState& topic : topics_to_generate(input.state))
    memory.topics[topic.topic] = std::move(topic);
  memory.filter.emplace(memory.parameters.length_min, memory.parameters.length_max);
  if (auto loaded = load_seeds(input, generation, memory); !loaded) return loaded;
  if (auto loaded = memory.known.load(generation.calls, input.blobs); !loaded) return loaded;
  const auto read =
      for_each_generated(generation, input.blobs, [&](std::uint64_t number, const GeneratedLine& generated) {
        memory.filter->add_accepted(number, text::last_user_message(generated.line, memory.scratch));
        return true;
      });
  if (!read) return read;
  memory.is_loaded = true;
  return {};
}

// A call of the plan on its way to an answer.
struct Asked {
  generate::PlannedCall call;
  std::vector<std::string> lines;  // of its sources
  std::vector<generate::SourceText> sources;
  generate::CallContext context;
  llm::ChatRequest request;
  bool can_be_asked = false;
  std::optional<std::vector<generate::Generated>> made;
};

Result<void> prepare(const StepInput& input, const engine::GenerationCall& planned, Memory& memory,
                     Asked& asked) {
  asked.call = {static_cast<generate::Strategy>(planned.strategy), planned.topic, planned.sources,
                planned.count, planned.sample};
  for (const std::uint64_t number : planned.sources) {
    auto line = engine::read_record(input.state, schemas::RecordId(number), input.blobs);
    if (!line) return std::unexpected(line.error());
    asked.lines.push_back(std::move(*line));
  }
  for (std::size_t i = 0; i < asked.lines.size(); ++i)
    asked.sources.push_back({planned.sources[i], asked.lines[i]});
  asked.context.objective = input.state.objective;
  if (const auto topic = memory.topics.find(planned.topic); topic != memory.topics.end())
    asked.context.topic = topic->second;
  asked.context.sources = asked.sources;
  auto request = generate::build(asked.call, asked.context, memory.parameters, input.run.generate->model,
                                 memory.scratch);
  asked.can_be_asked = request.has_value();  // else its sources have changed since it was planned
  if (request) asked.request = std::move(*request);
  return {};
}

class Block {
 public:
  Block(const StepInput& input, const Generation& generation, std::uint32_t calls) {
    event_.run = schemas::RunId(input.run.id);
    event_.first_call = generation.calls_done;
    event_.calls = calls;
    event_.rejected.assign(generate::rejections, 0);
  }
  void keep(std::span<const Result<llm::ChatAnswer>> answers) {
    for (const auto& answer : answers) {
      if (answer && !answer->remembered) paid_.push_back(*answer);
    }
  }
  // These, and those of the turns before.
  [[nodiscard]] std::vector<Result<llm::ChatAnswer>> with_paid(
      std::vector<Result<llm::ChatAnswer>> answers) const {
    answers.insert(answers.end(), paid_.begin(), paid_.end());
    return answers;
  }
  void take(const Asked& asked, Memory& memory) {
    if (!asked.made) {
      ++event_.failed;
      return;
    }
    for (const generate::Generated& one : *asked.made) {
      const auto verdict = memory.filter->judge(one.line, memory.scratch);
      if (verdict.rejection) {
        ++event_.rejected[static_cast<std::size_t>(*verdict.rejection)];
        continue;
      }
      append_generated({one.line, asked.call.topic, one.source, one.strategy, similarity(asked, one, memory)},
                       lines_);
      ++event_.count;
    }
  }
  StepBlock done(std::uint64_t run, bool is_last) {
    StepBlock block;
    block.done = is_last;
    if (!paid_.empty()) {
      RecordedCalls recorded = record_calls(run, paid_);
      block.events.push_back(std::move(recorded.event));
      block.blobs.push_back(std::move(recorded.blob));
    }
    store::Blob blob = store::make_blob(lines_);
    event_.block = blob.id;
    block.events.push_back(schemas::encode(event_));
    block.blobs.push_back(std::move(blob));
    return block;
  }

 private:
  static std::optional<double> similarity(const Asked& asked, const generate::Generated& one,
                                          Memory& memory) {
    const auto source = std::ranges::find(asked.sources, one.source, &generate::SourceText::record);
    if (source == asked.sources.end()) return std::nullopt;
    const std::string made = text::last_user_message(one.line, memory.scratch);
    return generate::similarity(made, text::last_user_message(source->line, memory.scratch));
  }

  schemas::RecordsGeneratedT event_;
  std::string lines_;
  std::vector<llm::ChatAnswer> paid_;
};

std::vector<Asked*> unanswered(std::vector<Asked>& block) {
  std::vector<Asked*> open;
  for (Asked& asked : block) {
    if (asked.can_be_asked && !asked.made) open.push_back(&asked);
  }
  return open;
}

Result<StepBlock> ask_block(const StepInput& input, const Generation& generation, const Outside& outside,
                            Memory& memory) {
  const std::size_t first = generation.calls_done;
  const std::size_t count = std::min(calls_per_block, generation.plan.size() - first);
  std::vector<Asked> asked(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (auto good = prepare(input, generation.plan[first + i], memory, asked[i]); !good)
      return std::unexpected(good.error());
  }
  Block block(input, generation, static_cast<std::uint32_t>(count));
  llm::CallOptions options;
  options.stop = input.stop;
  options.known = [&](std::string_view hash) { return memory.known.find(hash); };
  for (std::uint32_t turn = 0; turn <= memory.parameters.retries; ++turn) {
    const auto open = unanswered(asked);
    if (open.empty()) break;
    std::vector<llm::ChatRequest> requests;
    for (const Asked* one : open) {
      requests.push_back(one->request);
      requests.back().sample = one->call.sample + turn * try_stride;
    }
    const auto answers = outside.models->chat_all(requests, options);
    const auto stops = [](const Result<llm::ChatAnswer>& answer) {
      return !answer && stops_the_run(answer.error().code);
    };
    if (const auto found = std::ranges::find_if(answers, stops); found != answers.end())
      return keep_and_fail(input.run.id, found->error(), block.with_paid(answers), memory.known,
                           memory.failure);
    block.keep(answers);
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (!answers[i]) continue;
      auto made = generate::read_answer(open[i]->call, open[i]->context, answers[i]->text, memory.scratch);
      if (made) open[i]->made = std::move(*made);
    }
  }
  for (const Asked& one : asked) block.take(one, memory);
  return block.done(input.run.id, first + count == generation.plan.size());
}

Result<StepBlock> work(const StepInput& input, std::any& scratch, const Outside& outside) {
  if (!scratch.has_value()) scratch = std::make_shared<Memory>();
  Memory& memory = *std::any_cast<std::shared_ptr<Memory>&>(scratch);
  const Generation& generation = *input.state.generation(input.run.id);
  if (outside.models == nullptr) {
    return schemas::fail(schemas::ErrorCode::blocked, "a language model", "none configured",
                         "add a section [[models]] to rftd.toml");
  }
  if (!generation.is_planned()) {
    const auto plan =
        plan_generation(input.state, generation_parameters(*input.run.generate, input.run.seed));
    if (!plan) return std::unexpected(plan.error());
    return write_plan(input, *plan);
  }
  if (memory.failure) return std::unexpected(*std::exchange(memory.failure, std::nullopt));
  if (!memory.is_loaded) {
    if (auto loaded = load(input, generation, memory); !loaded) return std::unexpected(loaded.error());
  }
  return ask_block(input, generation, outside, memory);
}
}  // namespace

engine::StepKind generate_records(const Outside& outside) {
  return {schemas::StepName::generate, "Has a model write records for the topics that lack them.",
          [outside](const StepInput& input, std::any& scratch) { return work(input, scratch, outside); },
          true};
}

}  // namespace steps
