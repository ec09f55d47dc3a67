// RFTD_SIM_SEED=n lives one seed again; RFTD_SIM_SEEDS=n lives that many.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/sim/simulation.hpp"

namespace {
constexpr std::uint64_t seeds_by_default = 12;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

sim::Simulation::Reached live(std::uint64_t seed) {
  sim::Simulation simulation(seed);
  INFO(simulation.options());
  std::string broken;
  try {
    simulation.live();
  } catch (const std::exception& found) {
    broken = std::string(found.what()) + "\nafter\n" + simulation.trace();
  }
  REQUIRE(broken == "");
  return simulation.reached();
}
}  // namespace

TEST_CASE("whatever happens, what was acknowledged is there and a replay gives the same state", "[sim]") {
  if (const std::uint64_t seed = number_from("RFTD_SIM_SEED", 0); seed != 0) {
    live(seed);
    return;
  }
  const std::uint64_t seeds = number_from("RFTD_SIM_SEEDS", seeds_by_default);
  sim::Simulation::Reached all;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto reached = live(seed);
    all.crashes += reached.crashes;
    all.restarts += reached.restarts;
    all.acknowledged += reached.acknowledged;
    all.failed_writes += reached.failed_writes;
    all.completed_imports += reached.completed_imports;
  }
  CAPTURE(all.crashes, all.restarts, all.acknowledged, all.failed_writes, all.completed_imports);
  const int enough = static_cast<int>(seeds / 2);
  CHECK(all.crashes >= enough);
  CHECK(all.restarts >= enough);
  CHECK(all.failed_writes >= enough);
  CHECK(all.completed_imports >= enough);
  CHECK(all.acknowledged >= 10 * enough);
}
