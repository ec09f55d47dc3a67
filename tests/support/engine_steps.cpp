#include "tests/support/engine_steps.hpp"

#include "engine/projections/coverage.hpp"
#include "store/codec.hpp"

namespace support {

using namespace engine;
using schemas::Result;

std::map<std::uint64_t, int> Script::judged(std::uint64_t dataset) const {
  const std::lock_guard lock(mutex_);
  const auto found = judged_.find(dataset);
  return found == judged_.end() ? std::map<std::uint64_t, int>{} : found->second;
}

std::vector<std::uint64_t> Script::order() const {
  const std::lock_guard lock(mutex_);
  return order_;
}

Result<void> Script::enter(const StepInput& input) {
  if (!before_block.pass(input.stop))
    return schemas::fail(schemas::ErrorCode::cancelled, "to go on", "a stop");
  {
    const std::lock_guard lock(mutex_);
    order_.push_back(input.state.id);
  }
  return trouble ? trouble(input) : Result<void>{};
}

void Script::note_judged(std::uint64_t dataset, std::uint64_t record) {
  const std::lock_guard lock(mutex_);
  ++judged_[dataset][record];
}

namespace {
template <class Wants>
std::vector<std::uint64_t> next_records(const DatasetState& state, std::size_t limit, Wants wants) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t number = 1; number <= state.records.size() && numbers.size() < limit; ++number) {
    if (wants(state.records[number - 1])) {
      numbers.push_back(number);
    } else if (!numbers.empty()) {
      break;
    }
  }
  return numbers;
}

Result<StepBlock> validate(const StepInput& input, Script& script) {
  const auto wants = [](const RecordRow& row) { return row.is(unvalidated) && !row.is(deleted); };
  const auto numbers = next_records(input.state, script.block_records, wants);
  if (numbers.empty()) return StepBlock{{}, true};
  schemas::RecordsValidatedT event;
  event.run = RunId(input.run.id);
  event.first_record = RecordId(numbers.front());
  const auto judge = [&](std::uint64_t number, std::string_view text) {
    const auto content = store::sha256(text);
    const bool bad = text.starts_with("bad");
    event.codes.push_back(bad ? 4 : 0);
    event.flags.push_back(0);
    event.tokens.push_back(static_cast<std::uint32_t>(text.size()));
    for (unsigned i = 0; i < 16; ++i) event.hashes.push_back(bad ? 0 : content.bytes()->Get(i));
    script.note_judged(input.state.id, number);
  };
  if (auto read = read_records(input.state, numbers, input.blobs, judge); !read)
    return std::unexpected(read.error());
  return StepBlock{{schemas::encode(event)}, false};
}

Result<StepBlock> find_topics(const StepInput& input) {
  schemas::TopicsDefinedT event;
  event.version = input.state.topics->version + 1;
  event.run = input.run.id;
  for (const std::uint32_t i : {1U, 2U}) {
    auto topic = std::make_unique<schemas::TopicT>();
    topic->id = TopicId(input.state.topics_ever + i);
    topic->name = i == 1 ? "even" : "odd";
    event.topics.push_back(std::move(topic));
  }
  return StepBlock{{schemas::encode(event)}, true};
}

Result<StepBlock> categorize(const StepInput& input, Script& script) {
  const auto leaves = input.state.topics->leaves();
  const auto wants = [](const RecordRow& row) { return row.visible() && row.valid() && row.topic == 0; };
  const auto numbers = next_records(input.state, script.block_records, wants);
  if (numbers.empty() || leaves.empty()) return StepBlock{{}, true};
  schemas::TopicsAssignedT event;
  event.run = RunId(input.run.id);
  event.first_record = RecordId(numbers.front());
  for (const std::uint64_t number : numbers) {
    event.topics.push_back(leaves[input.state.records[number - 1].length % leaves.size()]);
    event.confidences.push_back(0.9F);
    event.methods.push_back(static_cast<std::uint8_t>(AssignmentMethod::keyword));
    event.runner_ups.push_back(0);
  }
  return StepBlock{{schemas::encode(event)}, false};
}

Result<StepBlock> measure(const StepInput& input) {
  const Coverage coverage = coverage_of(input.state);
  schemas::CoverageMeasuredT event;
  event.run = RunId(input.run.id);
  event.balance = coverage.balance;
  event.categorized = coverage.categorized;
  return StepBlock{{schemas::encode(event)}, true};
}
}  // namespace

StepCatalog scripted_steps(const std::shared_ptr<Script>& script) {
  const auto scripted = [&](StepName name, auto work) {
    return StepKind{name, "scripted", [script, work](const StepInput& input, std::any&) -> Result<StepBlock> {
                      if (auto entered = script->enter(input); !entered)
                        return std::unexpected(entered.error());
                      return work(input, *script);
                    }};
  };
  return {scripted(StepName::validate, validate),
          scripted(StepName::topics, [](const StepInput& input, Script&) { return find_topics(input); }),
          scripted(StepName::categorize, categorize),
          scripted(StepName::coverage, [](const StepInput& input, Script&) { return measure(input); })};
}

}  // namespace support
