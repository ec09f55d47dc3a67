#include "tests/store/store_support.hpp"

using namespace store_test;

TEST_CASE("positions are given without gaps, in a stream and in the store", "[store][append]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  const std::vector<Append> appends{append_to(1, 0, log->epoch(), {fact(1), fact(2)}),
                                    append_to(2, 0, log->epoch(), {fact(3)}),
                                    append_to(1, 2, log->epoch(), {fact(4)})};
  const auto committed = log->append(appends);
  REQUIRE(committed);
  REQUIRE(committed->size() == 3);
  REQUIRE(committed->at(0).view(1).position() == 2);
  REQUIRE(committed->at(1).view(0).global_position() == 3);
  REQUIRE(committed->at(2).view(0).position() == 3);
  REQUIRE(committed->at(2).view(0).global_position() == 4);
  REQUIRE(log->head(1)->position == 3);
  REQUIRE(same_hash(log->head(1)->hash, hash_of(committed->at(2).view(0))));
  REQUIRE(!log->head(3));
  REQUIRE(log->statistics().global_position == 4);
  REQUIRE(log->statistics().streams == 2);
  require_good(*log);
}
