#include "tests/support/event_builders.hpp"

namespace support {

using namespace schemas;

Facts operator+(Facts a, const Facts& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Facts completed_run(std::uint64_t run, StepName step, Facts work) {
  return Facts{run_requested(run, step), run_started(run)} + work + run_completed(run);
}

Facts imported(std::uint64_t run, std::uint64_t first, const std::vector<Verdict>& verdicts,
               ImportMode mode) {
  return Facts{import_requested(run, mode),
               run_started(run),
               records_imported(run, first, verdicts.size()),
               import_received(run, verdicts.size()),
               run_requested(run + 1, StepName::validate),
               run_started(run + 1),
               records_validated(run + 1, first, verdicts),
               run_completed(run + 1),
               import_completed(run, verdicts.size()),
               run_completed(run)};
}

void then(Dataset& dataset, const Facts& facts) {
  for (const NewEvent& fact : facts) {
    engine::apply(dataset, engine::Fact{fact.type, fact.body, dataset.state.position + 1,
                                        dataset.state.time + second, this_epoch});
  }
}

Dataset given(const Facts& facts) {
  Dataset dataset;
  dataset.state.id = 1;
  then(dataset, facts);
  return dataset;
}

engine::Now now_of(const Dataset& dataset) {
  return {dataset.state.time, this_epoch, 0};
}

Result<engine::Decision> wish(Dataset& dataset, const engine::Command& command) {
  auto decision = engine::decide(dataset.state, command, now_of(dataset));
  if (decision) then(dataset, decision->events);
  return decision;
}

std::string names_of(const Facts& facts) {
  std::string names;
  for (const NewEvent& fact : facts) names += (names.empty() ? "" : " ") + std::string(name_of(fact.type));
  return names;
}

}  // namespace support
