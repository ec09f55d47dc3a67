// What the two categorizers share. Pure functions.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "steps/topics/categorize.hpp"
#include "steps/topics/keyword_rules.hpp"

namespace steps::topics {

// The topic of every example as an index. Errors: invalid_argument (no topics, an id of 0 or twice, an
// example of an unknown topic).
[[nodiscard]] schemas::Result<std::vector<std::uint32_t>> classes_of(std::span<const TopicText> topics,
                                                                     std::span<const Example> examples);

// Seeded order of the labelled examples, class by class in turn, so that the first n are as even as can be.
[[nodiscard]] std::vector<std::uint32_t> even_order(std::span<const std::uint32_t> classes,
                                                    std::size_t class_count, std::uint64_t seed);

// Keywords and names as rules, judged by the chosen examples.
[[nodiscard]] KeywordRules learn_rules(std::span<const TopicText> topics, std::span<const Example> examples,
                                       std::span<const std::uint32_t> chosen,
                                       std::span<const std::uint32_t> classes);

// The most probable class and the next one.
[[nodiscard]] Assignment best_two(std::span<const float> probabilities, std::span<const std::uint32_t> ids);

// A sure keyword decides, unless the classifier is sure (from `contradiction_min`) of something else.
void prefer_keyword(Assignment& assignment, std::uint32_t topic, double confidence, double contradiction_min);

}  // namespace steps::topics
