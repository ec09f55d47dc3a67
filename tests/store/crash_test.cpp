#include <cstdlib>

#include "tests/store/model.hpp"

using namespace store_test;
using support::FaultFileSystem;
using Loss = support::FaultFileSystem::Loss;

namespace {
constexpr std::uint64_t seeds_by_default = 40;
constexpr int operations = 40;

// Whatever a fault has done, the next opening finds everything that was acknowledged.
void come_back(Model& model) {
  do {
    model.crash(static_cast<Loss>(model.pick(3)));
    model.disk().heal();
    if (model.pick(4) == 0) model.disk().crash_on(static_cast<int>(1 + model.pick(30)));  // while recovering
  } while (!model.try_start());
  model.verify();
}

void operate(Model& model) {
  auto& disk = model.disk();
  switch (model.pick(16)) {
    case 0:
      model.stop();
      if (!model.try_start()) come_back(model);
      return;
    case 1:
      return come_back(model);
    case 2:
      return disk.crash_on(static_cast<int>(1 + model.pick(12)));
    case 3:
      return disk.fail_write(static_cast<int>(1 + model.pick(8)));
    case 4:
      return disk.fail_sync(static_cast<int>(1 + model.pick(6)));
    case 5:
      return disk.fill_up_after(model.pick(5000));
    case 6:
      return model.disk().heal();
    case 7:
      return model.put_snapshot();
    default:
      model.append();
  }
}

void live(std::uint64_t seed) {
  INFO("seed " << seed);
  Model model(FaultFileSystem::in_memory(seed), seed);
  model.start();
  for (int i = 0; i < operations; ++i) {
    operate(model);
    if (model.disk().crashed()) come_back(model);
  }
  come_back(model);
  model.disk().heal();
  REQUIRE(model.append());
  model.verify();
}
}  // namespace

TEST_CASE("after random faults and crashes everything acknowledged is there", "[store][crash]") {
  if (const char* only = std::getenv("RFTD_TEST_SEED")) return live(std::stoull(only));
  const char* more = std::getenv("RFTD_TEST_SEEDS");
  const std::uint64_t seeds = more == nullptr ? seeds_by_default : std::stoull(more);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) live(seed);
}
