// Chooses among the calls of conversations: each turn repeats the history before it, so the last one holds
// the others. Pure, any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "steps/traces/call.hpp"

namespace steps::traces {

enum class Folding : std::uint8_t {
  every_call,       // all are kept
  last_of_session,  // the latest call of each session, else thread, else trace
  not_a_prefix,     // those whose messages and answer no other call begins with; the default
};

[[nodiscard]] std::optional<Folding> folding_from_name(std::string_view name);
[[nodiscard]] std::string_view folding_name(Folding folding);

// The same in two passes, for more calls than fit in memory: all are shown to see(), then each is asked for.
// Keeps some 32 bytes a message.
class Folder {
 public:
  explicit Folder(Folding folding);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void see(const Call& call);
  [[nodiscard]] bool keeps(const Call& call) const;

 private:
  struct Seen;
  Folding folding_;
  std::unique_ptr<Seen> seen_;
};

// One flag a call, in their order: true when it is kept.
//
// not_a_prefix compares what a model would read: a content of "" beside tool calls is none, JSON in arguments
// is compared without white space. Calls that name different sessions (else threads) never fold each other.
// Of a prompt alone (a failed call) the same holds. Two calls with the very same messages are both kept: that
// is for dedup by content to judge.
[[nodiscard]] std::vector<bool> fold(std::span<const Call> calls, Folding folding);

}  // namespace steps::traces
