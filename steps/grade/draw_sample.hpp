// Which records a dry run grades: seeded, stratified by topic. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace steps::grade {

struct Candidate {
  std::uint64_t record = 0;
  std::uint32_t topic = 0;  // 0: none, a stratum of its own
};

// `size` records in ascending order; all of them when there are fewer. Every stratum gets its share, rounded
// by largest remainders, and at least one record where `size` allows. Within a stratum the records with the
// lowest hash of (seed, record) are taken, so the same records come again as long as they are there.
[[nodiscard]] std::vector<std::uint64_t> draw_sample(std::span<const Candidate> candidates, std::size_t size,
                                                     std::uint64_t seed);

}  // namespace steps::grade
