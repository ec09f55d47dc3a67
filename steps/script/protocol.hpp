// What the daemon and rftd-script say to each other over a socket pair. Frame: length of the rest (4 bytes),
// type (1 byte), body; numbers in the machine's byte order, texts with their length (4 bytes) before them.
//   load    memory of its own per script: seed u64, console_bytes u32, flags u8, source
//   batch   count u32, then per record: number u64, sample, item (JSON texts)
//   hello   flags u8 (1: jit), sandbox layers
//   loaded  message (empty: it can grade), line u32, column u32
//   results count u32, then per record: fault u8, score f64, line u32, column u32, reason, message, console
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace steps::script {

enum class FrameType : std::uint8_t { load = 'L', batch = 'B', hello = 'H', loaded = 'l', results = 'R' };

inline constexpr std::uint32_t frame_bytes_max = 256U << 20U;
inline constexpr std::uint8_t flag_clock = 1, flag_fresh_context = 2;
inline constexpr int socket_fd = 3, progress_fd = 4;  // in the child

// One page that both map: how far the child is, for the parent to see which record it hangs in.
struct Progress {
  std::atomic<std::uint32_t> started;  // records of this batch begun; 1 while a script loads
};

// Numbers like Fault's in script_pool.hpp that a child can report.
enum class ChildFault : std::uint8_t { none, exception, bad_result, memory };

class FrameWriter {
 public:
  explicit FrameWriter(FrameType type) { begin(type); }
  void begin(FrameType type) {
    bytes_.assign(5, '\0');
    bytes_[4] = static_cast<char>(type);
  }
  template <class Number>
  void number(Number value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  // Overwrites a number written before.
  template <class Number>
  void number_at(std::size_t offset, Number value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof value);
  }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::string_view finish() {
    number_at(0, static_cast<std::uint32_t>(bytes_.size() - 4));
    return bytes_;
  }

 private:
  std::string bytes_;
};

// Reads what FrameWriter wrote; a body that ends too early leaves is_whole() false and gives zeros.
class FrameReader {
 public:
  explicit FrameReader(std::string_view body) : rest_(body) {}
  template <class Number>
  Number number() {
    Number value{};
    if (rest_.size() < sizeof value) {
      is_whole_ = false;
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string_view text() {
    const auto size = number<std::uint32_t>();
    if (size > rest_.size()) {
      is_whole_ = false;
      return {};
    }
    const auto text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  [[nodiscard]] bool is_whole() const { return is_whole_; }

 private:
  std::string_view rest_;
  bool is_whole_ = true;
};

}  // namespace steps::script
