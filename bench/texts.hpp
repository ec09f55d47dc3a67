// Chat records without end: a file of real ones, repeated with another beginning of the first message each
// time, so that no two are duplicates and no cache has seen them. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

class ChatLines {
 public:
  explicit ChatLines(const std::string& path);
  // Appends the next record and its line end to `text`.
  void append_next(std::string& text);
  [[nodiscard]] std::uint64_t made() const { return made_; }

 private:
  struct Line {
    std::string before, after;  // of the first message's text
  };
  std::vector<Line> lines_;
  std::uint64_t made_ = 0;
};

// `bytes` of characters that do not compress below three quarters.
std::string noise(std::size_t bytes, std::uint64_t seed);

}  // namespace bench
