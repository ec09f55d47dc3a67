// The narrow interface of the trace store: what gateways and client libraries sent, and rows about the calls
// in it. Inputs, not facts: apart from the event log, with a retention of their own, in no backup of it.
// Knows bytes and keys, never what a span means. Every function may be called from any thread; commit() and
// remove() from one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"

namespace store {

enum class TraceItemKind : char { line = 'c', log_record = 'l', span = 's' };

// Something that came in, as bytes. The same (trace, kind, id) again takes the place of what was there.
struct TraceItem {
  TraceItemKind kind = TraceItemKind::span;
  std::string trace;  // at most 65,535 bytes
  std::string id;     // within the trace
  std::string bytes;
};

// Says that a trace has got items and nobody has looked at it since. One for each trace of a put().
struct TraceMark {
  std::uint64_t stamp = 0;  // grows with every put()
  std::string trace;
  std::int64_t received = 0;  // µs UTC
};

// A row about a call.
struct CallRow {
  std::uint64_t number = 0;    // given once, from 1, never again
  std::uint64_t sequence = 0;  // a greater one with every change; never given twice
  std::string bytes;
};

struct TraceInfo {
  std::int64_t received = 0;         // µs UTC, when it was first looked at
  std::uint64_t bytes = 0;           // of its items
  std::vector<std::uint64_t> calls;  // numbers
};

// What was found in some traces; all of it becomes durable or nothing.
struct TraceCommit {
  struct Found {
    std::string trace;
    TraceInfo info;
    std::uint64_t bytes_before = 0;  // what TraceInfo::bytes said until now
  };
  std::vector<Found> traces;
  std::vector<CallRow> rows;
  std::vector<std::uint64_t> rows_gone;  // numbers
  std::vector<TraceMark> marks;          // have been attended to
  std::uint64_t next_number = 1;
  std::uint64_t next_sequence = 1;
};

class TraceStore {
 public:
  struct Options {
    std::string folder;
    bool sync = true;  // an answer means that the disk has it
    std::size_t write_buffer = std::size_t{32} << 20U;
    std::size_t block_cache = std::size_t{16} << 20U;
    std::uint64_t free_space_min = std::uint64_t{64} << 20U;  // below, put() is refused with no_space
  };
  static schemas::Result<std::unique_ptr<TraceStore>> open(const Options& options);

  TraceStore() = default;
  virtual ~TraceStore() = default;
  TraceStore(const TraceStore&) = delete;
  TraceStore& operator=(const TraceStore&) = delete;

  // Durable when it returns, all or nothing. Errors: no_space, io.
  virtual schemas::Result<std::vector<TraceMark>> put(std::span<const TraceItem> items, std::int64_t now) = 0;
  // Of what was put and has not been attended to, oldest first.
  [[nodiscard]] virtual schemas::Result<std::vector<TraceMark>> marks(std::size_t limit) const = 0;

  // The items of a trace, by kind and id, until `on_item` says false.
  using OnItem = std::function<bool(TraceItemKind, std::string_view bytes)>;
  virtual schemas::Result<void> items(std::string_view trace, const OnItem& on_item) const = 0;
  [[nodiscard]] virtual schemas::Result<std::optional<TraceInfo>> info(std::string_view trace) const = 0;
  [[nodiscard]] virtual schemas::Result<std::optional<CallRow>> row(std::uint64_t number) const = 0;
  // All rows, by number.
  virtual schemas::Result<void> rows(const std::function<void(const CallRow&)>& on_row) const = 0;

  virtual schemas::Result<void> commit(const TraceCommit& commit) = 0;
  // The traces first looked at longest ago.
  [[nodiscard]] virtual schemas::Result<std::vector<std::string>> oldest(std::size_t limit,
                                                                         std::int64_t before) const = 0;
  // Items and rows of these traces; space comes back with compaction. Marks stay, and find nothing.
  virtual schemas::Result<void> remove(std::span<const std::string> traces) = 0;

  struct Numbers {
    std::uint64_t next_number = 1;
    std::uint64_t next_sequence = 1;
  };
  // As commit() left them; its thread only.
  [[nodiscard]] virtual Numbers numbers() const = 0;
  // Of the items of all traces that were looked at, before compression.
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;
};

}  // namespace store
