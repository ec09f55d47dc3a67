#include "steps/remote_embedder.hpp"

#include <cmath>
#include <unordered_map>

#include "steps/embed/windows.hpp"
#include "steps/llm/chat.hpp"

namespace steps {

namespace {
constexpr std::size_t window_bytes = 1500;  // some 400 tokens: small models take 512
constexpr std::size_t windows_max = 12;

// Each different window once, and for every text which ones it has.
struct Windows {
  std::vector<std::string> different;
  std::vector<std::vector<std::size_t>> of_text;
};

Windows windows_of(std::span<const std::string> texts) {
  Windows windows;
  std::unordered_map<std::string, std::size_t> numbers;
  for (const std::string& text : texts) {
    std::vector<std::size_t>& mine = windows.of_text.emplace_back();
    const auto size_of = [](std::string_view part) { return part.size(); };
    for (const std::string_view part : embed::windows_of(text, window_bytes, windows_max, size_of)) {
      if (part.find_first_not_of(" \t\r\n") == std::string_view::npos) continue;
      const auto [entry, added] = numbers.try_emplace(std::string(part), windows.different.size());
      if (added) windows.different.emplace_back(part);
      mine.push_back(entry->second);
    }
  }
  return windows;
}

void add_normalised(std::span<const float> vector, std::span<float> sum) {
  double squares = 0;
  for (const float value : vector) squares += static_cast<double>(value) * value;
  if (squares < 1e-20) return;
  const auto scale = static_cast<float>(1 / std::sqrt(squares));
  for (std::size_t at = 0; at < sum.size(); ++at) sum[at] += scale * vector[at];
}
}  // namespace

std::vector<embed::Part> RemoteEmbedder::parts() const {
  const std::size_t dims = dims_;
  return dims == 0 ? std::vector<embed::Part>{} : std::vector<embed::Part>{{dims, false}};
}

schemas::Result<std::vector<float>> RemoteEmbedder::embed(std::span<const std::string> texts,
                                                          std::stop_token stop) const {
  Windows windows = windows_of(texts);
  // Texts of blanks alone do not tell how long a vector is.
  if (windows.different.empty() && dims_ == 0) windows.different.emplace_back("-");
  llm::CallOptions options;
  options.stop = std::move(stop);
  const auto answered = models_.embed(model_, windows.different, 0, options);
  if (!answered) return std::unexpected(answered.error());
  std::size_t dims = answered->empty() ? dims_.load() : answered->front().size();
  std::size_t before = 0;
  if (!dims_.compare_exchange_strong(before, dims) && before != dims) {
    return schemas::fail(schemas::ErrorCode::corrupt,
                         "vectors of " + std::to_string(before) + " numbers from " + model_ + ", as before",
                         "vectors of " + std::to_string(dims),
                         "another model answers under this name: give it a name of its own");
  }
  std::vector<float> rows(texts.size() * dims);
  for (std::size_t text = 0; text < texts.size(); ++text) {
    const std::span row = std::span(rows).subspan(text * dims, dims);
    for (const std::size_t window : windows.of_text[text]) add_normalised((*answered)[window], row);
    const std::vector<float> sum(row.begin(), row.end());
    std::ranges::fill(row, 0.0F);
    add_normalised(sum, row);
  }
  return rows;
}

}  // namespace steps
