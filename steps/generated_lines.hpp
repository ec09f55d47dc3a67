// The lines that a generation keeps in blobs, one JSON object for a record that passed the filters. Written
// and read here alone. Pure; any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/step.hpp"
#include "steps/generate/plan.hpp"

namespace steps {

struct GeneratedLine {
  std::string_view line;  // the record: {messages, tools?}
  std::uint32_t topic = 0;
  std::uint64_t source = 0;  // record it was made from; 0: several or none
  generate::Strategy strategy = generate::Strategy::few_shot;
  std::optional<double> similarity;  // 0..1, of its last user message to that of the source
};

void append_generated(const GeneratedLine& generated, std::string& lines);

// Visits what a generation made so far with its number, from 0; false stops. Views hold during the visit.
// corrupt for a line that is none of ours.
schemas::Result<void> for_each_generated(
    const engine::Generation& generation, const engine::BlobReader& blobs,
    const std::function<bool(std::uint64_t number, const GeneratedLine&)>& visit);

}  // namespace steps
