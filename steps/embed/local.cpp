#include "steps/embed/local.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <optional>
#include <thread>

#include "steps/embed/glove.hpp"
#include "steps/embed/use_lite.hpp"
#include "steps/embed/windows.hpp"

namespace steps::embed {
namespace {

constexpr std::size_t windows_max = 8;
constexpr std::size_t texts_at_once = 64;

void normalise(std::span<float> row) {
  float squares = 0;
  for (const float value : row) squares += value * value;
  const float scale = squares > 1e-20F ? 1 / std::sqrt(squares) : 0;
  for (float& value : row) value *= scale;
}

class Local : public Embedder {
 public:
  Local(std::filesystem::path assets, Mode mode, std::size_t threads)
      : assets_(std::move(assets)), mode_(mode), threads_(std::max<std::size_t>(1, threads)) {}

  std::string name() const override { return mode_ == Mode::quality ? "use-lite+glove" : "glove"; }

  std::vector<Part> parts() const override {
    if (mode_ == Mode::fast) return {{Glove::dims, true}};
    return {{UseLite::dims, false}, {Glove::dims, true}};
  }

  schemas::Result<std::vector<float>> embed(std::span<const std::string> texts,
                                            std::stop_token stop) const override {
    if (auto good = load(); !good) return std::unexpected(good.error());
    const std::size_t row = dims_of(parts());
    std::vector<float> out(texts.size() * row);
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      while (!stop.stop_requested()) {
        const std::size_t first = next.fetch_add(texts_at_once);
        if (first >= texts.size()) return;
        const std::size_t count = std::min(texts_at_once, texts.size() - first);
        embed_some(texts.subspan(first, count), std::span(out).subspan(first * row, count * row));
      }
    };
    {
      const std::size_t useful = std::min(threads_, (texts.size() + texts_at_once - 1) / texts_at_once);
      std::vector<std::jthread> others;
      for (std::size_t thread = 1; thread < useful; ++thread) others.emplace_back(work);
      work();
    }
    if (stop.stop_requested())
      return schemas::fail(schemas::ErrorCode::cancelled, "to embed texts", "a request to stop");
    return out;
  }

 private:
  schemas::Result<void> load() const {
    std::call_once(once_, [this] {
      auto glove = Glove::load(assets_ / "glove.bin");
      if (!glove) failure_ = glove.error();
      if (glove) glove_.emplace(std::move(*glove));
      if (failure_ || mode_ == Mode::fast) return;
      auto use_lite = UseLite::load(assets_ / "use_lite.bin");
      if (!use_lite) failure_ = use_lite.error();
      if (use_lite) use_lite_.emplace(std::move(*use_lite));
    });
    if (failure_) return std::unexpected(*failure_);
    return {};
  }

  void embed_some(std::span<const std::string> texts, std::span<float> out) const {
    const std::size_t row = dims_of(parts());
    for (std::size_t text = 0; text < texts.size(); ++text)
      glove_->embed(texts[text], out.subspan((text + 1) * row - Glove::dims, Glove::dims));
    if (mode_ == Mode::fast) return;
    std::vector<std::vector<std::uint32_t>> windows;
    std::vector<std::size_t> text_of_window;
    const auto size_of = [this](std::string_view part) { return use_lite_->pieces(part).size(); };
    for (std::size_t text = 0; text < texts.size(); ++text) {
      for (const std::string_view part : windows_of(texts[text], UseLite::pieces_max, windows_max, size_of)) {
        windows.push_back(use_lite_->pieces(part));
        text_of_window.push_back(text);
      }
    }
    std::vector<float> vectors(windows.size() * UseLite::dims);
    use_lite_->embed(windows, vectors);
    for (std::size_t window = 0; window < windows.size(); ++window) {
      float* sum = out.data() + text_of_window[window] * row;
      for (std::size_t at = 0; at < UseLite::dims; ++at) sum[at] += vectors[window * UseLite::dims + at];
    }
    for (std::size_t text = 0; text < texts.size(); ++text) normalise(out.subspan(text * row, UseLite::dims));
  }

  std::filesystem::path assets_;
  Mode mode_;
  std::size_t threads_;
  mutable std::once_flag once_;
  mutable std::optional<Glove> glove_;
  mutable std::optional<UseLite> use_lite_;
  mutable std::optional<schemas::Error> failure_;
};

}  // namespace

std::shared_ptr<const Embedder> local(std::filesystem::path assets, Mode mode, std::size_t threads) {
  return std::make_shared<Local>(std::move(assets), mode, threads);
}

}  // namespace steps::embed
