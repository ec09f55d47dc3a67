// Which records a dry run may ask about. Pure; any thread.
#pragma once

#include "engine/dataset_state.hpp"

namespace engine {

// Valid, and no duplicate unless asked for. With recorded answers, only records that have one.
inline bool is_candidate(const RecordRow& row, const schemas::DryRunParametersT& parameters) {
  if (!row.visible() || !row.valid()) return false;
  if (row.duplicate_of != 0 && !parameters.duplicates) return false;
  return parameters.answers == schemas::AnswerSource::model || row.is(has_output);
}

struct Candidates {
  std::uint64_t count = 0;
  std::uint64_t without_answer = 0;  // left out as they have no recorded answer
};
inline Candidates count_candidates(const DatasetState& state, const schemas::DryRunParametersT& parameters) {
  schemas::DryRunParametersT any = parameters;
  any.answers = schemas::AnswerSource::model;
  Candidates counted;
  for (const RecordRow& row : state.records) {
    if (is_candidate(row, parameters)) {
      ++counted.count;
    } else if (is_candidate(row, any)) {
      ++counted.without_answer;
    }
  }
  return counted;
}

}  // namespace engine
