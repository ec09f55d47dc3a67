#include "steps/embed/windows.hpp"

#include <algorithm>

namespace steps::embed {
namespace {

bool ends_sentence(std::string_view text, std::size_t at) {
  const char byte = text[at];
  if (byte == '\n') return true;
  const bool mark = byte == '.' || byte == '?' || byte == '!';
  return mark && at + 1 < text.size() && (text[at + 1] == ' ' || text[at + 1] == '\n');
}

// Where a text of too many bytes may be cut: behind a space, else between two characters.
std::size_t cut_before(std::string_view text, std::size_t bytes) {
  if (bytes >= text.size()) return text.size();
  const std::size_t space = text.rfind(' ', bytes);
  if (space != std::string_view::npos && space > bytes / 2) return space + 1;
  while (bytes > 1 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80) --bytes;
  return bytes;
}

std::vector<std::string_view> sentences_of(std::string_view text, std::size_t bytes_max) {
  std::vector<std::string_view> sentences;
  for (std::size_t first = 0; first < text.size();) {
    std::size_t end = first;
    while (end < text.size() && !ends_sentence(text, end)) ++end;
    end = std::min(end + 1, text.size());
    const std::string_view sentence = text.substr(first, end - first);
    const std::string_view kept = sentence.substr(0, cut_before(sentence, bytes_max));
    sentences.push_back(kept);
    first += kept.size();
  }
  return sentences;
}

}  // namespace

std::vector<std::string_view> windows_of(std::string_view text, std::size_t size_max, std::size_t windows_max,
                                         const std::function<std::size_t(std::string_view)>& size_of) {
  // A piece has a byte at least, so a short text needs no counting.
  if (text.size() < size_max || size_of(text) <= size_max) return {text};
  std::vector<std::string_view> windows;
  std::size_t size = 0;
  for (const std::string_view sentence : sentences_of(text, 4 * size_max)) {
    const std::size_t more = size_of(sentence);
    if (!windows.empty() && size + more <= size_max) {
      const std::string_view before = windows.back();
      windows.back() = std::string_view(before.data(), before.size() + sentence.size());
      size += more;
    } else {
      windows.push_back(sentence);
      size = more;
    }
  }
  if (windows.size() <= windows_max) return windows;
  std::vector<std::string_view> spread;
  for (std::size_t at = 0; at < windows_max; ++at)
    spread.push_back(windows[at * (windows.size() - 1) / (windows_max - 1)]);
  return spread;
}

}  // namespace steps::embed
