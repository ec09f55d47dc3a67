// Puts a streamed chat completion together: server-sent events in pieces of any size, one answer out.
// One thread. Internal to steps/llm.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "schemas/error.hpp"
#include "steps/llm/chat.hpp"

namespace steps::llm {

class StreamReader {
 public:
  // Calls on_text with each piece of text. corrupt for an event that is no JSON; unavailable for an error
  // event.
  [[nodiscard]] schemas::Result<void> feed(std::string_view bytes, const OnText& on_text);
  // After the last byte. unavailable when the stream broke off before its end.
  [[nodiscard]] schemas::Result<ChatAnswer> finish();
  [[nodiscard]] bool has_begun() const { return has_begun_; }

 private:
  schemas::Result<void> take_event(const OnText& on_text);
  struct ToolCall {
    std::string id, name, arguments;
  };

  std::string line_;
  std::string event_;  // the data lines of an event so far
  ChatAnswer answer_;
  std::map<std::uint64_t, ToolCall> calls_;
  bool has_begun_ = false;
  bool has_reason_ = false;
  bool is_done_ = false;
};

}  // namespace steps::llm
