// Coverage: writes down how the records spread over the topics at this moment. The live figures are folded
// with every event (engine/projections/coverage.hpp); this makes one of them a fact.
#include "engine/projections/coverage.hpp"

#include "steps/catalog.hpp"

namespace steps {

namespace {
schemas::Result<engine::StepBlock> work(const engine::StepInput& input, std::any& /*scratch*/) {
  const engine::Coverage coverage = engine::coverage_of(input.state);
  schemas::CoverageMeasuredT event;
  event.run = schemas::RunId(input.run.id);
  event.balance = coverage.balance;
  event.noise_floor = coverage.noise_floor;
  event.entropy = coverage.entropy;
  event.effective_topics = coverage.effective_topics;
  event.categorized = coverage.categorized;
  event.uncategorized = coverage.uncategorized;
  return engine::StepBlock{{schemas::encode(event)}, true};
}
}  // namespace

engine::StepKind measure_coverage() {
  return {schemas::StepName::coverage, "Measures how evenly the records cover the topics.", work};
}

}  // namespace steps
