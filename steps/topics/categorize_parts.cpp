#include "steps/topics/categorize_parts.hpp"

#include <unordered_map>

#include "steps/topics/rng.hpp"

namespace steps::topics {

using schemas::ErrorCode;

schemas::Result<std::vector<std::uint32_t>> classes_of(std::span<const TopicText> topics,
                                                       std::span<const Example> examples) {
  if (topics.empty()) {
    return schemas::fail(ErrorCode::invalid_argument, "at least one topic", "none", "define topics first");
  }
  std::unordered_map<std::uint32_t, std::uint32_t> index_of;
  for (std::uint32_t topic = 0; topic < topics.size(); ++topic) {
    if (topics[topic].id == 0 || !index_of.emplace(topics[topic].id, topic).second) {
      return schemas::fail(ErrorCode::invalid_argument, "topic ids above 0, each once",
                           std::to_string(topics[topic].id) + " again or out of range");
    }
  }
  std::vector<std::uint32_t> classes;
  for (const Example& example : examples) {
    const auto found = index_of.find(example.topic);
    if (found == index_of.end()) {
      return schemas::fail(ErrorCode::invalid_argument, "examples of the given topics",
                           "an example of topic " + std::to_string(example.topic));
    }
    classes.push_back(found->second);
  }
  return classes;
}

std::vector<std::uint32_t> even_order(std::span<const std::uint32_t> classes, std::size_t class_count,
                                      std::uint64_t seed) {
  std::vector<std::vector<std::uint32_t>> by_class(class_count);
  for (std::uint32_t index = 0; index < classes.size(); ++index) by_class[classes[index]].push_back(index);
  Rng rng(seed);
  for (auto& members : by_class) {
    for (std::size_t at = members.size(); at > 1; --at) std::swap(members[at - 1], members[rng.below(at)]);
  }
  std::vector<std::uint32_t> order;
  for (std::size_t turn = 0; order.size() < classes.size(); ++turn) {
    for (const auto& members : by_class) {
      if (turn < members.size()) order.push_back(members[turn]);
    }
  }
  return order;
}

KeywordRules learn_rules(std::span<const TopicText> topics, std::span<const Example> examples,
                         std::span<const std::uint32_t> chosen, std::span<const std::uint32_t> classes) {
  std::vector<std::vector<std::string>> keywords;
  for (const TopicText& topic : topics) {
    keywords.push_back(topic.keywords);
    keywords.back().push_back(topic.name);
  }
  std::vector<std::string_view> texts;
  std::vector<std::uint32_t> topic_of;
  for (const std::uint32_t index : chosen) {
    texts.push_back(examples[index].text);
    topic_of.push_back(classes[index]);
  }
  return KeywordRules::fit(keywords, texts, topic_of);
}

Assignment best_two(std::span<const float> probabilities, std::span<const std::uint32_t> ids) {
  std::size_t best = 0;
  std::size_t second = probabilities.size();
  for (std::size_t topic = 1; topic < probabilities.size(); ++topic) {
    if (probabilities[topic] > probabilities[best]) {
      second = best;
      best = topic;
    } else if (second == probabilities.size() || probabilities[topic] > probabilities[second]) {
      second = topic;
    }
  }
  return {ids[best], static_cast<double>(probabilities[best]), Method::embedding,
          second < probabilities.size() ? ids[second] : 0};
}

void prefer_keyword(Assignment& assignment, std::uint32_t topic, double confidence,
                    double contradiction_min) {
  if (topic != assignment.topic) {
    if (assignment.confidence >= contradiction_min) return;
    assignment.runner_up = assignment.topic;
    assignment.topic = topic;
    assignment.confidence = confidence;
  }
  assignment.confidence = std::max(assignment.confidence, confidence);
  assignment.method = Method::keyword;
}

}  // namespace steps::topics
