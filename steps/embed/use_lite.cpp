#include "steps/embed/use_lite.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "steps/embed/mapped_file.hpp"
#include "steps/embed/pieces.hpp"

namespace steps::embed {
namespace {

constexpr std::size_t width_in = 256;  // of an embedded piece
constexpr std::size_t width = UseLite::dims;
constexpr std::size_t hidden = 1536;
constexpr std::size_t heads = 4;
constexpr std::size_t batch_pieces = 512;
constexpr float epsilon = 1e-6F;

using Tensor = std::span<const float>;

struct Norm {
  Tensor scale, bias;
};
struct Dense {
  Tensor weights, bias;
};
struct Layer {
  Norm attention_norm;
  Dense qkv, output;
  Dense residual;  // layer 0 only: 256 to 512
  Norm forward_norm;
  Dense grow, shrink;
};

// out = in * weights + bias, over rows.
void apply(const Dense& dense, std::size_t rows, const std::vector<float>& in, std::vector<float>& out) {
  const std::size_t to = dense.bias.size();
  const std::size_t from = dense.weights.size() / to;
  for (std::size_t row = 0; row < rows; ++row) std::ranges::copy(dense.bias, out.data() + row * to);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(rows), static_cast<int>(to),
              static_cast<int>(from), 1, in.data(), static_cast<int>(from), dense.weights.data(),
              static_cast<int>(to), 1, out.data(), static_cast<int>(to));
}

void apply(const Norm& norm, std::size_t rows, const std::vector<float>& in, std::vector<float>& out) {
  const std::size_t size = norm.scale.size();
  for (std::size_t row = 0; row < rows; ++row) {
    const float* from = in.data() + row * size;
    float* to = out.data() + row * size;
    float mean = 0;
    for (std::size_t at = 0; at < size; ++at) mean += from[at];
    mean /= static_cast<float>(size);
    float variance = 0;
    for (std::size_t at = 0; at < size; ++at) variance += (from[at] - mean) * (from[at] - mean);
    const float scale = 1 / std::sqrt(variance / static_cast<float>(size) + epsilon);
    for (std::size_t at = 0; at < size; ++at)
      to[at] = (from[at] - mean) * scale * norm.scale[at] + norm.bias[at];
  }
}

void add(std::vector<float>& to, const std::vector<float>& from, std::size_t size) {
  for (std::size_t at = 0; at < size; ++at) to[at] += from[at];
}

// What one batch needs, kept by each thread.
struct Scratch {
  std::vector<float> state = std::vector<float>(batch_pieces * width);
  std::vector<float> normed = std::vector<float>(batch_pieces * width);
  std::vector<float> wide = std::vector<float>(batch_pieces * hidden);
  std::vector<float> mixed = std::vector<float>(batch_pieces * width);
  std::vector<float> added = std::vector<float>(batch_pieces * width);
  std::vector<float> weights = std::vector<float>(UseLite::pieces_max * UseLite::pieces_max);
  std::vector<float> means = std::vector<float>(batch_pieces * width);
};

// softmax(q k' / sqrt(size)) v of every head; rows of `qkv` hold q, k and v after one another.
void attend(const std::vector<std::size_t>& first_of_text, std::size_t inner, Scratch& scratch) {
  const std::size_t size = inner / heads;
  const auto stride = static_cast<int>(3 * inner);
  const float scale = 1 / std::sqrt(static_cast<float>(size));
  for (std::size_t text = 0; text + 1 < first_of_text.size(); ++text) {
    const std::size_t first = first_of_text[text];
    const std::size_t count = first_of_text[text + 1] - first;
    const auto n = static_cast<int>(count);
    if (count == 0) continue;
    for (std::size_t head = 0; head < heads; ++head) {
      const float* q = scratch.wide.data() + first * 3 * inner + head * size;
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, n, static_cast<int>(size), scale, q, stride,
                  q + inner, stride, 0, scratch.weights.data(), n);
      for (std::size_t row = 0; row < count; ++row) {
        const std::span values(scratch.weights.data() + row * count, count);
        const float highest = *std::ranges::max_element(values);
        float total = 0;
        for (float& value : values) total += value = std::exp(value - highest);
        for (float& value : values) value /= total;
      }
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, static_cast<int>(size), n, 1,
                  scratch.weights.data(), n, q + 2 * inner, stride, 0,
                  scratch.mixed.data() + first * inner + head * size, static_cast<int>(inner));
    }
  }
}

void run_layer(const Layer& layer, const std::vector<std::size_t>& first_of_text, Scratch& scratch) {
  const std::size_t rows = first_of_text.back();
  apply(layer.attention_norm, rows, scratch.state, scratch.normed);
  apply(layer.qkv, rows, scratch.normed, scratch.wide);
  attend(first_of_text, layer.attention_norm.scale.size(), scratch);
  apply(layer.output, rows, scratch.mixed, scratch.added);
  if (layer.residual.bias.empty()) {
    add(scratch.state, scratch.added, rows * width);
  } else {
    apply(layer.residual, rows, scratch.state, scratch.normed);
    std::swap(scratch.state, scratch.normed);
    add(scratch.state, scratch.added, rows * width);
  }
  apply(layer.forward_norm, rows, scratch.state, scratch.normed);
  apply(layer.grow, rows, scratch.normed, scratch.wide);
  for (std::size_t at = 0; at < rows * hidden; ++at) scratch.wide[at] = std::max(0.0F, scratch.wide[at]);
  apply(layer.shrink, rows, scratch.wide, scratch.added);
  add(scratch.state, scratch.added, rows * width);
}

}  // namespace

struct UseLite::Model {
  MappedFile file;
  std::unique_ptr<const Pieces> pieces;
  Tensor embeddings;   // pieces + 2 rows of 256
  Tensor frequencies;  // 128, of the position signal
  Layer layers[2];
  Dense last;

  // Twice the embedding plus the position signal: sines, then cosines.
  void start(std::span<const std::uint32_t> text, float* out) const {
    for (std::size_t at = 0; at < text.size(); ++at, out += width_in) {
      const float* embedding = embeddings.data() + std::size_t{text[at]} * width_in;
      for (std::size_t i = 0; i < frequencies.size(); ++i) {
        const float angle = static_cast<float>(at) * frequencies[i];
        out[i] = 2 * embedding[i] + std::sin(angle);
        out[i + frequencies.size()] = 2 * embedding[i + frequencies.size()] + std::cos(angle);
      }
    }
  }

  void batch(std::span<const std::vector<std::uint32_t>> texts, std::span<float> out,
             Scratch& scratch) const {
    std::vector<std::size_t> first_of_text{0};
    for (const std::vector<std::uint32_t>& text : texts) {
      const std::size_t count = std::min(text.size(), pieces_max);
      start(std::span(text).first(count), scratch.state.data() + first_of_text.back() * width_in);
      first_of_text.push_back(first_of_text.back() + count);
    }
    for (const Layer& layer : layers) run_layer(layer, first_of_text, scratch);
    std::fill_n(scratch.means.begin(), texts.size() * width, 0.0F);
    for (std::size_t text = 0; text < texts.size(); ++text) {
      float* mean = scratch.means.data() + text * width;
      const std::size_t count = first_of_text[text + 1] - first_of_text[text];
      for (std::size_t row = first_of_text[text]; row < first_of_text[text + 1]; ++row) {
        for (std::size_t at = 0; at < width; ++at) mean[at] += scratch.state[row * width + at];
      }
      for (std::size_t at = 0; at < width; ++at)
        mean[at] /= static_cast<float>(std::max<std::size_t>(1, count));
    }
    apply(last, texts.size(), scratch.means, scratch.normed);
    for (std::size_t text = 0; text < texts.size(); ++text) {
      float* row = scratch.normed.data() + text * width;
      float squares = 0;
      for (std::size_t at = 0; at < width; ++at) {
        row[at] = std::tanh(row[at]);
        squares += row[at] * row[at];
      }
      const float scale = texts[text].empty() ? 0 : 1 / std::sqrt(std::max(squares, 1e-12F));
      for (std::size_t at = 0; at < width; ++at) out[text * width + at] = row[at] * scale;
    }
  }
};

schemas::Result<UseLite> UseLite::load(const std::filesystem::path& path) {
  auto file = MappedFile::open(path);
  if (!file) return std::unexpected(file.error());
  const auto corrupt = [&] {
    return schemas::fail(schemas::ErrorCode::corrupt, "the weights of USE-lite in " + path.string(),
                         std::to_string(file->bytes().size()) + " other bytes",
                         "delete it and run tools/assets/fetch");
  };
  Sections sections(file->bytes());
  const auto magic = sections.take<char>(8);
  const auto sizes = sections.take<std::uint32_t>(2);
  if (!sections.good() || std::memcmp(magic.data(), "RFTDUSE1", 8) != 0) return corrupt();
  sections.align();
  auto model = std::make_unique<Model>();
  const auto offsets = sections.take<std::uint32_t>(sizes[0] + 1);
  const auto text = sections.take<char>(offsets.empty() ? 0 : offsets.back());
  sections.align();
  const auto scores = sections.take<float>(sizes[0]);
  const auto tensor = [&](std::size_t size) {
    sections.align();
    return sections.take<float>(size);
  };
  const auto norm = [&](std::size_t size) {
    const Tensor scale = tensor(size);
    return Norm{scale, tensor(size)};
  };
  const auto dense = [&](std::size_t from, std::size_t to) {
    const Tensor weights = tensor(from * to);
    return Dense{weights, tensor(to)};
  };
  model->embeddings = tensor((sizes[0] + 2) * width_in);
  model->frequencies = tensor(width_in / 2);
  for (Layer& layer : model->layers) {
    const bool is_first = &layer == model->layers;
    const std::size_t inner = is_first ? width_in : width;
    layer.attention_norm = norm(inner);
    layer.qkv = dense(inner, 3 * inner);
    layer.output = dense(inner, width);
    if (is_first) layer.residual = dense(width_in, width);
    layer.forward_norm = norm(width);
    layer.grow = dense(width, hidden);
    layer.shrink = dense(hidden, width);
  }
  model->last = dense(width, width);
  sections.align();
  if (!sections.at_end()) return corrupt();
  model->pieces = std::make_unique<Pieces>(offsets, std::string_view(text.data(), text.size()), scores);
  model->file = std::move(*file);
  // Callers bring the threads; OpenBLAS's own would fight with them.
  openblas_set_num_threads(1);
  return UseLite(std::move(model));
}

std::vector<std::uint32_t> UseLite::pieces(std::string_view text) const {
  return model_->pieces->encode(text);
}

void UseLite::embed(std::span<const std::vector<std::uint32_t>> texts, std::span<float> out) const {
  Scratch scratch;
  for (std::size_t first = 0; first < texts.size();) {
    std::size_t end = first;
    std::size_t pieces = 0;
    while (end < texts.size()) {
      const std::size_t more = std::min(texts[end].size(), pieces_max);
      if (end > first && (pieces + more > batch_pieces || end - first == batch_pieces)) break;
      pieces += more;
      ++end;
    }
    model_->batch(texts.subspan(first, end - first), out.subspan(first * dims, (end - first) * dims),
                  scratch);
    first = end;
  }
}

UseLite::UseLite(std::unique_ptr<const Model> model) : model_(std::move(model)) {}
UseLite::UseLite(UseLite&&) noexcept = default;
UseLite& UseLite::operator=(UseLite&&) noexcept = default;
UseLite::~UseLite() = default;

}  // namespace steps::embed
