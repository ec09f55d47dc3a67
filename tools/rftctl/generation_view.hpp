// Generations on a terminal: the plan, what came of it, and what waits for review. Pure.
#pragma once

#include <string>

#include "tools/rftctl/json.hpp"
#include "tools/rftctl/text.hpp"

namespace rftctl {

std::string plan_view(const Terminal& terminal, const json& plan);
std::string generation_view(const Terminal& terminal, const json& generation);
std::string generations_view(const Terminal& terminal, const json& list);
std::string generated_view(const Terminal& terminal, const json& list);

}  // namespace rftctl
