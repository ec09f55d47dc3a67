#include "steps/topics/label.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "steps/topics/phrases.hpp"

using namespace steps::topics;

namespace {

struct Given {
  std::vector<std::string> texts;
  std::vector<std::uint32_t> group_of;
};

Given card_and_flight() {
  Given given;
  const auto add = [&](std::uint32_t group, const char* text) {
    given.texts.emplace_back(text);
    given.group_of.push_back(group);
  };
  for (int i = 0; i < 4; ++i) {
    add(0, "Where is my card delivery?");
    add(0, "My card delivery is late, please help");
    add(0, "I am waiting for a new card since Monday");
    add(1, "Book a flight to Rome");
    add(1, "I want to book my flight");
    add(1, "Can you book the flight for two people?");
  }
  return given;
}

}  // namespace

TEST_CASE("a group is named after what its texts share and others lack", "[steps][topics]") {
  const Given given = card_and_flight();
  const std::vector<std::string> examples{"Where is my card delivery?", ""};
  const std::vector<Label> labels = label_groups(given.texts, given.group_of, 2, examples);
  REQUIRE(labels.size() == 2);
  CHECK(labels[0].name == "Card delivery");
  CHECK(labels[1].name == "Book flight");  // function words between them are skipped
  CHECK(labels[0].description.find("such as “Where is my card delivery?”.") != std::string::npos);
  CHECK(labels[1].description.ends_with('.'));
  CHECK(std::ranges::find(labels[0].keywords, "card") != labels[0].keywords.end());
  CHECK(std::ranges::find(labels[1].keywords, "flight") != labels[1].keywords.end());
  CHECK(std::ranges::find(labels[1].keywords, "card") == labels[1].keywords.end());
}

TEST_CASE("a word gets a companion that stands beside it or that others of the texts have, and no double",
          "[steps][topics]") {
  Given given;
  const auto add = [&](std::uint32_t group, std::initializer_list<const char*> texts) {
    for (const char* text : texts) {
      given.texts.emplace_back(text);
      given.group_of.push_back(group);
    }
  };
  for (int i = 0; i < 6; ++i) {
    add(0, {"the endings", "an ending again", "my endgames", "endgame please"});
    add(1, {"a puzzle", "the puzzles", "a mate", "mates please"});
    add(2, {"salary", "the salaries", "of salary"});
  }
  const std::vector<Label> labels = label_groups(given.texts, given.group_of, 3, {});
  CHECK((labels[0].name == "Endings" || labels[0].name == "Endgames"));
  CHECK((labels[1].name == "Puzzles and mates" || labels[1].name == "Mates and puzzles"));
  CHECK(labels[2].name == "Salaries");
}

TEST_CASE("names differ even when the groups do not", "[steps][topics]") {
  Given given = card_and_flight();
  for (std::size_t at = 0; at < given.texts.size(); ++at)
    given.group_of[at] = static_cast<std::uint32_t>(at % 4);
  given.texts.insert(given.texts.end(), {"", "???", "123"});
  given.group_of.insert(given.group_of.end(), {4, 5, 6});
  const std::vector<Label> labels = label_groups(given.texts, given.group_of, 8, {});
  std::set<std::string> names;
  for (const Label& label : labels) {
    CHECK_FALSE(label.name.empty());
    CHECK_FALSE(label.description.empty());
    CHECK(names.insert(label.name).second);
  }
}

TEST_CASE("keywords are five to ten where the texts have so many words", "[steps][topics]") {
  Given given;
  for (int i = 0; i < 40; ++i) {
    given.texts.push_back("bishop rook knight pawn queen castle gambit endgame fork pin skewer");
    given.texts.push_back("salary payroll vacation insurance holiday contract manager office meeting");
    given.group_of.insert(given.group_of.end(), {0, 1});
  }
  for (const Label& label : label_groups(given.texts, given.group_of, 2, {})) {
    CHECK(label.keywords.size() >= 5);
    CHECK(label.keywords.size() <= 10);
    CHECK(std::set(label.keywords.begin(), label.keywords.end()).size() == label.keywords.size());
  }
}

TEST_CASE("a long example is cut between words and never inside a character", "[steps][topics]") {
  std::string example;
  for (int i = 0; i < 60; ++i) example += "größe ";
  const Given given = card_and_flight();
  const std::vector<std::string> examples{example, std::string(300, 'x')};
  const std::vector<Label> labels = label_groups(given.texts, given.group_of, 2, examples);
  CHECK(labels[0].description.find("größe…”") != std::string::npos);
  CHECK(labels[0].description.size() < 220);
  CHECK(labels[1].description.size() < 220);
}

TEST_CASE("texts without spaces get names too", "[steps][topics]") {
  Given given;
  for (int i = 0; i < 6; ++i) {
    given.texts.insert(given.texts.end(), {"国际象棋开局", "信用卡丢失了"});
    given.group_of.insert(given.group_of.end(), {0, 1});
  }
  const std::vector<Label> labels = label_groups(given.texts, given.group_of, 2, {});
  CHECK(std::string("国际象棋开局").find(labels[0].name) != std::string::npos);
  CHECK(std::string("信用卡丢失了").find(labels[1].name) != std::string::npos);
}

TEST_CASE("a phrase is counted once a text and by group", "[steps][topics]") {
  const std::vector<std::string> texts{"cancel my reservation, cancel the reservation", "cancel reservations",
                                       "card"};
  const std::vector<std::uint32_t> group_of{0, 1, 1};
  const PhraseCounts counts = count_phrases(texts, group_of, 2);
  bool found = false;
  for (const Phrase& phrase : counts.phrases) {
    if (phrase.words.size() != 2) continue;
    found = true;
    CHECK(counts.words[phrase.words[0]].surface == "cancel");
    CHECK(phrase.texts_of_group == std::vector<std::uint32_t>{1, 1});
  }
  CHECK(found);
  CHECK(counts.group_texts == std::vector<std::uint32_t>{1, 2});
}

TEST_CASE("names keep the small words that belong to them, and avoid words that a verb stands between",
          "[topics][label]") {
  std::vector<std::string> texts;
  std::vector<std::uint32_t> groups;
  const auto add = [&](std::uint32_t group, const std::string& text) {
    texts.push_back(text);
    groups.push_back(group);
  };
  for (int i = 0; i < 12; ++i) {
    const std::string end = " number" + std::to_string(i);
    add(0, "what is the meaning of life, in your view" + end);
    add(1, "which subjects are you familiar with" + end);
    add(2, "cancel my reservation" + end);
  }
  const auto labels = label_groups(texts, groups, 3, {});
  CHECK(labels[0].name == "Meaning of life");
  CHECK(labels[0].share == 1.0);
  CHECK(labels[1].name.find("Subjects familiar") == std::string::npos);
  CHECK(labels[2].name == "Cancel reservation");
}
