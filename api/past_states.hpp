// States of the past that were folded a short while ago: somebody who looks at one moment asks for its
// canvas, records and coverage one after the other, and a command whose dataset has moved on is answered from
// the state right after it. Any thread (a mutex, held for a look-up only); folding happens outside of it.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>

#include "engine/engine.hpp"

namespace api {

class PastStates {
 public:
  explicit PastStates(const engine::Engine& engine, std::size_t states_max = 16,
                      std::size_t records_max = 2'000'000)
      : engine_(engine), states_max_(states_max), records_max_(records_max) {}

  // The state of a dataset right after an event, folded if need be: O(events since a snapshot).
  // What has been erased since, as `newest` (null: none) tells, is not in it.
  engine::Result<engine::StatePtr> at(schemas::DatasetId dataset, schemas::Position position,
                                      const engine::StatePtr& newest);
  [[nodiscard]] std::size_t kept() const;

 private:
  struct Entry {
    std::uint64_t dataset;
    engine::StatePtr state;
    std::size_t erasures;  // of the dataset when it was folded
  };
  void keep(Entry entry);

  const engine::Engine& engine_;
  const std::size_t states_max_;
  const std::size_t records_max_;  // over all that are kept; a state takes 56 bytes a record
  mutable std::mutex mutex_;
  std::list<Entry> newest_first_;
  std::size_t records_ = 0;
};

}  // namespace api
