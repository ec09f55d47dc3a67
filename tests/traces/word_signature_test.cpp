// Signatures of words: never wrong about a word that is there, seldom about one that is not.
#include "steps/traces/word_signature.hpp"

#include <random>

using namespace steps::traces;

namespace {
std::string words(unsigned first, unsigned count) {
  std::string text;
  for (unsigned i = 0; i < count; ++i) text += "word" + std::to_string(first + i) + (i % 3 == 0 ? ", " : " ");
  return text;
}
}  // namespace

TEST_CASE("a signature has every word of its text, whatever its length", "[traces][words]") {
  WordSignatures signatures;
  std::vector<WordSignatures::Ref> refs;
  for (unsigned count = 0; count < 400; count += 7) refs.push_back(signatures.add(words(count, count)));
  unsigned asked = 0, wrong = 0;
  for (std::size_t i = 0; i < refs.size(); ++i) {
    const auto count = static_cast<unsigned>(i) * 7;
    for (unsigned w = 0; w < count; ++w) {
      REQUIRE(signatures.may_have(refs[i], word_hashes("WORD" + std::to_string(count + w))));
    }
    REQUIRE(signatures.may_have(refs[i], word_hashes(words(count, count))));
    REQUIRE(signatures.may_have(refs[i], {}));
    for (unsigned w = 0; w < 200; ++w, ++asked)
      wrong += signatures.may_have(refs[i], word_hashes("other" + std::to_string(w))) ? 1 : 0;
  }
  INFO(wrong << " of " << asked);
  CHECK(wrong * 50 < asked);  // 0.3 % by the formula for 12 bits and 6 positions a word
  CHECK_FALSE(signatures.may_have(refs[0], word_hashes("anything")));
}

TEST_CASE("words are found as a slow look at the text finds them", "[traces][words]") {
  CHECK(has_all_words("Is the Sicilian, 1...c5, sound?", "sicilian C5"));
  CHECK_FALSE(has_all_words("Sicilians", "sicilian"));
  CHECK(has_all_words("この手は良い", "手"));
  CHECK(has_all_words("anything", ""));
  CHECK(has_all_words("", " ,; "));
  CHECK_FALSE(has_all_words("", "a"));
  CHECK(word_hashes("b a B a").size() == 2);
  std::mt19937 random(3);
  WordSignatures signatures, copies;
  for (int round = 0; round < 300; ++round) {
    const std::string text = words(random() % 50, random() % 12);
    const std::string wanted = words(random() % 50, 1 + random() % 2);
    const auto ref = signatures.add(text);
    const auto copy = copies.add(signatures, ref);
    const bool may = signatures.may_have(ref, word_hashes(wanted));
    CHECK(copies.may_have(copy, word_hashes(wanted)) == may);
    if (has_all_words(text, wanted)) CHECK(may);
  }
}
