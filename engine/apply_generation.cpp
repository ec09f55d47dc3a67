#include "engine/account.hpp"
#include "engine/apply_parts.hpp"

namespace engine {

namespace {
Generation& generation_for_writing(DatasetState& state, std::uint64_t run) {
  for (std::size_t i = state.generations.size(); i-- > 0;) {
    if (state.generations[i].run == run) return state.generations.write(i);
  }
  throw BrokenLog("an event names generation " + std::to_string(run) + ", which no event requested");
}

void count_progress(DatasetState& state, const Generation& generation) {
  Run& run = run_for_writing(state, generation.run);
  run.done = generation.calls_done;
  run.total = generation.plan.size();
  run.stage = std::to_string(generation.generated) + " of " + std::to_string(generation.planned) + " records";
}
}  // namespace

void begin_generation(DatasetState& state, const Run& run) {
  Generation generation;
  generation.run = run.id;
  state.generations.push_back(std::move(generation));
}

void apply_generation_planned(DatasetState& state, const schemas::GenerationPlanned& event) {
  Generation& generation = generation_for_writing(state, event.run()->value());
  if (event.calls() != nullptr) {
    for (const schemas::GenerationCall* told : *event.calls()) {
      GenerationCall call{told->strategy(), told->topic(), {}, told->count(), told->sample()};
      if (told->sources() != nullptr) call.sources.assign(told->sources()->begin(), told->sources()->end());
      generation.plan.push_back(std::move(call));
    }
  }
  generation.planned = event.planned();
  generation.balance_before = event.balance_before();
  generation.balance_after = event.balance_after();
  count_progress(state, generation);
}

void apply_calls_of_generation(DatasetState& state, const schemas::CallsRecorded& event, const Fact& fact) {
  Generation& generation = generation_for_writing(state, event.run()->value());
  const std::uint64_t first =
      generation.calls.empty() ? 0 : generation.calls.back().first + generation.calls.back().count;
  generation.calls.push_back({*event.block(), first, event.count(), fact.position});
  generation.spent.input_tokens += event.input_tokens();
  generation.spent.output_tokens += event.output_tokens();
  generation.spent.cost_usd += event.cost_usd();
}

void apply_records_generated(DatasetState& state, const schemas::RecordsGenerated& event, const Fact& fact) {
  Generation& generation = generation_for_writing(state, event.run()->value());
  generation.blocks.push_back({*event.block(), generation.generated, event.count(), fact.position});
  generation.generated += event.count();
  generation.calls_done = event.first_call() + event.calls();
  generation.calls_failed += event.failed();
  if (event.rejected() != nullptr) {
    generation.rejected.resize(std::max<std::size_t>(generation.rejected.size(), event.rejected()->size()));
    for (std::uint32_t i = 0; i < event.rejected()->size(); ++i)
      generation.rejected[i] += event.rejected()->Get(i);
  }
  count_progress(state, generation);
}

void apply_generation_reviewed(DatasetState& state, const schemas::GenerationReviewed& event,
                               const Fact& fact) {
  Generation& generation = generation_for_writing(state, event.run()->value());
  generation.reviewed_at = fact.position;
  generation.accepted = event.accepted() == nullptr ? 0 : event.accepted()->size();
  generation.dropped = event.rejected();
  generation.import_run = event.import_run();
  generation.first_record = event.first_record();
  if (generation.accepted == 0 || event.topics() == nullptr) return;
  for (std::uint32_t i = 0; i < event.topics()->size(); ++i) {
    const std::uint32_t topic = event.topics()->Get(i);
    if (!state.topic_counts.contains(topic)) continue;  // it is no longer a leaf
    change_record(state, event.first_record() + i, [&](RecordRow& row) {
      row.topic = topic;
      row.confidence = 1;
      row.method = AssignmentMethod::llm;
    });
  }
  state.assignments_changed = {fact.position, "generated records added"};
}

}  // namespace engine
