// Each metric against values that its source publishes.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "steps/grade/porter_stem.hpp"
#include "steps/grade/text_metrics.hpp"

using namespace steps::grade;

namespace {

struct Published {
  Metric metric;
  const char* text;
  const char* reference;
  double value;
  double within;
};

constexpr const char* guide =
    "It is a guide to action which ensures that the military always obeys the commands of the party";
constexpr const char* guide_reference =
    "It is a guide to action that ensures that the military will forever heed Party commands";

}  // namespace

TEST_CASE("metrics give the values that their sources publish", "[grade][metrics]") {
  const std::vector<Published> all{
      // rapidfuzz, README: fuzz.ratio / 100.
      {Metric::fuzzy_match, "this is a test", "this is a test!", 0.9655171966, 1e-6},
      {Metric::fuzzy_match, "fuzzy wuzzy was a bear", "wuzzy fuzzy was a bear", 0.9090909091, 1e-9},
      // NLTK, nltk/translate/bleu_score.py, SmoothingFunction: sentence_bleu([reference1], hypothesis1).
      {Metric::bleu, guide, guide_reference, 0.4118, 1e-4},
      // sacreBLEU with effective order, as the tests of JoeyNMT-like wrappers have it:
      // 100, 18.394, 59.460, 8.493, 0.
      {Metric::bleu, "this is a test", "this is a test", 1.0, 1e-12},
      {Metric::bleu, "another test", "this is a test", 0.18394, 1e-5},
      {Metric::bleu, "this is a fest", "this is a test", 0.59460, 1e-5},
      {Metric::bleu, "this is a test", "ref", 0.0, 0},
      {Metric::bleu, "Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;",
       "producţia de zahăr brut se exprimă în zahăr alb;", 0.08493, 1e-5},
      // NLTK, nltk/translate/gleu_score.py.
      {Metric::gleu, "the the the the the the the", "the cat is on the mat", 0.0909, 1e-4},
      {Metric::gleu, guide, guide_reference, 0.4393, 1e-4},
      {Metric::gleu, "It is to insure the troops forever hearing the activity guidebook that party direct",
       guide_reference, 0.1206, 1e-4},
      // NLTK, nltk/test/meteor.doctest; these have no synonyms that WordNet would add.
      {Metric::meteor, "The cat sat on the mat", "The cat sat on the mat", 0.9977, 1e-4},
      {Metric::meteor, "on the mat sat the cat", "The cat sat on the mat", 0.5, 1e-12},
      {Metric::meteor, "The cat was sat on the mat", "The cat sat on the mat", 0.9654, 1e-4},
      {Metric::meteor, "non matching hypothesis", "this is a cat", 0.0, 0},
      // scikit-learn's CountVectorizer and cosine_similarity on the example of many textbooks: 9 / sqrt(120).
      {Metric::cosine, "Jane likes me more than Julie loves me", "Julie loves me more than Linda loves me",
       0.8215838, 1e-6},
      // Google's rouge_score, rouge_scorer_test.py.
      {Metric::rouge_1, "testing", "testing one two", 0.5, 1e-12},
      {Metric::rouge_2, "testing one", "testing one two", 2.0 / 3, 1e-12},
      {Metric::rouge_l, "testing one", "testing one two", 0.8, 1e-12},
      {Metric::rouge_l, "testing two", "testing one two", 0.8, 1e-12},
      {Metric::rouge_1, "", "testing one two", 0.0, 0},
      {Metric::rouge_l, "/", "w1 w2 w3 w4 w5", 0.0, 0},
      // Lin 2004, section 3: the police examples; ROUGE-2 is 0 for S2' and 1/3 for S2, ROUGE-L 3/4 and 1/2.
      {Metric::rouge_l, "police kill the gunman", "police killed the gunman", 0.75, 1e-12},
      {Metric::rouge_l, "the gunman kill police", "police killed the gunman", 0.5, 1e-12},
      {Metric::rouge_2, "police kill the gunman", "police killed the gunman", 1.0 / 3, 1e-12},
      {Metric::rouge_3, "police kill the gunman", "police killed the gunman", 0.0, 0},
      {Metric::rouge_3, "a b c d e", "a b c d f", 2.0 / 3, 1e-12},
      {Metric::rouge_4, "a b c d e", "a b c d f", 0.5, 1e-12},
      {Metric::rouge_5, "a b c d e f", "a b c d e g", 0.5, 1e-12},
  };
  for (const Published& published : all) {
    INFO(metric_name(published.metric) << ": '" << published.text << "' and '" << published.reference << "'");
    const double value = similarity(published.metric, published.text, published.reference);
    INFO(value);
    REQUIRE(std::abs(value - published.value) <= published.within + 1e-15);
  }
}

TEST_CASE("METEOR without synonyms is below NLTK's with them", "[grade][metrics]") {
  // NLTK 3.7 and later give 0.6944 with WordNet.
  REQUIRE(similarity(Metric::meteor, guide, guide_reference) <= 0.6945);
  REQUIRE(similarity(Metric::meteor, guide, guide_reference) > 0.6);
  // Stems count: "create" and "creates".
  REQUIRE(similarity(Metric::meteor, "creates updates", "create update") > 0.9);
}

TEST_CASE("the stems are those of Porter's paper", "[grade][metrics]") {
  const std::vector<std::pair<const char*, const char*>> examples{{"caresses", "caress"},
                                                                  {"ponies", "poni"},
                                                                  {"ties", "ti"},
                                                                  {"caress", "caress"},
                                                                  {"cats", "cat"},
                                                                  {"feed", "feed"},
                                                                  {"agreed", "agre"},
                                                                  {"plastered", "plaster"},
                                                                  {"bled", "bled"},
                                                                  {"motoring", "motor"},
                                                                  {"sing", "sing"},
                                                                  {"conflated", "conflat"},
                                                                  {"troubled", "troubl"},
                                                                  {"sized", "size"},
                                                                  {"hopping", "hop"},
                                                                  {"tanned", "tan"},
                                                                  {"falling", "fall"},
                                                                  {"hissing", "hiss"},
                                                                  {"fizzed", "fizz"},
                                                                  {"failing", "fail"},
                                                                  {"filing", "file"},
                                                                  {"happy", "happi"},
                                                                  {"sky", "sky"},
                                                                  {"relational", "relat"},
                                                                  {"conditional", "condit"},
                                                                  {"rational", "ration"},
                                                                  {"digitizer", "digit"},
                                                                  {"operator", "oper"},
                                                                  {"feudalism", "feudal"},
                                                                  {"hopefulness", "hope"},
                                                                  {"formality", "formal"},
                                                                  {"sensibility", "sensibl"},
                                                                  {"triplicate", "triplic"},
                                                                  {"formative", "form"},
                                                                  {"formalize", "formal"},
                                                                  {"electrical", "electr"},
                                                                  {"hopeful", "hope"},
                                                                  {"goodness", "good"},
                                                                  {"revival", "reviv"},
                                                                  {"allowance", "allow"},
                                                                  {"inference", "infer"},
                                                                  {"airliner", "airlin"},
                                                                  {"adjustable", "adjust"},
                                                                  {"irritant", "irrit"},
                                                                  {"replacement", "replac"},
                                                                  {"adjustment", "adjust"},
                                                                  {"dependent", "depend"},
                                                                  {"adoption", "adopt"},
                                                                  {"communism", "commun"},
                                                                  {"activate", "activ"},
                                                                  {"homologous", "homolog"},
                                                                  {"effective", "effect"},
                                                                  {"bowdlerize", "bowdler"},
                                                                  {"probate", "probat"},
                                                                  {"rate", "rate"},
                                                                  {"cease", "ceas"},
                                                                  {"controlling", "control"},
                                                                  {"roll", "roll"},
                                                                  {"generalizations", "gener"},
                                                                  {"oscillators", "oscil"}};
  for (const auto& [word, stem] : examples) {
    INFO(word);
    REQUIRE(porter_stem(word) == stem);
  }
}

TEST_CASE("metrics stay between 0 and 1 and know equal texts", "[grade][metrics]") {
  const std::vector<std::string> texts{"",
                                       " ",
                                       "a",
                                       "the cat",
                                       "größer als 漢字",
                                       "x x x x x x",
                                       std::string(3000, 'y'),
                                       "one two three four five six seven",
                                       "\xff\xfe broken"};
  for (int m = 0; m < 11; ++m) {
    const auto metric = static_cast<Metric>(m);
    REQUIRE(metric_from_name(metric_name(metric)) == metric);
    for (const auto& a : texts) {
      for (const auto& b : texts) {
        const double value = similarity(metric, a, b);
        REQUIRE(value >= 0);
        REQUIRE(value <= 1 + 1e-12);
      }
    }
    if (metric != Metric::meteor) REQUIRE(std::abs(similarity(metric, texts[7], texts[7]) - 1) < 1e-12);
  }
  REQUIRE_FALSE(metric_from_name("rouge_6"));
}

TEST_CASE("the fast subsequence is the plain one", "[grade][metrics]") {
  const auto plain = [](const std::string& a, const std::string& b) {
    std::vector<std::vector<int>> table(a.size() + 1, std::vector<int>(b.size() + 1));
    for (std::size_t i = 1; i <= a.size(); ++i) {
      for (std::size_t j = 1; j <= b.size(); ++j)
        table[i][j] =
            a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1 : std::max(table[i - 1][j], table[i][j - 1]);
    }
    return 2.0 * table[a.size()][b.size()] / static_cast<double>(a.size() + b.size());
  };
  unsigned state = 1;
  const auto text = [&](std::size_t size) {
    std::string all;
    for (std::size_t i = 0; i < size; ++i)
      all += static_cast<char>('a' + ((state = state * 1103515245 + 12345) >> 16U) % 4);
    return all;
  };
  for (const std::size_t size : {1U, 63U, 64U, 65U, 127U, 130U, 200U}) {
    const auto a = text(size);
    const auto b = text(size / 2 + 40);
    REQUIRE(similarity(Metric::fuzzy_match, a, b) == plain(a, b));
  }
}
