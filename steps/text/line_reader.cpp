#include "steps/text/line_reader.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace steps::text {
namespace {

using schemas::ErrorCode;
using schemas::Result;

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; });
}

}  // namespace

LineReader::LineReader(Encoding declared, Sink sink, LineReaderOptions options)
    : decoder_(declared), sink_(std::move(sink)), options_(options) {
  options_.max_line_bytes =
      std::clamp<std::uint64_t>(options_.max_line_bytes, 1, std::numeric_limits<std::uint32_t>::max());
  options_.block_bytes = std::max<std::size_t>(options_.block_bytes, 1);
  options_.block_lines = std::max<std::size_t>(options_.block_lines, 1);
}

Result<void> LineReader::stop_on_error(Result<void> done) {
  if (done) return done;
  is_stopped_ = true;
  error_ = std::unexpected(std::move(done.error()));
  block_ = {};
  return error_;
}

Result<void> LineReader::feed(std::string_view chunk) {
  if (is_stopped_) return error_;
  counts_.bytes_in += chunk.size();
  return stop_on_error(decoder_.feed(chunk, [this](std::string_view text) { return take_text(text); }));
}

Result<void> LineReader::finish() {
  if (is_stopped_) return error_;
  auto done = stop_on_error(decoder_.finish([this](std::string_view text) { return take_text(text); }));
  if (!done) return done;
  if (!is_bom_decided_) {
    is_bom_decided_ = true;
    if (auto split_head = stop_on_error(split(bom_head_)); !split_head) return split_head;
  }
  if (line_length_ > 0) {
    if (auto ended = stop_on_error(end_line(false)); !ended) return ended;
  }
  return stop_on_error(hand_over());
}

Result<void> LineReader::take_text(std::string_view text) {
  if (text.size() > options_.max_total_bytes - counts_.bytes_out) {
    return schemas::fail(ErrorCode::too_large,
                         "at most " + std::to_string(options_.max_total_bytes) + " bytes of decoded text",
                         "more", "split the file, or raise the limit of imports");
  }
  counts_.bytes_out += text.size();
  if (is_bom_decided_) return split(text);
  const std::size_t wanted = std::min(text.size(), byte_order_mark.size() - bom_head_.size());
  bom_head_.append(text.substr(0, wanted));
  text.remove_prefix(wanted);
  if (bom_head_.size() < byte_order_mark.size() && byte_order_mark.starts_with(bom_head_)) return {};
  is_bom_decided_ = true;
  if (bom_head_ != byte_order_mark) {
    if (auto done = split(bom_head_); !done) return done;
  }
  return split(text);
}

Result<void> LineReader::split(std::string_view text) {
  while (!text.empty()) {
    const void* line_feed = std::memchr(text.data(), '\n', text.size());
    if (line_feed == nullptr) {
      extend_line(text);
      return {};
    }
    const auto length = static_cast<std::size_t>(static_cast<const char*>(line_feed) - text.data());
    extend_line(text.substr(0, length));
    text.remove_prefix(length + 1);
    if (auto done = end_line(true); !done) return done;
  }
  return {};
}

void LineReader::extend_line(std::string_view part) {
  if (part.empty()) return;
  const std::uint64_t kept = block_.bytes.size() - line_begin_;
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(
      part.size(), options_.max_line_bytes - std::min(kept, options_.max_line_bytes)));
  block_.bytes.append(part.substr(0, room));
  const std::string_view cut_off = part.substr(room);
  if (!cut_off.empty() && !has_cut_text_) has_cut_text_ = !is_blank(cut_off);
  line_length_ += part.size();
  last_byte_ = part.back();
}

Result<void> LineReader::end_line(bool has_line_feed) {
  ++counts_.lines;
  std::uint64_t length = line_length_;
  if (has_line_feed && length > 0 && last_byte_ == '\r') --length;
  const std::uint64_t kept = std::min<std::uint64_t>(block_.bytes.size() - line_begin_, length);
  const bool is_line_blank =
      !has_cut_text_ && is_blank(std::string_view(block_.bytes).substr(line_begin_, kept));
  line_length_ = 0;
  has_cut_text_ = false;
  if (is_line_blank) {
    ++counts_.blank;
    block_.bytes.resize(line_begin_);
    return {};
  }
  block_.bytes.resize(line_begin_ + kept);
  block_.lengths.push_back(static_cast<std::uint32_t>(kept));
  block_.lines.push_back(counts_.lines);
  block_.original_lengths.push_back(length);
  if (length > kept) ++counts_.cut;
  line_begin_ = block_.bytes.size();
  if (block_.bytes.size() >= options_.block_bytes || block_.size() >= options_.block_lines)
    return hand_over();
  return {};
}

Result<void> LineReader::hand_over() {
  if (block_.lengths.empty()) return {};
  LineBlock full = std::exchange(block_, {});
  line_begin_ = 0;
  block_.bytes.reserve(options_.block_bytes + options_.block_bytes / 8);
  return sink_(std::move(full));
}

}  // namespace steps::text
