// Scores for a block of a dry run's answers. Internal to steps/dry_run.cpp. Runs on a worker thread.
#pragma once

#include "steps/catalog.hpp"
#include "steps/grade/grader.hpp"
#include "steps/known_calls.hpp"

namespace steps {

// What a judge answered is kept in the same block as the scores that came of it. A judge that cannot be asked
// (it is down, its key is wrong) voids no scores: what it had answered is kept, and `failure` is told after
// that.
schemas::Result<engine::StepBlock> grade_block(const engine::StepInput& input,
                                               const engine::WorkBlock& answers, const grade::Grader& grader,
                                               const Outside& outside, KnownCalls& known,
                                               std::optional<schemas::Error>& failure);

}  // namespace steps
