#include "bench/topic_trials.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <string>

#include "bench/measure.hpp"
#include "steps/topics/calibrate.hpp"
#include "steps/topics/kmeans.hpp"
#include "steps/topics/rng.hpp"
#include "steps/topics/semantic_categorizer.hpp"
#include "steps/topics/svd.hpp"
#include "steps/topics/vectorize.hpp"

namespace bench {

using namespace steps::topics;

Embedded embedded(const steps::embed::Embedder& embedder, const std::vector<std::string>& texts) {
  Embedded made;
  made.parts = embedder.parts();
  made.rows.values = must(embedder.embed(texts, {}));
  made.rows.rows = texts.size();
  made.rows.cols = steps::embed::dims_of(made.parts);
  return made;
}

Agreement agreement(const std::vector<std::uint32_t>& groups, const std::vector<std::uint32_t>& labels) {
  const std::size_t count = groups.empty() ? 0 : 1 + *std::ranges::max_element(groups);
  return {count, corpus::nmi(groups, labels), corpus::ari(groups, labels), corpus::purity(groups, labels)};
}

namespace {
// Words by their first four letters, so that "recipes" is "recipe".
std::set<std::string> stems_of(std::string_view name) {
  std::set<std::string> stems;
  std::string word;
  for (const char c : std::string(name) + ' ') {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const bool is_letter = lower >= 'a' && lower <= 'z';
    if (!is_letter) {
      if (word.size() == 3) stems.insert(word);
      word.clear();
      continue;
    }
    word += lower;
    if (word.size() == 4) stems.insert(word);
  }
  return stems;
}
}  // namespace

double names_like_labels(const TopicProposal& proposal, const corpus::Labelled& data) {
  double like = 0;
  for (std::size_t leaf = 0; leaf < proposal.leaves; ++leaf) {
    std::map<std::uint32_t, std::size_t> labels;
    for (const std::uint32_t row : proposal.topics[leaf].members) ++labels[data.labels[row]];
    const auto usual = std::ranges::max_element(labels, {}, [](const auto& entry) { return entry.second; });
    const auto wanted = stems_of(data.label_names[usual->first]);
    const auto found = stems_of(proposal.topics[leaf].name);
    like +=
        std::ranges::any_of(wanted, [&](const std::string& stem) { return found.contains(stem); }) ? 1 : 0;
  }
  return like / static_cast<double>(proposal.leaves);
}

AutoTrial find(const corpus::Labelled& data, const Embedded* vectors) {
  AutoTrial trial;
  TextVectors input;
  if (vectors != nullptr) input = {&vectors->rows, vectors->parts};
  const double began = process_cpu_seconds();
  trial.proposal = must(find_topics(data.texts, {}, {}, input));
  trial.seconds = process_cpu_seconds() - began;
  trial.names = names_like_labels(trial.proposal, data);
  trial.leaves = agreement(trial.proposal.topic_of_row, data.labels);
  if (trial.proposal.topics.size() > trial.proposal.leaves) {
    std::vector<std::uint32_t> upper;
    for (const std::uint32_t leaf : trial.proposal.topic_of_row)
      upper.push_back(trial.proposal.topics[leaf].parent - static_cast<std::uint32_t>(trial.proposal.leaves));
    trial.upper = agreement(upper, data.parents);
  }
  return trial;
}

Agreement tfidf_kmeans(const corpus::Labelled& data) {
  const Vocabulary vocabulary = Vocabulary::fit(data.texts);
  const SparseRows words = vocabulary.transform(data.texts);
  SvdOptions space;
  space.dims = 128;
  const Matrix rows = Svd::fit(words, space).project(words);
  Rng rng(1);
  const std::size_t k = data.label_names.size();
  std::vector<std::uint32_t> order(rows.rows);
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t at = order.size(); at > 1; --at) std::swap(order[at - 1], order[rng.below(at)]);
  order.resize(std::min(k, order.size()));
  Groups groups = nearest_of_rows(rows, take_rows(rows, order));
  refine(rows, groups, renumber(groups, order.size()), 50);
  return agreement(groups, data.labels);
}

namespace {
double auroc(const std::vector<double>& inside, const std::vector<double>& outside) {
  if (inside.empty() || outside.empty()) return 0;
  std::vector<std::pair<double, int>> ranked;
  for (const double value : inside) ranked.emplace_back(value, 1);
  for (const double value : outside) ranked.emplace_back(value, 0);
  std::ranges::sort(ranked);
  double ranks = 0;
  for (std::size_t at = 0; at < ranked.size();) {
    std::size_t end = at;
    while (end < ranked.size() && ranked[end].first == ranked[at].first) ++end;
    for (std::size_t one = at; one < end; ++one)
      ranks += ranked[one].second * (static_cast<double>(at + end) + 1) / 2;
    at = end;
  }
  const auto n = static_cast<double>(inside.size());
  return (ranks - n * (n + 1) / 2) / (n * static_cast<double>(outside.size()));
}

std::string spoken(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}
}  // namespace

CategorizeTrial categorize(const corpus::Labelled& data, const steps::embed::Embedder& embedder,
                           const Embedded& vectors, std::size_t shots, bool leave_out) {
  std::vector<TopicText> topics;
  std::vector<std::uint32_t> id_of_label(data.label_names.size());
  for (std::size_t label = 0; label < data.label_names.size(); ++label) {
    if (leave_out && label % 5 == 2) continue;
    id_of_label[label] = static_cast<std::uint32_t>(topics.size() + 1);
    topics.push_back({id_of_label[label], spoken(data.label_names[label]), "", {}});
  }
  std::map<std::uint32_t, std::size_t> size_of;
  for (const std::uint32_t label : data.labels) ++size_of[label];
  std::map<std::uint32_t, std::size_t> taken;
  std::vector<Example> examples;
  std::vector<std::uint32_t> shown;
  std::vector<std::uint32_t> test;
  for (std::uint32_t row = 0; row < data.texts.size(); ++row) {
    const std::uint32_t label = data.labels[row];
    const std::size_t wanted = std::min(shots, size_of[label] / 2);
    if (id_of_label[label] != 0 && taken[label]++ < wanted) {
      shown.push_back(row);
      examples.push_back({data.texts[row], id_of_label[label]});
    } else {
      test.push_back(row);
    }
  }
  std::vector<std::size_t> rows_of_topic;
  const Embedded names = embedded(embedder, SemanticCategorizer::topic_texts(topics, rows_of_topic));
  const Matrix example_rows = take_rows(vectors.rows, shown);
  const Matrix test_rows = take_rows(vectors.rows, test);
  CategorizeTrial trial;
  const double began = process_cpu_seconds();
  const auto fitted = must(
      SemanticCategorizer::fit({topics, &names.rows, examples, &example_rows, &test_rows, vectors.parts}));
  trial.fit_seconds = process_cpu_seconds() - began;
  std::vector<std::string> texts;
  for (const std::uint32_t row : test) texts.push_back(data.texts[row]);
  const auto assigned = fitted.assign(texts, test_rows);
  std::vector<double> inside;
  std::vector<double> outside;
  const auto right = std::make_unique<bool[]>(test.size());
  for (std::size_t row = 0; row < test.size(); ++row) {
    const std::uint32_t id = id_of_label[data.labels[test[row]]];
    if (id != 0) right[inside.size()] = assigned[row].topic == id;
    (id != 0 ? inside : outside).push_back(assigned[row].confidence);
  }
  for (std::size_t row = 0; row < inside.size(); ++row) trial.accuracy += right[row] ? 1 : 0;
  trial.accuracy /= static_cast<double>(inside.size());
  trial.mean_confidence =
      std::accumulate(inside.begin(), inside.end(), 0.0) / static_cast<double>(inside.size());
  trial.calibration_error = expected_calibration_error(inside, {right.get(), inside.size()});
  trial.out_of_scope = auroc(inside, outside);
  return trial;
}

}  // namespace bench
