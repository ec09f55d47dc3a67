// The dataset aggregate as the engine thread holds it, and the one function that folds events into it.
// apply() is pure: no clock, no I/O, no log line; the same facts give the same state, byte for byte. It does
// not check again what decide() checked: what it cannot find is a broken log, and it stops.
#pragma once

#include <string_view>

#include "engine/dataset_state.hpp"
#include "engine/duplicate_index.hpp"

namespace engine {

// One event as the fold sees it: already in today's words (upcast), wherever it came from.
struct Fact {
  schemas::EventType type = schemas::EventType::none;
  std::string_view body;
  Position position = 0;
  std::int64_t time = 0;  // µs UTC
  std::uint64_t epoch = 0;
};

struct Dataset {
  DatasetState state;
  DuplicateIndex<ContentHashOf> duplicates;
  DuplicateIndex<SpanHashOf> same_span;
};

void apply(Dataset& dataset, const Fact& fact);

// Recomputes the indexes and every record's `duplicate_of` from the columns.
void rebuild_duplicates(Dataset& dataset);

// The log contradicts itself: it names something that no event before has made.
class BrokenLog : public std::exception {
 public:
  explicit BrokenLog(std::string what) : what_(std::move(what)) {}
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

 private:
  std::string what_;
};

}  // namespace engine
