#include "steps/text/tokenizer.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "steps/text/bpe.hpp"
#include "tests/text/compress.hpp"

using namespace steps::text;

namespace {

Tokenizer load(std::string_view name) {
  auto tokenizer = Tokenizer::load(name, RFTD_ASSETS);
  if (!tokenizer) throw std::runtime_error(tokenizer.error().message());
  return *tokenizer;
}

// golden_tokens.jsonl: texts with the counts and ids that the JavaScript package gpt-tokenizer 4.0.0 gives
// them.
std::vector<nlohmann::json> golden() {
  std::ifstream file(std::string(RFTD_TEST_SOURCE) + "/tests/text/golden_tokens.jsonl");
  std::vector<nlohmann::json> cases;
  for (std::string line; std::getline(file, line);) cases.push_back(nlohmann::json::parse(line));
  return cases;
}

std::string text_of(const nlohmann::json& golden) {
  if (golden.contains("text")) return golden["text"];
  std::string text;
  for (int i = golden["times"]; i > 0; --i) text += golden["repeat"].get<std::string>();
  return text;
}

}  // namespace

TEST_CASE("token ids and counts are those of the reference implementation", "[text][tokenizer]") {
  const auto [name, key] =
      GENERATE(table<std::string, std::string>({{"o200k_base", "o200k"}, {"cl100k_base", "cl100k"}}));
  const Tokenizer tokenizer = load(name);
  const auto cases = golden();
  REQUIRE(cases.size() == 160);
  for (const auto& expected : cases) {
    const std::string text = text_of(expected);
    INFO(name << ": " << expected.dump().substr(0, 200));
    CHECK(tokenizer.count(text) == expected[key].get<std::uint64_t>());
    if (expected.contains(key + "_ids")) {
      std::vector<std::uint32_t> ids;
      tokenizer.encode(text, ids);
      CHECK(ids == expected[key + "_ids"].get<std::vector<std::uint32_t>>());
    }
  }
}

TEST_CASE("hostile runs end, and tokens are never more than bytes nor fewer than promised",
          "[text][tokenizer]") {
  const Tokenizer tokenizer = load(GENERATE("o200k_base", "cl100k_base", "chars/4"));
  std::mt19937 random(7);
  const std::string noise = [&random] {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += static_cast<char>('a' + random() % 26);
    return text;
  }();
  for (const std::string& text :
       {std::string(300'000, 'a'), std::string(100'000, ' '), std::string(100'000, '\n'),
        std::string(100'000, '!'), std::string(100'000, 'A'), noise, std::string(50'000, '\0'),
        std::string("x")}) {
    const std::uint64_t tokens = tokenizer.count(text);
    REQUIRE(tokens > 0);
    REQUIRE(tokens <= text.size());
    REQUIRE(tokens >= tokenizer.at_least(text.size()));
  }
}

TEST_CASE("bytes that are not UTF-8 count as replacement characters", "[text][tokenizer]") {
  const Tokenizer tokenizer = load("o200k_base");
  REQUIRE(tokenizer.count("caf\xe9 au lait") == tokenizer.count("caf\xef\xbf\xbd au lait"));
  REQUIRE(tokenizer.count("\xff\xfe\xed\xa0\x80") > 0);
}

TEST_CASE("chars/4 needs no files and rounds characters up", "[text][tokenizer]") {
  const Tokenizer tokenizer = Tokenizer::load("chars/4", "/nonexistent").value();
  REQUIRE(tokenizer.count("") == 0);
  REQUIRE(tokenizer.count("abcd") == 1);
  REQUIRE(tokenizer.count("abcde") == 2);
  REQUIRE(tokenizer.count("\xe4\xbd\xa0\xe5\xa5\xbd") == 1);
  std::vector<std::uint32_t> ids;
  tokenizer.encode("abc", ids);
  REQUIRE(ids.empty());
}

TEST_CASE("one tokenizer counts for many threads", "[text][tokenizer]") {
  const Tokenizer tokenizer = load("o200k_base");
  const std::string text =
      tests::text::read_file(std::string(RFTD_TEST_DATA) + "/chat/toy_chat_fine_tuning.jsonl");
  const std::uint64_t expected = tokenizer.count(text);
  std::array<std::uint64_t, 4> counts{};
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t& count : counts) {
      threads.emplace_back([&tokenizer, &text, &count] { count = tokenizer.count(text); });
    }
  }
  for (const std::uint64_t count : counts) REQUIRE(count == expected);
}

TEST_CASE("missing and damaged rank files say how to get good ones", "[text][tokenizer]") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("rftd-tokenizer-" + std::to_string(std::random_device{}()));
  std::filesystem::create_directories(folder);
  auto missing = Tokenizer::load("o200k_base", folder);
  REQUIRE(missing.error().code == schemas::ErrorCode::not_found);
  REQUIRE_THAT(missing.error().hint, Catch::Contains("tools/assets/fetch"));
  for (const char* content : {"", "IQ== 0\n", "IQ== x\n", "I! 0\n", "IQ==\n", "IQ== 99999999999999\n"}) {
    std::ofstream(folder / "o200k_base.tiktoken") << content;
    auto damaged = Tokenizer::load("o200k_base", folder);
    REQUIRE_FALSE(damaged);
    REQUIRE(damaged.error().code == schemas::ErrorCode::corrupt);
  }
  std::filesystem::remove_all(folder);
  REQUIRE(Tokenizer::load("p50k", folder).error().code == schemas::ErrorCode::invalid_argument);
}
