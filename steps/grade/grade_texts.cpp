// string_check and text_similarity.
#include <algorithm>
#include <cmath>

#include "steps/grade/node.hpp"

namespace steps::grade {

namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

bool holds(Operation operation, const std::string& input, const std::string& reference) {
  switch (operation) {
    case Operation::eq:
      return input == reference;
    case Operation::ne:
      return input != reference;
    case Operation::like:
      return input.find(reference) != std::string::npos;
    case Operation::ilike:
      return lower(input).find(lower(reference)) != std::string::npos;
  }
  return false;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0;
  double square_a = 0;
  double square_b = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    product += static_cast<double>(a[i]) * b[i];
    square_a += static_cast<double>(a[i]) * a[i];
    square_b += static_cast<double>(b[i]) * b[i];
  }
  // Opposite meanings are as far apart as unrelated ones: a score has no less than 0.
  return square_a * square_b == 0 ? 0 : std::clamp(product / std::sqrt(square_a * square_b), 0.0, 1.0);
}

struct Pair {
  std::string input;
  std::string reference;
};

schemas::Result<Pair> render(const Grader::Node& node, const Example& example) {
  const auto values = Values::read(example.sample, example.item);
  if (!values) return std::unexpected(values.error());
  auto input = node.input.render(*values);
  if (!input) return std::unexpected(input.error());
  auto reference = node.reference.render(*values);
  if (!reference) return std::unexpected(reference.error());
  return Pair{std::move(*input), std::move(*reference)};
}

void set_score(const Grader::Node& node, double score, Graded& graded) {
  graded.score = score;
  if (node.pass_threshold) graded.passed = score >= *node.pass_threshold;
}

// A model is asked for many texts at a time.
void grade_embedded(const Grader::Node& node, const std::vector<Pair>& pairs,
                    const std::vector<std::size_t>& todo, const Tools& tools, std::vector<Graded>& all) {
  constexpr std::size_t pairs_per_call = 64;
  if (tools.models == nullptr) {
    for (const std::size_t i : todo)
      all[i].error = "no model is configured, and " + node.model + " was to embed the texts";
    return;
  }
  const llm::CallOptions options{tools.stop, {}};
  for (std::size_t from = 0; from < todo.size(); from += pairs_per_call) {
    const std::size_t end = std::min(from + pairs_per_call, todo.size());
    std::vector<std::string> texts;
    for (std::size_t t = from; t < end; ++t) {
      texts.push_back(pairs[todo[t]].input);
      texts.push_back(pairs[todo[t]].reference);
    }
    const auto vectors = tools.models->embed(node.model, texts, 0, options);
    for (std::size_t t = from; t < end; ++t) {
      if (vectors)
        set_score(node, cosine((*vectors)[2 * (t - from)], (*vectors)[2 * (t - from) + 1]), all[todo[t]]);
      else
        all[todo[t]].error = vectors.error().message();
    }
  }
}

}  // namespace

std::vector<Graded> grade_texts(const Grader::Node& node, std::span<const Example> examples,
                                const Tools& tools) {
  std::vector<Graded> all(examples.size());
  std::vector<Pair> pairs(examples.size());
  std::vector<std::size_t> embedded;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    auto pair = render(node, examples[i]);
    if (tools.stop.stop_requested()) {
      all[i].error = "cancelled before it was graded";
    } else if (!pair) {
      all[i].error = pair.error().message();
    } else if (node.type == GraderType::string_check) {
      all[i].score = holds(node.operation, pair->input, pair->reference) ? 1 : 0;
    } else if (std::max(pair->input.size(), pair->reference.size()) > text_bytes_max) {
      all[i].error = "expected texts of at most " + std::to_string(text_bytes_max) +
                     " bytes to compare, found one of " +
                     std::to_string(std::max(pair->input.size(), pair->reference.size()));
    } else if (!node.model.empty()) {
      pairs[i] = std::move(*pair);
      embedded.push_back(i);
    } else {
      set_score(node, similarity(node.metric, pair->input, pair->reference), all[i]);
    }
  }
  if (!embedded.empty()) grade_embedded(node, pairs, embedded, tools, all);
  return all;
}

}  // namespace steps::grade
