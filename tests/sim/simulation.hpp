// One life of a daemon's engine, decided by a seed: people wish at random, steps work, the disk fails, the
// power goes, and the checker holds what was acknowledged. The seed decides every wish and every fault; how
// the worker threads interleave with them is left to the machine.
#pragma once

#include <deque>
#include <random>
#include <string>

#include "tests/sim/checker.hpp"
#include "tests/support/engine_fixture.hpp"
#include "tests/support/fault_file_system.hpp"

namespace sim {

using engine::DatasetId;
using engine::RunId;

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed);
  // Throws what is not as promised.
  void live();
  // All that the seed has chosen, in words.
  [[nodiscard]] std::string options() const;
  // The newest wishes and faults, for a failing test to show.
  [[nodiscard]] std::string trace() const;

  struct Reached {
    int crashes = 0;
    int restarts = 0;
    int acknowledged = 0;
    int failed_writes = 0;
    int completed_imports = 0;
  };
  [[nodiscard]] const Reached& reached() const { return reached_; }

 private:
  // What somebody asks for, what it promises once acknowledged, and how to tell whether it has happened when
  // no answer said so.
  struct Wish {
    std::string what;
    engine::Command command;
    std::function<void(Promised&)> keep = [](Promised&) {};
    std::function<bool(const engine::DatasetState&)> happened = [](const engine::DatasetState&) {
      return false;
    };
  };

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  void note(std::string what);
  [[noreturn]] void fail(const std::string& what) const;

  // simulation.cpp
  void fault();
  void crash();
  void restart();
  void start_until_it_stays();
  void check_loaded();
  void check(DatasetId dataset, const engine::DatasetState& state, bool at_rest);
  engine::StatePtr rest(DatasetId dataset);
  bool grant(DatasetId dataset, const Wish& wish, std::uint64_t* subject = nullptr);
  void acknowledged(DatasetId dataset, const schemas::Result<engine::Answer>& answer);
  // True when it was refused for good or will not have happened.
  bool failed(const schemas::Result<engine::Answer>& answer);

  // wishes.cpp
  void wish();
  void create();
  void fork(DatasetId source);
  void upload(DatasetId dataset);
  Wish about_a_record(DatasetId dataset);
  Wish about_the_dataset(DatasetId dataset);
  DatasetId some_dataset();
  std::string some_text();

  std::uint64_t seed_;
  std::mt19937_64 random_;
  std::shared_ptr<support::FaultFileSystem> disk_;
  engine::EngineOptions engine_options_;
  support::FaultFileSystem::Loss loss_;
  int wishes_;
  std::uint64_t fault_one_in_;
  std::uint64_t trouble_every_;
  std::atomic<std::uint64_t> blocks_done_ = 0;
  std::unique_ptr<support::EngineFixture> engine_;
  std::map<std::uint64_t, Promised> promised_;
  std::deque<std::string> trace_;
  int names_ = 0;
  Reached reached_;
};

}  // namespace sim
