// Drawings of what the daemon answers: the canvas, health and coverage. Pure: JSON in, text out, any thread.
#pragma once

#include <string>

#include "tools/rftctl/json.hpp"
#include "tools/rftctl/text.hpp"

namespace rftctl {

// Seven cards in rows that fit the terminal (two rows from 102 columns on), health and the next step.
std::string draw_canvas(const Terminal& terminal, const json& canvas, const std::string& name);

// "✓ 1,008 valid  ⚠ 34 invalid (3%)" behind a bar; with `details` the codes too.
std::string draw_health(const Terminal& terminal, const json& health, bool details);

// One bar a topic with a tick where its target is, scaled to the widest.
std::string draw_coverage(const Terminal& terminal, const json& coverage);

// What differs: {before, after} pairs as "a → b", unchanged ones left out.
std::string draw_diff(const Terminal& terminal, const json& diff);

// Green for complete, yellow for attention, red for failed, cyan for processing, blue for ready.
Colour colour_of_state(std::string_view state);

}  // namespace rftctl
