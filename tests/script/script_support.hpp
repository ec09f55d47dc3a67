// A pool on the real program, and graders in one line.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "steps/script/script_pool.hpp"

namespace tests {

inline std::unique_ptr<steps::script::ScriptPool> script_pool(unsigned workers = 1) {
  auto pool = steps::script::ScriptPool::make({.program = RFTD_SCRIPT, .workers = workers});
  REQUIRE(pool);
  return std::move(*pool);
}

inline steps::script::Script script(std::string source) {
  return {.source = std::move(source), .limits = {}};
}

inline constexpr std::string_view no_sample = R"({"output_text":"four"})";
inline constexpr std::string_view no_item = R"({"reference_answer":"four"})";

inline steps::script::Outcome grade_one(steps::script::ScriptPool& pool,
                                        const steps::script::Script& script) {
  const std::vector<steps::script::Call> calls{{no_sample, no_item, 1}};
  return pool.run(script, calls, {}).front();
}

}  // namespace tests
