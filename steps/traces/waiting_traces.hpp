// Traces that somebody has to look at, in the order in which their time comes. Not synchronized.
#pragma once

#include <list>
#include <string_view>
#include <unordered_map>

#include "store/trace_store.hpp"

namespace steps::traces {

class WaitingTraces {
 public:
  struct Trace {
    std::string id;
    std::vector<std::uint64_t> stamps;  // of its marks
    std::int64_t first = 0;             // µs UTC, when the first of what waits came
    std::int64_t last = 0;
    std::vector<store::TraceItem> items;  // what came with the marks, while there is room for it
    bool has_all_items = true;
  };
  struct Limits {
    std::size_t traces = SIZE_MAX;
    std::size_t bytes = SIZE_MAX;  // of all items
    std::size_t items_a_trace = SIZE_MAX;
  };

  // A trace's time comes when nothing more of it came for `quiet` µs; one that never becomes quiet has its
  // turn after `patience` times that.
  WaitingTraces(std::int64_t quiet, Limits limits) : quiet_(quiet), limits_(limits) {}

  // False when there are too many. What came with the mark is to follow, or else all that the trace holds has
  // to be read from the store.
  bool add(const store::TraceMark& mark, bool items_follow);
  // Of a trace that waits. Beyond the limits, the items of its trace are let go.
  void keep(store::TraceItem item);
  // All that it holds has to be read from the store.
  void let_go(const std::string& trace);
  // The same, of a trace that was taken.
  void put_back(Trace trace);
  // Removes those whose time has come at `now`, or all, the first to come first.
  [[nodiscard]] std::vector<Trace> take(std::int64_t now, bool all, std::size_t limit);

  [[nodiscard]] bool empty() const { return order_.empty(); }
  [[nodiscard]] std::size_t size() const { return order_.size(); }
  // Whether most of the room for items is taken.
  [[nodiscard]] bool is_filling() const { return bytes_ > limits_.bytes / 4 * 3; }
  [[nodiscard]] bool contains(std::string_view trace) const { return places_.contains(trace); }
  // Calls on_trace for the id of each.
  template <class OnTrace>
  void each(OnTrace on_trace) const {
    for (const Trace& trace : order_) on_trace(trace.id);
  }

  static constexpr int patience = 15;

 private:
  [[nodiscard]] bool is_due(const Trace& trace, std::int64_t now) const;
  void let_go(Trace& trace);

  std::int64_t quiet_;
  Limits limits_;
  std::size_t bytes_ = 0;   // of all items
  std::list<Trace> order_;  // by the time at which each is due
  std::unordered_map<std::string_view, std::list<Trace>::iterator> places_;  // the keys are the ids in order_
};

}  // namespace steps::traces
