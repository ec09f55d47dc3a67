#include "steps/topics/vectorize.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using namespace steps::topics;

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<Token> tokens;
  tokenize(text, tokens);
  std::vector<std::string> words;
  for (const Token& token : tokens) words.push_back(token.text);
  return words;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("words are lower-cased and split at everything that is no letter or digit", "[steps][topics]") {
  CHECK(words_of("Book a FLIGHT, please: to-day!") == Words{"book", "a", "flight", "please", "to", "day"});
  CHECK(words_of("ÄRGER Çağrı ЁЛКА ΑΒΓ Žluť") == Words{"ärger", "çağrı", "ёлка", "αβγ", "žluť"});
  CHECK(words_of("").empty());
  CHECK(words_of(" ... \n").empty());
}

TEST_CASE("English contractions lose their tail", "[steps][topics]") {
  CHECK(words_of("what's don't can't I'll they’re") == Words{"what", "do", "can", "i", "they"});
  CHECK(words_of("o'clock 'quoted'") == Words{"o", "clock", "quoted"});
}

TEST_CASE("numbers become one word and mixed words are codes", "[steps][topics]") {
  std::vector<Token> tokens;
  tokenize("12 moves after Nf3", tokens);
  REQUIRE(tokens.size() == 4);
  CHECK(tokens[0].text == "#");
  CHECK(tokens[0].kind == TokenKind::number);
  CHECK(tokens[2].kind == TokenKind::word);
  CHECK(tokens[3].text == "nf3");
  CHECK(tokens[3].kind == TokenKind::code);
}

TEST_CASE("text without spaces becomes pieces of characters", "[steps][topics]") {
  CHECK(words_of("国际象棋") == Words{"国际", "国际象", "国际象棋", "际象", "际象棋", "象棋"});
  CHECK(words_of("棋") == Words{"棋"});
  const Words pieces = words_of(std::string(40, 'x'));
  CHECK(pieces.front() == "xxx");
  CHECK(std::ranges::all_of(pieces, [](const std::string& piece) { return piece.size() <= 5; }));
}

TEST_CASE("broken UTF-8 separates words and never fails", "[steps][topics]") {
  CHECK(words_of("card\xFF"
                 "delivery") == Words{"card", "delivery"});
  CHECK(words_of("card \xE2\x82") == Words{"card"});
  CHECK(words_of("\xC0\xAF\xF5\x80").empty());
  CHECK(words_of(std::string("a\0b", 3)) == Words{"a", "b"});
}

TEST_CASE("a text has at most the asked number of tokens", "[steps][topics]") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "word ";
  std::vector<Token> tokens;
  tokenize(text, tokens, 7);
  CHECK(tokens.size() == 7);
}

TEST_CASE("forms of one English word share a stem", "[steps][topics]") {
  CHECK(stem("openings") == stem("opening"));
  CHECK(stem("stories") == stem("story"));
  CHECK(stem("movies") == stem("movie"));
  CHECK(stem("boxes") == stem("box"));
  CHECK(stem("planned") == stem("planning"));
  CHECK(stem("prices") == stem("price"));
  CHECK(stem("chess") == "chess");
  CHECK(stem("king") == "king");
  CHECK(stem("Überraschungen") == "Überraschungen");
  CHECK(singular_stem("rates") == singular_stem("rate"));
  CHECK(singular_stem("interesting") != singular_stem("interest"));
}

TEST_CASE("rows have length one and a text without known words is zero", "[steps][topics]") {
  const std::vector<std::string> texts{"card lost",     "card stolen", "lost the card",
                                       "flight booked", "flight late", "???"};
  const Vocabulary vocabulary = Vocabulary::fit(texts);
  const SparseRows rows = vocabulary.transform(texts);
  REQUIRE(rows.rows() == texts.size());
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    double squares = 0;
    for (std::size_t at = rows.offsets[row]; at < rows.offsets[row + 1]; ++at) {
      squares += static_cast<double>(rows.values[at]) * static_cast<double>(rows.values[at]);
      CHECK(rows.columns[at] < vocabulary.size());
      if (at > rows.offsets[row]) CHECK(rows.columns[at - 1] < rows.columns[at]);
    }
    CHECK(squares == Approx(row == 5 ? 0 : 1).margin(1e-5));
  }
}

TEST_CASE("the vocabulary keeps its bounds", "[steps][topics]") {
  std::vector<std::string> texts;
  for (int i = 0; i < 40; ++i)
    texts.push_back("common word" + std::string(1, static_cast<char>('a' + i % 10)) + " once" +
                    std::string(i % 3 == 0 ? "x" : "y"));
  texts.push_back("unique");
  VocabularyOptions options;
  const Vocabulary plain = Vocabulary::fit(texts, options);
  const auto has = [](const Vocabulary& vocabulary, std::string_view surface) {
    return std::ranges::any_of(vocabulary.features(), [&](const Feature& feature) {
      return vocabulary.surface(feature) == surface;
    });
  };
  CHECK_FALSE(has(plain, "unique"));  // in one text only
  CHECK_FALSE(has(plain, "common"));  // in more than half
  CHECK(has(plain, "worda"));
  CHECK(has(plain, "common worda"));
  options.features_max = 3;
  CHECK(Vocabulary::fit(texts, options).size() == 3);
}

TEST_CASE("the share of known words tells unknown text from known text", "[steps][topics]") {
  std::vector<std::string> texts;
  for (int i = 0; i < 30; ++i)
    texts.push_back(i % 2 == 0 ? "my card has not arrived" : "book a flight to rome");
  const Vocabulary vocabulary = Vocabulary::fit(texts);
  CHECK(vocabulary.transform(std::string_view("my card")).known_share == Approx(1));
  const float half = vocabulary.transform(std::string_view("card zebra xylophone quartz")).known_share;
  CHECK(half > 0);
  CHECK(half < 0.6F);
  CHECK(vocabulary.transform(std::string_view("zebra xylophone")).known_share == 0);
}
