// Graders, scores and dry runs drawn for a terminal. Pure; any thread.
#pragma once

#include <string>

#include "tools/rftctl/json.hpp"
#include "tools/rftctl/text.hpp"

namespace rftctl {

std::string grader_view(const Terminal& terminal, const json& answer);
std::string grader_test_view(const Terminal& terminal, const json& answer);
std::string grader_versions_view(const Terminal& terminal, const json& answer);
std::string grader_diff_view(const Terminal& terminal, const json& answer);

// Verdict table, histogram, topics, advice.
std::string dry_run_view(const Terminal& terminal, const json& answer);
std::string dry_runs_view(const Terminal& terminal, const json& answer);
std::string samples_view(const Terminal& terminal, const json& answer);
std::string comparison_view(const Terminal& terminal, const json& answer);

}  // namespace rftctl
