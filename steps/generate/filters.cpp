#include "steps/generate/filters.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "steps/text/record.hpp"

namespace steps::generate {

namespace {

// What a model says about itself or its task. Lower case; a phrase counts between word borders only.
constexpr std::array<std::string_view, 32> artifacts{"as an ai language model",
                                                     "as a large language model",
                                                     "as an ai assistant",
                                                     "as an ai model",
                                                     "i am an ai language model",
                                                     "i'm an ai language model",
                                                     "i cannot fulfill this request",
                                                     "i can't fulfill this request",
                                                     "i cannot assist with that",
                                                     "i can't assist with that",
                                                     "i'm sorry, but i can't",
                                                     "i'm sorry, but i cannot",
                                                     "i apologize, but i cannot",
                                                     "here is the rewritten message",
                                                     "here's the rewritten message",
                                                     "here are some variations",
                                                     "here are the variations",
                                                     "here is a variation",
                                                     "here's a variation",
                                                     "sure, here is",
                                                     "sure, here are",
                                                     "sure! here is",
                                                     "sure! here are",
                                                     "certainly! here is",
                                                     "certainly! here are",
                                                     "rewritten user message",
                                                     "rephrased user message",
                                                     "generated user message",
                                                     "insert your question here",
                                                     "your question here",
                                                     "lorem ipsum dolor",
                                                     "knowledge cutoff date"};

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) > 127;
}

std::uint32_t characters(std::string_view text) {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

// Lower case, typographic apostrophes made plain, white space as one blank.
std::string comparable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("\u2019")) {
      out += '\'';
      i += 2;
    } else if (text[i] == '\n' || text[i] == '\t' || text[i] == '\r' || text[i] == ' ') {
      if (!out.ends_with(' ')) out += ' ';
    } else {
      out += text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
    }
  }
  return out;
}

// chars/4 needs no files; tokens do not matter here.
const text::Tokenizer& any_tokenizer() {
  static const text::Tokenizer tokenizer = *text::Tokenizer::load("chars/4", {});
  return tokenizer;
}

}  // namespace

std::string_view rejection_name(Rejection rejection) {
  constexpr std::array<std::string_view, rejections> names{
      "invalid_structure", "no_user_message",   "llm_artifact",       "too_short",
      "too_long",          "duplicate_of_seed", "duplicate_synthetic"};
  return names[static_cast<std::size_t>(rejection)];
}

std::string_view llm_artifact(std::string_view given) {
  const std::string text = comparable(given);
  for (const std::string_view phrase : artifacts) {
    for (auto at = text.find(phrase); at != std::string::npos; at = text.find(phrase, at + 1)) {
      const bool begins = at == 0 || !is_word_byte(text[at - 1]);
      const std::size_t end = at + phrase.size();
      if (begins && (end == text.size() || !is_word_byte(text[end]))) return phrase;
    }
  }
  return {};
}

Filter::Filter(std::uint32_t length_min, std::uint32_t length_max)
    : length_min_(length_min), length_max_(length_max) {}

void Filter::add_seed(std::uint64_t record, std::string_view last_user_message) {
  seeds_.add(record, last_user_message);
}

void Filter::add_accepted(std::uint64_t number, std::string_view last_user_message) {
  generated_.add(number, last_user_message);
  ++accepted_;
}

Filter::Verdict Filter::judge(std::string_view line, text::Scratch& scratch) {
  const auto reject = [&](Rejection rejection, std::string detail, double similarity = 0) {
    ++rejected_[static_cast<std::size_t>(rejection)];
    return Verdict{rejection, std::move(detail), similarity};
  };
  text::ValidationRules rules;
  rules.max_tokens = 0;
  rules.encoding = "chars/4";
  const text::Verdict verdict = text::validate(line, rules, any_tokenizer(), scratch);
  if (verdict.code == text::Code::no_user_message || verdict.code == text::Code::empty_user_message)
    return reject(Rejection::no_user_message, verdict.detail);
  if (verdict.code != text::Code::valid) {
    return reject(Rejection::invalid_structure,
                  verdict.detail.empty() ? std::string(text::code_name(verdict.code)) : verdict.detail);
  }
  const std::string message = text::last_user_message(line, scratch);
  if (const auto phrase = llm_artifact(message); !phrase.empty())
    return reject(Rejection::llm_artifact, fmt::format("\"{}\"", phrase));
  const std::uint32_t length = characters(message);
  if (length < length_min_)
    return reject(Rejection::too_short, fmt::format("{} characters of at least {}", length, length_min_));
  if (length > length_max_)
    return reject(Rejection::too_long, fmt::format("{} characters of at most {}", length, length_max_));
  if (const auto match = seeds_.find(message)) {
    return reject(Rejection::duplicate_of_seed,
                  fmt::format("similarity {:.2f} to record {}", match->similarity, match->id),
                  match->similarity);
  }
  if (const auto match = generated_.find(message)) {
    return reject(Rejection::duplicate_synthetic,
                  fmt::format("similarity {:.2f} to generated record {}", match->similarity, match->id),
                  match->similarity);
  }
  ++accepted_;
  generated_.add(accepted_, message);
  return {};
}

}  // namespace steps::generate
