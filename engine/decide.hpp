// Which events follow from a command, or why none do. Pure: looks at the state, changes nothing, knows no
// clock; `Now` carries what time and chance have to say.
#pragma once

#include "engine/commands.hpp"
#include "engine/dataset_state.hpp"

namespace engine {

struct Now {
  std::int64_t time = 0;     // µs UTC
  std::uint64_t epoch = 0;   // of this daemon
  std::uint64_t jitter = 0;  // a random number, for the spread of retries
};

// What a command leads to. No events and no error: it had been done already.
struct Decision {
  std::vector<NewEvent> events;
  std::vector<store::Blob> blobs;
  std::vector<BlobId> blobs_released;
  std::uint64_t subject = 0;  // the run, or how many records, the answer speaks of
};

inline constexpr std::uint32_t attempts_max = 5;                    // then a run is parked
inline constexpr std::int64_t retry_first_delay_us = 1'000'000;     // doubled each time, up to
inline constexpr std::int64_t retry_longest_delay_us = 60'000'000;  // spread by ± 25 %
inline constexpr std::size_t name_characters_max = 80;
inline constexpr std::size_t objective_bytes_max = 4000;
inline constexpr std::size_t topics_max = 2000;
inline constexpr int topic_depth_max = 5;

Result<Decision> decide(const DatasetState& state, const Command& command, const Now& now);

// Why a step cannot run now, and what would mend it; empty when it can.
struct Blocked {
  std::string reason;
  std::string fix;
};
std::vector<Blocked> blocked(const DatasetState& state, StepName step);

// Texts a person gives to a dataset.
Result<void> check_name(std::string_view name);
Result<void> check_objective(std::string_view objective);

}  // namespace engine
