// Tries a grader on a few records before anything is kept of it: a person looks at answers beside scores.
// Nothing here becomes an event. Runs on: an api worker; waits for scripts and models.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "steps/catalog.hpp"
#include "steps/grade/grader.hpp"
#include "steps/grade/statistics.hpp"

namespace steps {

struct GraderTest {
  std::vector<std::uint64_t> records;  // chosen ones; empty = `size` random valid ones
  std::size_t size = 5;
  std::uint64_t seed = 0;
  std::string model;  // that answers; empty: the recorded answers
};

struct TestedSample {
  std::uint64_t record = 0;
  std::string item;    // JSON object; empty for a line that is no record
  std::string sample;  // JSON object; empty when there is no answer
  grade::Graded graded;
};
struct TestedGrader {
  std::vector<TestedSample> samples;
  grade::Statistics statistics;
};

// blocked: no valid record, or none with a recorded answer. An answer that a model failed to give is an error
// of its sample.
schemas::Result<TestedGrader> test_grader(const engine::DatasetState& state, const engine::BlobReader& blobs,
                                          const grade::Grader& grader, const GraderTest& test,
                                          const Outside& outside);

}  // namespace steps
