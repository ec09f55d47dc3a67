// How far a source was read, as it is kept beside the traces. Plain values and their bytes; any thread.
// Internal to steps/traces.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "steps/traces/pull_source.hpp"

namespace steps::traces {

struct SourceState {
  std::string server;                        // whom it is about: another one begins anew
  std::optional<std::int64_t> watermark;     // µs UTC: all that began before it has been taken
  std::optional<std::int64_t> last_pull_at;  // µs UTC, when it ended
  std::uint64_t last_taken = 0;
  std::uint64_t taken_total = 0;
  std::string last_error;
};

// What source.kind, base_url and project stand for.
[[nodiscard]] std::string server_of(const TraceSource& source);

[[nodiscard]] std::string encode(const SourceState& state);
// Nothing when the bytes are not of this version.
[[nodiscard]] std::optional<SourceState> decode_source_state(std::string_view bytes);

// What was told lately, so that what a person removed here does not come back while the overlap asks for it
// again. A hash of ids and bytes -> when it began, µs UTC.
class ToldLately {
 public:
  [[nodiscard]] static std::uint64_t hash(std::string_view trace, std::string_view span,
                                          std::string_view bytes);
  [[nodiscard]] bool contains(std::uint64_t hash) const { return begun_.contains(hash); }
  void add(std::uint64_t hash, std::int64_t begun);
  void forget_before(std::int64_t time);
  // At most kept_max of them, the newest.
  [[nodiscard]] std::string encode() const;
  void decode(std::string_view bytes);

  static constexpr std::size_t size_max = 100'000;  // further ones are looked up in the store
  static constexpr std::size_t kept_max = 4096;

 private:
  std::unordered_map<std::uint64_t, std::int64_t> begun_;
};

}  // namespace steps::traces
