// What the cards of the canvas are made with. Pure; only engine/projections/ includes it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "engine/projections/canvas.hpp"

namespace engine {

std::string decimals(double value, int places);
std::string percent_of(const Run& run);

Card card(int number, std::string_view step, std::string_view name, std::string_view tag);
void show_run(Card& shown, const Run* run, std::string badge);
// A run that waits for a person, or that failed last, is shown before anything else that is not under way.
bool show_trouble(Card& shown, const DatasetState& state, std::initializer_list<StepName> steps);
// The inputs that changed after the step's last completed run.
void mark_stale(Card& shown, const Run* last, std::initializer_list<const LastChange*> inputs);

// grading_cards.cpp
Card grader_card(const DatasetState& state);
Card dry_run_card(const DatasetState& state);
// What to do next, when records, topics and coverage are as they should be.
NextStep next_of_grading(const DatasetState& state, const Card& dry_run);

}  // namespace engine
