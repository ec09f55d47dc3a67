// A dataset that lives at random: wishes of people, an upload, steps that do what is due, failures, restarts.
// Nothing but the seed decides. No store, no threads.
#pragma once

#include <random>

#include "engine/due.hpp"
#include "tests/support/event_builders.hpp"

namespace support {

class RandomHistory {
 public:
  explicit RandomHistory(std::uint64_t seed);

  // One more wish, refused or not, or one thing that is due.
  void step();
  [[nodiscard]] const Dataset& dataset() const { return dataset_; }
  // What step() has just done, for a failing test to show.
  [[nodiscard]] const std::string& last() const { return last_; }
  // All facts folded anew, from the first.
  [[nodiscard]] Dataset folded_again() const;
  // As many events as were folded.
  [[nodiscard]] std::size_t size() const { return facts_.size(); }

 private:
  struct Stored {
    NewEvent event;
    std::int64_t time;
    std::uint64_t epoch;
  };

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  void fold(const Facts& facts);
  void wish(std::string what, const engine::Command& command);

  void wish_something();
  void wish_about_imports();
  void wish_about_records();
  void wish_about_one_topic();
  void wish_about_topics();
  void wish_about_runs();
  void do_what_is_due();
  void work_on(const engine::Run& run);
  void validate(const engine::Run& run);
  void categorize(const engine::Run& run);
  void restart();

  [[nodiscard]] engine::Now now();
  std::uint64_t some_record() { return 1 + below(dataset_.state.records.size() + 1); }
  std::vector<std::uint64_t> some_records();
  std::uint64_t some_open_import();
  std::uint32_t some_leaf();

  std::mt19937_64 random_;
  unsigned contents_;  // how many different ones there are
  std::uint64_t epoch_ = 1;
  std::int64_t time_ = second;
  Dataset dataset_;
  std::vector<Stored> facts_;
  std::string last_;
};

}  // namespace support
