#include "steps/topics/find_topics.hpp"

#include <algorithm>
#include <set>

#include "steps/topics/consensus.hpp"
#include "steps/topics/evidence.hpp"
#include "steps/topics/grams.hpp"
#include "steps/topics/label.hpp"
#include "steps/topics/space.hpp"
#include "steps/topics/svd.hpp"
#include "steps/topics/vectorize.hpp"

namespace steps::topics {
namespace {

using schemas::ErrorCode;

constexpr std::size_t exemplars_max = 5;
// Of the words beside the vectors: measured with them in bench/topics.
constexpr std::size_t fused_word_dims = 128;
constexpr float fused_word_weight = 0.5F;
// The search by evidence is for data of few, broad topics.
constexpr std::size_t search_topics_max = 40;
// The name of an upper topic whose words stand in fewer of its texts is that of a part.
constexpr double upper_share_min = 0.25;
constexpr std::size_t name_bytes_long = 40;

Matrix in_space_of(const SparseRows& words, std::size_t dims, std::uint64_t seed) {
  SvdOptions space;
  space.dims = dims;
  space.seed = seed;
  return Svd::fit(words, space).project(words);
}

// Every word as its parts of four letters, its ends marked: "endings" of one word then meet.
std::vector<std::string> character_grams(std::span<const std::string> texts) {
  std::vector<std::string> grams;
  grams.reserve(texts.size());
  for (const std::string& text : texts) grams.push_back(grams_of(text, 4));
  return grams;
}

// The members nearest to the centre; of texts that are the same word for word only the first.
std::vector<std::uint32_t> most_central(std::span<const std::string> texts, const Matrix& rows,
                                        std::span<const float> centre,
                                        std::span<const std::uint32_t> members) {
  std::vector<std::pair<float, std::uint32_t>> order;
  order.reserve(members.size());
  for (const std::uint32_t row : members) order.emplace_back(-dot(rows.row(row), centre), row);
  std::ranges::sort(order);
  std::vector<std::uint32_t> chosen;
  std::set<std::string_view> seen;
  for (const auto& [distance, row] : order) {
    if (chosen.size() == exemplars_max) break;
    if (seen.insert(texts[row]).second) chosen.push_back(row);
  }
  return chosen;
}

// Node of one level for every row: the leaf, or what holds it that many levels up.
std::vector<std::uint32_t> nodes_of_rows(const Clustering& clustering, std::size_t level) {
  std::vector<std::uint32_t> nodes = clustering.group_of_row;
  for (std::size_t step = 0; step < level; ++step) {
    for (std::uint32_t& node : nodes) node = clustering.parents[step][node];
  }
  return nodes;
}

void add_level(std::span<const std::string> texts, const Matrix& rows, std::span<const std::uint32_t> node_of,
               std::size_t nodes, TopicProposal& proposal) {
  const std::size_t first = proposal.topics.size();
  proposal.topics.resize(first + nodes);
  Matrix centres(nodes, rows.cols);
  for (std::uint32_t row = 0; row < node_of.size(); ++row) {
    proposal.topics[first + node_of[row]].members.push_back(row);
    add_scaled(centres.row(node_of[row]), 1, rows.row(row));
  }
  std::vector<std::string> examples(nodes);
  for (std::size_t node = 0; node < nodes; ++node) {
    Topic& topic = proposal.topics[first + node];
    normalise(centres.row(node));
    topic.exemplars = most_central(texts, rows, centres.row(node), topic.members);
    if (!topic.exemplars.empty()) examples[node] = texts[topic.exemplars.front()];
  }
  std::vector<Label> labels = label_groups(texts, node_of, nodes, examples);
  for (std::size_t node = 0; node < nodes; ++node) {
    Topic& topic = proposal.topics[first + node];
    topic.name = std::move(labels[node].name);
    topic.name_share = labels[node].share;
    topic.description = std::move(labels[node].description);
    topic.keywords = std::move(labels[node].keywords);
  }
}

// An upper topic whose texts have no phrase in common is called after its largest parts, three where that
// stays short.
void name_by_children(TopicProposal& proposal, std::size_t node) {
  std::vector<std::pair<std::size_t, const Topic*>> parts;
  for (const Topic& topic : proposal.topics) {
    if (topic.parent == node && !is_nameless(topic.name)) parts.emplace_back(topic.members.size(), &topic);
  }
  // Of equal ones the first, which is the one that lies first in the list.
  std::ranges::sort(parts, [](const auto& left, const auto& right) {
    return std::pair(right.first, left.second) < std::pair(left.first, right.second);
  });
  if (parts.size() < 2) return;
  std::string name = parts[0].second->name;
  for (std::size_t at = 1; at < std::min<std::size_t>(3, parts.size()); ++at) {
    std::string next = parts[at].second->name;
    if (!next.empty() && next[0] >= 'A' && next[0] <= 'Z') next[0] = static_cast<char>(next[0] + 32);
    if (at > 1 && name.size() + next.size() > name_bytes_long) break;
    name += ", " + next;
  }
  const bool taken =
      std::ranges::any_of(proposal.topics, [&](const Topic& topic) { return topic.name == name; });
  if (!taken) proposal.topics[node].name = std::move(name);
}

TopicProposal propose(std::span<const std::string> texts, const Matrix& rows, Clustering clustering) {
  TopicProposal proposal;
  proposal.leaves = clustering.groups;
  add_level(texts, rows, clustering.group_of_row, clustering.groups, proposal);
  std::size_t below = 0;  // where the nodes of the level below begin
  for (std::size_t level = 0; level < clustering.parents.size(); ++level) {
    const std::vector<std::uint32_t>& parents = clustering.parents[level];
    const std::size_t here = proposal.topics.size();
    const std::size_t nodes = 1 + *std::ranges::max_element(parents);
    add_level(texts, rows, nodes_of_rows(clustering, level + 1), nodes, proposal);
    for (std::size_t node = 0; node < parents.size(); ++node) {
      proposal.topics[below + node].parent = static_cast<std::uint32_t>(here + parents[node]);
    }
    for (std::size_t node = here; node < proposal.topics.size(); ++node) {
      const bool speaks_for_few = proposal.topics[node].name_share < upper_share_min;
      if (is_nameless(proposal.topics[node].name) || speaks_for_few) name_by_children(proposal, node);
    }
    below = here;
  }
  proposal.topic_of_row = std::move(clustering.group_of_row);
  proposal.tried = std::move(clustering.tried);
  proposal.by_meaning = clustering.by_meaning;
  proposal.outliers = clustering.outliers;
  return proposal;
}

}  // namespace

schemas::Result<TopicProposal> find_topics(std::span<const std::string> texts, const TopicOptions& options,
                                           const std::function<bool(double progress)>& keep_going,
                                           const TextVectors& vectors, TextKind kind) {
  if (options.dims == 0 || options.dims > 128) {
    return schemas::fail(ErrorCode::invalid_argument, "1 to 128 dimensions", std::to_string(options.dims));
  }
  const auto stopped = [&](double progress) { return keep_going && !keep_going(progress); };
  const auto cancelled = [] {
    return schemas::fail(ErrorCode::cancelled, "to find topics", "a request to stop");
  };
  if (stopped(0)) return cancelled();
  const std::vector<std::string> grams =
      kind == TextKind::character_grams ? character_grams(texts) : std::vector<std::string>{};
  const std::span<const std::string> compared = kind == TextKind::character_grams ? grams : texts;
  const Vocabulary vocabulary = Vocabulary::fit(compared);
  const SparseRows words = vocabulary.transform(compared);
  if (stopped(0.1)) return cancelled();
  Matrix rows;
  if (vectors.rows != nullptr) {
    const Matrix meaning = Space::fit(*vectors.rows, vectors.parts).place(*vectors.rows);
    rows = fuse(meaning, in_space_of(words, fused_word_dims, options.seed), fused_word_weight);
  } else {
    rows = in_space_of(words, options.dims, options.seed);
  }
  if (stopped(0.3)) return cancelled();

  WordEvidence evidence(vocabulary, words);
  ClusterOptions how;
  how.topics_min = options.topics_min;
  how.topics_max = options.topics_max;
  how.seed = options.seed;
  how.depth = options.depth;
  how.sample_max = options.sample_max;
  how.rows_min = options.rows_min;
  how.granularity = options.granularity;
  how.score = [&](std::span<const std::uint32_t> group) { return evidence.group_score(group); };
  how.settle = [&](std::vector<std::uint32_t>& group_of, std::size_t groups) {
    evidence.settle(group_of, groups);
  };
  how.keep_going = [&](double progress) { return !stopped(0.35 + 0.55 * progress); };
  how.search_max = search_topics_max;
  std::optional<Clustering> found;
  if (vectors.rows != nullptr) found = cluster_by_meaning(rows, how);
  if (!found) {
    const RowsOfSeed rows_of = [&](std::uint64_t seed) { return in_space_of(words, options.dims, seed); };
    auto agreed = cluster_by_consensus(rows_of, how);
    if (!agreed) return std::unexpected(agreed.error());
    found = std::move(*agreed);
  }
  if (stopped(0.9)) return cancelled();
  TopicProposal proposal = propose(texts, rows, std::move(*found));
  if (stopped(1)) return cancelled();
  return proposal;
}

}  // namespace steps::topics
