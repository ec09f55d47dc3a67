#include "steps/topics/find_topics.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <set>

#include "tests/topics/corpus.hpp"

using namespace steps::topics;
using schemas::ErrorCode;

namespace {

// Every byte of a proposal, so that two can be compared whole.
std::string bytes(const TopicProposal& proposal) {
  std::string all;
  const auto add = [&all](const auto& numbers) {
    for (const auto number : numbers) all += std::to_string(number) + ",";
    all += ";";
  };
  for (const Topic& topic : proposal.topics) {
    all += topic.name + "|" + topic.description + "|";
    for (const std::string& keyword : topic.keywords) all += keyword + ",";
    add(topic.exemplars);
    add(topic.members);
    all += std::to_string(topic.parent) + "\n";
  }
  add(proposal.topic_of_row);
  for (const Candidate& candidate : proposal.tried) {
    all += std::to_string(candidate.groups) + ":" + std::to_string(candidate.score) + " ";
  }
  return all;
}

void check_consistent(const TopicProposal& proposal, std::size_t rows) {
  REQUIRE(proposal.topic_of_row.size() == rows);
  REQUIRE(proposal.leaves <= proposal.topics.size());
  std::size_t members = 0;
  std::set<std::string> names;
  for (std::uint32_t index = 0; index < proposal.leaves; ++index) {
    const Topic& topic = proposal.topics[index];
    members += topic.members.size();
    CHECK(names.insert(topic.name).second);
    CHECK_FALSE(topic.members.empty());
    CHECK(topic.keywords.size() <= 10);
    CHECK(topic.exemplars.size() <= 5);
    CHECK_FALSE(topic.exemplars.empty());
    CHECK(std::ranges::is_sorted(topic.members));
    for (const std::uint32_t row : topic.members) CHECK(proposal.topic_of_row[row] == index);
    for (const std::uint32_t row : topic.exemplars) CHECK(proposal.topic_of_row[row] == index);
  }
  CHECK(members == rows);
}

}  // namespace

TEST_CASE("the same texts and seed give the same topics, byte for byte", "[steps][topics]") {
  const corpus::Labelled data = corpus::read("topics/clinc_uneven_1130.jsonl");
  const auto first = find_topics(data.texts);
  const auto second = find_topics(data.texts);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(bytes(*first) == bytes(*second));
}

TEST_CASE("every record belongs to one topic, exemplars to theirs, names differ", "[steps][topics]") {
  for (const char* file : {"topics/clinc_uneven_1130.jsonl", "chat/mixed_topics.jsonl"}) {
    const corpus::Labelled data = corpus::read(file);
    const auto found = find_topics(data.texts);
    REQUIRE(found);
    check_consistent(*found, data.texts.size());
    CHECK(found->leaves >= 5);
    CHECK(found->leaves <= 40);
  }
}

TEST_CASE("topics of short requests match the labels that people gave them", "[steps][topics]") {
  const corpus::Labelled uneven = corpus::read("topics/clinc_uneven_1130.jsonl");
  const auto found = find_topics(uneven.texts);
  REQUIRE(found);
  CHECK(corpus::nmi(found->topic_of_row, uneven.labels) > 0.50);
  CHECK(corpus::nmi(found->topic_of_row, uneven.parents) > 0.28);
  CHECK(corpus::purity(found->topic_of_row, uneven.parents) > 0.68);

  const corpus::Labelled even = corpus::read("topics/clinc_3000.jsonl");
  const auto many = find_topics(even.texts);
  REQUIRE(many);
  CHECK(corpus::nmi(many->topic_of_row, even.labels) > 0.66);
  CHECK(corpus::ari(many->topic_of_row, even.labels) > 0.26);
  CHECK(corpus::purity(many->topic_of_row, even.parents) > 0.76);
}

TEST_CASE("the number of topics follows the data", "[steps][topics]") {
  const corpus::Labelled all = corpus::read("topics/clinc_3000.jsonl");
  double log_error = 0;
  double agreement = 0;
  std::size_t trials = 0;
  for (const std::size_t count : {3UL, 5UL, 7UL, 10UL, 15UL}) {
    for (const std::size_t first : {0UL, 2UL, 4UL}) {
      const corpus::Labelled some = corpus::with_labels(all, first, 70 / count, count);
      const auto found = find_topics(some.texts);
      REQUIRE(found);
      INFO(count << " intents, " << found->leaves << " topics");
      CHECK(found->leaves >= (count + 2) / 3);
      CHECK(found->leaves <= 2 * count);
      log_error += std::abs(std::log(static_cast<double>(found->leaves) / static_cast<double>(count)));
      agreement += corpus::nmi(found->topic_of_row, some.labels);
      ++trials;
    }
  }
  CHECK(log_error / static_cast<double>(trials) < 0.30);
  CHECK(agreement / static_cast<double>(trials) > 0.82);
}

TEST_CASE("questions to a chess tutor fall into about seven topics", "[steps][topics]") {
  const corpus::Labelled chess = corpus::read_chess_sample();
  if (chess.texts.empty()) return;  // the sample is not part of this checkout
  for (const std::uint64_t seed : {1UL, 20UL, 300UL}) {
    INFO("seed " << seed);
    TopicOptions options;
    options.seed = seed;
    const auto found = find_topics(chess.texts, options);
    REQUIRE(found);
    check_consistent(*found, chess.texts.size());
    CHECK(found->leaves >= 6);
    CHECK(found->leaves <= 9);
    CHECK(corpus::nmi(found->topic_of_row, chess.labels) > 0.57);
    CHECK(corpus::purity(found->topic_of_row, chess.labels) > 0.75);
  }
}

TEST_CASE("odd inputs make topics or a clear error", "[steps][topics]") {
  const std::vector<std::string> none;
  CHECK(find_topics(none).error().code == ErrorCode::invalid_argument);
  const std::vector<std::vector<std::string>> inputs{
      {"one text"},
      {"", "", ""},
      std::vector<std::string>(30, "the same text every time"),
      {"a", "b"},
      {"???", "!!!", "123", "\xFF\xFE"},
      {"你好吗", "国际象棋", "国际象棋开局", "Привет мир", "hello"}};
  for (const std::vector<std::string>& texts : inputs) {
    const auto found = find_topics(texts);
    REQUIRE(found);
    check_consistent(*found, texts.size());
  }
  TopicOptions options;
  options.dims = 0;
  CHECK(find_topics(inputs[0], options).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("exemplars are different texts", "[steps][topics]") {
  std::vector<std::string> texts(50, "book a flight to rome");
  for (int i = 0; i < 50; ++i)
    texts.push_back("card number " + std::string(1, static_cast<char>('a' + i % 26)) + " is lost");
  const auto found = find_topics(texts);
  REQUIRE(found);
  for (const Topic& topic : found->topics) {
    std::set<std::string> seen;
    for (const std::uint32_t row : topic.exemplars) CHECK(seen.insert(texts[row]).second);
  }
}

TEST_CASE("progress grows to one and a request to stop is obeyed", "[steps][topics]") {
  const corpus::Labelled data = corpus::read("topics/clinc_uneven_1130.jsonl");
  const std::span<const std::string> texts = std::span(data.texts).first(200);
  std::vector<double> seen;
  REQUIRE(find_topics(texts, {}, [&](double progress) {
    seen.push_back(progress);
    return true;
  }));
  REQUIRE(seen.size() >= 5);
  CHECK(std::ranges::is_sorted(seen));
  CHECK(seen.front() == 0);
  CHECK(seen.back() == 1);
  for (std::size_t stop_at = 0; stop_at < seen.size(); ++stop_at) {
    std::size_t calls = 0;
    const auto stopped = find_topics(texts, {}, [&](double) { return calls++ < stop_at; });
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == ErrorCode::cancelled);
  }
}

TEST_CASE("a hierarchy has leaves first and every parent holds its children's records", "[steps][topics]") {
  // Four fields of four topics each: three words of the field and four of the topic in every text.
  std::vector<std::string> texts;
  std::mt19937 random(4);
  for (unsigned row = 0; row < 16 * 25; ++row) {
    const unsigned topic = row % 16;
    std::string text;
    for (unsigned at = 0; at < 7; ++at) {
      const bool of_field = at < 3;
      text += std::string(of_field ? "field" : "topic") +
              static_cast<char>('a' + (of_field ? topic / 4 : topic)) +
              static_cast<char>('a' + random() % (of_field ? 4 : 8)) + ' ';
    }
    texts.push_back(text);
  }
  TopicOptions options;
  options.depth = 2;
  const auto found = find_topics(texts, options);
  REQUIRE(found);
  REQUIRE(found->topics.size() > found->leaves);
  std::vector<std::size_t> below(found->topics.size());
  for (std::size_t leaf = 0; leaf < found->leaves; ++leaf) {
    const Topic& topic = found->topics[leaf];
    REQUIRE(topic.parent < found->topics.size());
    REQUIRE(topic.parent >= found->leaves);
    below[topic.parent] += topic.members.size();
    CHECK(std::ranges::includes(found->topics[topic.parent].members, topic.members));
  }
  for (std::size_t node = found->leaves; node < found->topics.size(); ++node) {
    CHECK(found->topics[node].parent == Topic::no_parent);
    CHECK(found->topics[node].members.size() == below[node]);
    CHECK_FALSE(found->topics[node].name.empty());
  }
}

TEST_CASE("ten thousand texts are clustered through a sample", "[steps][topics]") {
  const corpus::Labelled data = corpus::with_labels(corpus::read("topics/clinc_3000.jsonl"), 0, 10, 7);
  std::vector<std::string> texts;
  std::vector<std::uint32_t> labels;
  while (texts.size() < 10'000) {
    for (std::size_t row = 0; row < data.texts.size(); ++row) {
      texts.push_back(data.texts[row]);
      labels.push_back(data.labels[row]);
    }
  }
  TopicOptions options;
  options.sample_max = 500;
  const auto found = find_topics(texts, options);
  REQUIRE(found);
  CHECK(found->topic_of_row.size() == texts.size());
  CHECK(found->leaves >= 5);
  CHECK(corpus::nmi(found->topic_of_row, labels) > 0.68);
  for (std::size_t row = data.texts.size(); row < texts.size(); ++row) {  // equal texts, equal topics
    if (found->topic_of_row[row] != found->topic_of_row[row % data.texts.size()]) FAIL("row " << row);
  }
}
