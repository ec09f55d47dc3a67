// A dataset as a whole: its name, its limits, its end, its copies.
#include <catch2/catch.hpp>

#include "tests/support/event_builders.hpp"

using namespace engine;
using namespace support;

namespace {
ChangeDataset rename(std::string name) {
  ChangeDataset change;
  change.name = std::move(name);
  return change;
}

Settings limits(std::uint32_t max_tokens, std::uint32_t min_user_characters, const std::string& encoding) {
  Settings settings;
  settings.max_tokens = max_tokens;
  settings.min_user_characters = min_user_characters;
  settings.encoding = encoding;
  return settings;
}

ChangeDataset with(Settings settings) {
  ChangeDataset change;
  change.settings = std::move(settings);
  return change;
}

const Facts one_import = Facts{dataset_created()} + imported(1, 1, {valid(1), invalid()});
}  // namespace

TEST_CASE("a dataset is what its creation says", "[engine][dataset]") {
  const Dataset dataset = given({dataset_created("chess", "explain moves")});
  CHECK(dataset.state.name == "chess");
  CHECK(dataset.state.objective == "explain moves");
  CHECK(dataset.state.created_time == second);
  CHECK(dataset.state.settings == Settings{});
}

TEST_CASE("changing one thing leaves the others as they are", "[engine][dataset]") {
  Dataset dataset = given({dataset_created("chess", "explain moves")});
  REQUIRE(wish(dataset, rename("go")));
  CHECK(dataset.state.name == "go");
  CHECK(dataset.state.objective == "explain moves");
  CHECK(dataset.state.settings == Settings{});
}

TEST_CASE("a change that changes nothing is no event", "[engine][dataset]") {
  Dataset dataset = given(one_import);
  CHECK(wish(dataset, rename("chess"))->events.empty());
  CHECK(wish(dataset, with(Settings{}))->events.empty());
}

TEST_CASE("names and objectives have their limits", "[engine][dataset]") {
  CHECK(check_name(std::string(80, 'x')));
  CHECK_FALSE(check_name(std::string(81, 'x')));
  std::string eighty_umlauts;
  for (int i = 0; i < 80; ++i) eighty_umlauts += "ü";
  CHECK(check_name(eighty_umlauts));
  CHECK_FALSE(check_name(""));
  CHECK_FALSE(check_name(" \t"));
  CHECK_FALSE(check_name("two\nlines"));
  CHECK(check_objective(std::string(4000, 'x')));
  CHECK_FALSE(check_objective(std::string(4001, 'x')));
  CHECK_FALSE(check_objective("\n"));
}

TEST_CASE("new limits take back all verdicts", "[engine][dataset]") {
  Dataset dataset = given(one_import);
  const auto changed = wish(dataset, with(limits(4000, 3, "cl100k_base")));
  REQUIRE(changed);
  CHECK(names_of(changed->events) == "dataset_changed records_invalidated");
  CHECK(dataset.state.settings == limits(4000, 3, "cl100k_base"));
  CHECK(dataset.state.pending == 2);
}

TEST_CASE("new limits of an empty dataset take nothing back", "[engine][dataset]") {
  Dataset dataset = given({dataset_created()});
  CHECK(names_of(wish(dataset, with(limits(4000, 0, "chars/4")))->events) == "dataset_changed");
}

TEST_CASE("limits that nobody can keep are refused", "[engine][dataset]") {
  Dataset dataset = given({dataset_created()});
  const auto settings =
      GENERATE(limits(0, 0, "o200k_base"), limits(10'000'001, 0, "o200k_base"), limits(1, 0, "gpt2"));
  CHECK(wish(dataset, with(settings)).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("deleting has to be confirmed and says what would be lost", "[engine][dataset]") {
  Dataset dataset = given(one_import);
  const auto refused = wish(dataset, DeleteDataset{false});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::needs_confirmation);
  CHECK(refused.error().found == "'chess' with 2 records, 0 topics and 2 runs");
  CHECK(wish(dataset, DeleteDataset{true}));
}

TEST_CASE("a deleted dataset refuses everything and says where it can still be read", "[engine][dataset]") {
  Dataset dataset = given(one_import + dataset_deleted());
  const auto refused = wish(dataset, rename("go"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::gone);
  CHECK(refused.error().hint == "read it as it was with ?at=11");
}

TEST_CASE("deletion ends what runs", "[engine][dataset]") {
  const Dataset dataset = given(
      {dataset_created(), import_requested(1), run_started(1), records_imported(1, 1, 1), dataset_deleted()});
  CHECK(dataset.state.run(RunId(1))->state == RunState::cancelled);
  CHECK(dataset.state.pending == 0);
}

TEST_CASE("purging releases every blob once, and only of a deleted dataset", "[engine][dataset]") {
  Dataset dataset = given(one_import + record_edited(1) + record_edited(1));
  CHECK(wish(dataset, PurgeDataset{}));
  CHECK_FALSE(dataset.state.purged);
  then(dataset, {dataset_deleted()});
  const auto purged = wish(dataset, PurgeDataset{});
  REQUIRE(purged);
  CHECK(purged->blobs_released.size() == 2);
  CHECK(dataset.state.purged);
  CHECK(wish(dataset, PurgeDataset{})->events.empty());
}

TEST_CASE("what ran in the original does not run in the copy", "[engine][dataset]") {
  const Dataset copy = given({dataset_created(), import_requested(1), run_started(1),
                              records_imported(1, 1, 2), dataset_forked(9, 4, "copy")});
  CHECK(copy.state.name == "copy");
  CHECK(copy.state.forked_from == 9);
  CHECK(copy.state.forked_at == 4);
  CHECK(copy.state.created_time == copy.state.time);
  CHECK(copy.state.run(RunId(1))->state == RunState::cancelled);
  CHECK(copy.state.pending == 0);
}
