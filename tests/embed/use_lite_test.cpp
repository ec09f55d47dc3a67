// USE-lite against what the JavaScript reference gave (make_golden.mjs).
#include "steps/embed/use_lite.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "steps/embed/glove.hpp"

using namespace steps::embed;

namespace {
struct Golden {
  std::string text;
  std::vector<std::uint32_t> pieces;
  std::vector<float> vector;
};

std::vector<float> floats_of(const std::string& base64) {
  static const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  unsigned held = 0;
  for (const char digit : base64) {
    if (digit == '=') break;
    bits = (bits << 6U) | static_cast<unsigned>(digits.find(digit));
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>((bits >> held) & 255U);
  }
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

std::vector<Golden> golden() {
  std::vector<Golden> all;
  std::ifstream file(RFTD_GOLDEN);
  for (std::string line; std::getline(file, line);) {
    const auto told = nlohmann::json::parse(line);
    all.push_back(
        {told["text"], told["pieces"].get<std::vector<std::uint32_t>>(), floats_of(told["vector"])});
  }
  return all;
}

const UseLite& model() {
  static const auto loaded = UseLite::load(std::string(RFTD_ASSETS) + "/use_lite.bin");
  REQUIRE(loaded);
  return *loaded;
}

float largest_difference(std::span<const float> left, std::span<const float> right) {
  REQUIRE(left.size() == right.size());
  float largest = 0;
  for (std::size_t at = 0; at < left.size(); ++at)
    largest = std::max(largest, std::abs(left[at] - right[at]));
  return largest;
}
}  // namespace

TEST_CASE("texts are cut into the reference's pieces", "[steps][embed]") {
  REQUIRE(golden().size() == 25);
  for (const Golden& expected : golden()) {
    INFO(expected.text);
    CHECK(model().pieces(expected.text) == expected.pieces);
  }
}

TEST_CASE("vectors equal the reference's within 1e-5, alone and together", "[steps][embed]") {
  const auto all = golden();
  std::vector<std::vector<std::uint32_t>> texts;
  for (const Golden& expected : all) {
    texts.push_back(expected.pieces);
    std::vector<float> alone(UseLite::dims);
    model().embed(std::span(&texts.back(), 1), alone);
    INFO(expected.text);
    CHECK(largest_difference(alone, expected.vector) < 1e-5F);
  }
  std::vector<float> together(texts.size() * UseLite::dims);
  model().embed(texts, together);
  for (std::size_t row = 0; row < all.size(); ++row) {
    CHECK(largest_difference(std::span(together).subspan(row * UseLite::dims, UseLite::dims),
                             all[row].vector) < 1e-5F);
  }
}

TEST_CASE("a text without pieces has the vector zero", "[steps][embed]") {
  const std::vector<std::vector<std::uint32_t>> texts{{}, {2002, 102}};
  std::vector<float> out(2 * UseLite::dims, 7.0F);
  model().embed(texts, out);
  CHECK(std::ranges::all_of(std::span(out).first(UseLite::dims), [](float value) { return value == 0; }));
  CHECK(out[UseLite::dims] != 0);
}

TEST_CASE("bytes that are no UTF-8 are pieces too", "[steps][embed]") {
  CHECK_FALSE(model().pieces("\xFF\xFE abc \xC3").empty());
  CHECK(model().pieces("").empty());
}

TEST_CASE("missing and damaged files are told with what to do", "[steps][embed]") {
  const auto missing = UseLite::load("/nonexistent/use_lite.bin");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == schemas::ErrorCode::not_found);
  CHECK(missing.error().hint.find("tools/assets/fetch") != std::string::npos);
  const auto other = UseLite::load(std::string(RFTD_ASSETS) + "/glove.bin");
  REQUIRE_FALSE(other);
  CHECK(other.error().code == schemas::ErrorCode::corrupt);
  CHECK(Glove::load(std::string(RFTD_ASSETS) + "/use_lite.bin").error().code == schemas::ErrorCode::corrupt);
}

TEST_CASE("GloVe knows words by frequency and averages them", "[steps][embed]") {
  const auto glove = Glove::load(std::string(RFTD_ASSETS) + "/glove.bin");
  REQUIRE(glove);
  CHECK(glove->rank("the") == 0);
  CHECK(glove->rank("of") == 3);
  CHECK_FALSE(glove->rank("xqzzyk"));
  std::vector<float> first(Glove::dims);
  std::vector<float> second(Glove::dims);
  std::vector<float> third(Glove::dims);
  CHECK(glove->embed("The credit card", first) == 1);
  CHECK(glove->embed("THE CREDIT CARD!", second) == 1);
  CHECK(first == second);
  glove->embed("my debit card", second);
  glove->embed("a sunny beach", third);
  const auto cosine = [](const auto& left, const auto& right) {
    float sum = 0;
    for (std::size_t at = 0; at < left.size(); ++at) sum += left[at] * right[at];
    return sum;
  };
  CHECK(cosine(first, first) == Approx(1).margin(1e-4));
  CHECK(cosine(first, second) > cosine(first, third));
  CHECK(glove->embed("xqzzyk", third) == 0);
  CHECK(cosine(third, third) == 0);
}
