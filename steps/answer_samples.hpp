// A dry run's answers, block by block: those recorded with the records, or those of a model. Internal to
// steps/dry_run.cpp. Runs on a worker thread.
#pragma once

#include <optional>
#include <span>

#include "steps/catalog.hpp"
#include "steps/known_calls.hpp"
#include "steps/sample_lines.hpp"
#include "steps/text/normalize.hpp"

namespace steps {

struct Asking {
  const engine::StepInput& input;
  const engine::DryRun& dry_run;
  std::span<const SampleKey> sample;
  const Outside& outside;
  KnownCalls& known;
  std::optional<schemas::Error>& failure;  // of the block after this one: what has been answered comes first
  text::Scratch& scratch;
};

schemas::Result<engine::StepBlock> recorded_block(const Asking& asking);
// When some calls of the block fail in a way that the next would too, those that were answered are kept as
// CallsRecorded, and the failure follows.
schemas::Result<engine::StepBlock> asked_block(const Asking& asking);

}  // namespace steps
