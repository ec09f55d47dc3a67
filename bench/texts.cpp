#include "bench/texts.hpp"

#include <fmt/format.h>

#include <fstream>
#include <random>

#include "bench/measure.hpp"

namespace bench {

ChatLines::ChatLines(const std::string& path) {
  constexpr std::string_view content = "\"content\": \"";
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto found = line.find(content);
    if (found == std::string::npos) continue;
    const auto split = found + content.size();
    lines_.push_back({line.substr(0, split), line.substr(split)});
  }
  if (lines_.empty()) give_up("expected chat records in " + path + ", found none");
}

void ChatLines::append_next(std::string& text) {
  const Line& line = lines_[made_ % lines_.size()];
  text += line.before;
  fmt::format_to(std::back_inserter(text), "({}) ", ++made_);
  text += line.after;
  text += '\n';
}

std::string noise(std::size_t bytes, std::uint64_t seed) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::mt19937_64 random(seed);
  std::string text;
  text.reserve(bytes);
  while (text.size() < bytes) text += letters[random() % letters.size()];
  return text;
}

}  // namespace bench
