// What surrounds the models: windows, languages, packing, threads.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "steps/embed/language.hpp"
#include "steps/embed/local.hpp"
#include "steps/embed/packed.hpp"
#include "steps/embed/windows.hpp"

using namespace steps::embed;

namespace {
std::size_t words_in(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, ' ')) + 1;
}
}  // namespace

TEST_CASE("a text that fits is one window", "[steps][embed]") {
  CHECK(windows_of("", 10, 8, words_in) == std::vector<std::string_view>{""});
  CHECK(windows_of("One. Two.", 10, 8, words_in).size() == 1);
}

TEST_CASE("a long text is cut between sentences, and nothing of it is lost below the limit",
          "[steps][embed]") {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "This sentence has six words here. ";
  const auto windows = windows_of(text, 20, 100, words_in);
  std::string again;
  for (const std::string_view window : windows) {
    again += window;
    CHECK(words_in(window) <= 24);
  }
  CHECK(again == text);
  const auto few = windows_of(text, 20, 4, words_in);
  REQUIRE(few.size() == 4);
  CHECK(few.front() == windows.front());
  CHECK(few.back() == windows.back());
}

TEST_CASE("a sentence without end is cut between words or characters", "[steps][embed]") {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "ä";
  for (const std::string_view window :
       windows_of(text, 10, 8, [](std::string_view part) { return part.size(); })) {
    CHECK(window.size() <= 40);
    CHECK((static_cast<unsigned char>(window.front()) & 0xC0U) != 0x80);
  }
}

TEST_CASE("English is told from other languages", "[steps][embed]") {
  for (const char* text : {"How do I reset my password?", "my card has not arrived", "chow mein", "",
                           "1234 ?!", "e4 e5 Nf3", "what is the meaning of the word naïve", "i don't know"}) {
    INFO(text);
    CHECK(is_english(text));
  }
  for (const char* text :
       {"Wie kann ich mein Passwort zurücksetzen?", "¿Dónde está mi pedido y cuándo llega?",
        "Je voudrais annuler ma commande", "Привет, как дела?", "数学の問題を解いてください",
        "het pakket is nog niet aangekomen", "كيف يمكنني إلغاء الطلب"}) {
    INFO(text);
    CHECK_FALSE(is_english(text));
  }
}

TEST_CASE("packed vectors are as near as a byte a number allows", "[steps][embed]") {
  const std::vector<Part> parts{{64, false}, {10, true}};
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<float> rows(20 * 74);
  for (float& value : rows) value = normal(random);
  std::fill_n(rows.begin() + 74, 74, 0.0F);  // a text without anything
  const auto packed = PackedVectors::open(std::make_shared<const std::string>(pack(parts, rows)));
  REQUIRE(packed);
  CHECK(packed->rows() == 20);
  CHECK(std::ranges::equal(packed->parts(), parts));
  std::vector<float> row(74);
  for (std::size_t at = 0; at < 20; ++at) {
    packed->unpack(at, row);
    for (std::size_t dim = 0; dim < 74; ++dim) CHECK(std::abs(row[dim] - rows[at * 74 + dim]) < 0.02F);
  }
}

TEST_CASE("packed bytes that are cut, longer or other are refused", "[steps][embed]") {
  const std::string good = pack(std::vector<Part>{{4, false}}, std::vector<float>(8, 0.5F));
  const auto opens = [](std::string bytes) {
    return PackedVectors::open(std::make_shared<const std::string>(std::move(bytes))).has_value();
  };
  CHECK(opens(good));
  for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(opens(good.substr(0, size)));
  CHECK_FALSE(opens(good + "x"));
  CHECK_FALSE(opens("RFTDVEC2" + good.substr(8)));
}

TEST_CASE("the number of threads does not change a bit of a vector", "[steps][embed]") {
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) texts.push_back("request number " + std::to_string(i) + " about my card");
  texts.push_back("");
  texts.push_back(std::string(50'000, 'x') + ". And an end.");
  const auto one = local(RFTD_ASSETS, Mode::quality, 1)->embed(texts, {});
  const auto two = local(RFTD_ASSETS, Mode::quality, 3)->embed(texts, {});
  REQUIRE(one);
  REQUIRE(two);
  CHECK(*one == *two);
  CHECK(one->size() == texts.size() * 612);
}

TEST_CASE("embedding stops when it is asked to, and says which file is missing", "[steps][embed]") {
  const std::vector<std::string> texts(100, "a text");
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = local(RFTD_ASSETS, Mode::fast, 1)->embed(texts, stop.get_token());
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == schemas::ErrorCode::cancelled);
  const auto missing = local("/nonexistent", Mode::fast, 1)->embed(texts, {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == schemas::ErrorCode::not_found);
}
