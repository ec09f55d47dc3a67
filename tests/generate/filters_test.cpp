#include "steps/generate/filters.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <set>
#include <vector>

using namespace steps::generate;
using namespace steps;

namespace {

std::string prompt(const std::string& text) {
  return R"({"messages":[{"role":"user","content":")" + text + "\"}]}";
}

std::set<std::string> plain_shingles(const std::string& text) {
  std::set<std::string> all;
  for (std::size_t i = 0; i + 5 <= text.size(); ++i) all.insert(text.substr(i, 5));
  return all;
}

double plain_similarity(const std::string& a, const std::string& b) {
  const auto x = plain_shingles(a);
  const auto y = plain_shingles(b);
  const auto same = std::ranges::count_if(x, [&](const auto& shingle) { return y.contains(shingle); });
  return static_cast<double>(same) /
         static_cast<double>(x.size() + y.size() - static_cast<std::size_t>(same));
}

}  // namespace

TEST_CASE("the filters run in their order and count", "[generate][filters]") {
  text::Scratch scratch;
  Filter filter(20, 60);
  filter.add_seed(17, "How do I reset the password of my account?");
  const auto rejection = [&](const std::string& line) { return filter.judge(line, scratch).rejection; };
  REQUIRE(rejection("") == Rejection::invalid_structure);
  REQUIRE(rejection("{}") == Rejection::invalid_structure);
  REQUIRE(rejection(R"({"messages":[{"role":"boss","content":"x"}]})") == Rejection::invalid_structure);
  REQUIRE(rejection(R"({"messages":[{"role":"system","content":"x"}]})") == Rejection::no_user_message);
  REQUIRE(rejection(prompt(" ")) == Rejection::no_user_message);
  REQUIRE(rejection(prompt("As an AI language model I want to know")) == Rejection::llm_artifact);
  REQUIRE(rejection(prompt("too short")) == Rejection::too_short);
  REQUIRE(rejection(prompt(std::string(61, 'x'))) == Rejection::too_long);
  const auto seed = filter.judge(prompt("how do I  reset the password of my account?"), scratch);
  REQUIRE(seed.rejection == Rejection::duplicate_of_seed);
  REQUIRE(seed.detail == "similarity 1.00 to record 17");
  REQUIRE_FALSE(rejection(prompt("Where can I download last month's invoice?")));
  REQUIRE(rejection(prompt("Where can I download last month's invoice?")) == Rejection::duplicate_synthetic);
  REQUIRE_FALSE(rejection(prompt("Why was my card charged twice this week?")));
  REQUIRE(filter.accepted() == 2);
  REQUIRE(std::accumulate(filter.rejected().begin(), filter.rejected().end(), std::uint64_t{0}) == 10);
  REQUIRE(filter.rejected()[static_cast<std::size_t>(Rejection::invalid_structure)] == 3);
}

TEST_CASE("lengths are characters, borders included", "[generate][filters]") {
  text::Scratch scratch;
  Filter filter(5, 6);
  REQUIRE_FALSE(filter.judge(prompt("größe"), scratch).rejection);
  REQUIRE(filter.judge(prompt("größ"), scratch).rejection == Rejection::too_short);
  REQUIRE_FALSE(filter.judge(prompt("漢字漢字漢字"), scratch).rejection);
  REQUIRE(filter.judge(prompt("漢字漢字漢字漢"), scratch).rejection == Rejection::too_long);
}

TEST_CASE("artifacts are whole phrases, not parts of ordinary words", "[generate][filters]") {
  REQUIRE(llm_artifact("I\u2019m sorry, but I can\u2019t do that") == "i'm sorry, but i can't");
  REQUIRE(llm_artifact("Sure! Here are\nsome prompts") == "sure! here are");
  REQUIRE(llm_artifact("Here's a variation: ...") == "here's a variation");
  for (const char* fine : {"As an airline employee, what do I say?", "As an AI engineer I need a resume",
                           "Write me a sorry note", "What is your question here about?",
                           "Sure, here isn't Paris", "lorem ipsums dolors", "Explain large language models"})
    REQUIRE(llm_artifact(fine).empty());
}

TEST_CASE("near duplicates are those that comparing all pairs finds", "[generate][filters]") {
  std::vector<std::string> texts;
  unsigned state = 7;
  const auto random = [&](unsigned below) { return ((state = state * 1103515245 + 12345) >> 16U) % below; };
  for (int i = 0; i < 60; ++i) {
    std::string text;
    for (int j = 0; j < 30 + static_cast<int>(random(100)); ++j) text += static_cast<char>('a' + random(26));
    texts.push_back(text);
    for (int edits = 0; edits < 3; ++edits) {
      text[random(static_cast<unsigned>(text.size()))] = '!';
      texts.push_back(text);
    }
  }
  for (const double threshold : {0.9, 0.7}) {
    NearDuplicates index(threshold);
    std::size_t found_any = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      double best = 0;
      for (std::size_t j = 0; j < i; ++j) best = std::max(best, plain_similarity(texts[i], texts[j]));
      const auto match = index.find(texts[i]);
      REQUIRE(match.has_value() == (best >= threshold));
      if (match) REQUIRE(match->similarity == Approx(best));
      found_any += match ? 1 : 0;
      index.add(i, texts[i]);
    }
    REQUIRE(found_any > 10);
  }
}

TEST_CASE("very short texts are equal or not", "[generate][filters]") {
  NearDuplicates index;
  index.add(1, "hi");
  REQUIRE(index.find("HI ")->similarity == 1);
  REQUIRE_FALSE(index.find("ho"));
  REQUIRE_FALSE(index.find(""));
}
