// Our types as JSON on the wire: the only place that gives them their names there. Pure, any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "engine/dataset_state.hpp"
#include "engine/decide.hpp"
#include "engine/projections/canvas.hpp"

namespace api {

using JsonView = nlohmann::ordered_json;

// A dataset as lists, creation and GET give it.
JsonView dataset_view(const engine::DatasetState& state);
JsonView health_view(const engine::DatasetState& state);
JsonView canvas_view(const engine::DatasetState& state, schemas::Position head);
JsonView blocked_view(const std::vector<engine::Blocked>& blocked);
JsonView coverage_view(const engine::DatasetState& state);
JsonView topics_view(const engine::DatasetState& state);
JsonView run_view(const engine::Run& run);
// What the columns say of a record; `detail` and `preview` are filled in by who can read its bytes.
JsonView record_view(const engine::DatasetState& state, std::uint64_t number);

// null when the time is 0.
JsonView time_view(std::int64_t microseconds);

}  // namespace api
