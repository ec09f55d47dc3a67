// The English word lists behind is_stop_word and is_weak_name: sorted, looked up by binary search.
#include <algorithm>
#include <array>

#include "steps/topics/tokenize.hpp"

namespace steps::topics {
namespace {

constexpr auto stop_words = std::to_array<std::string_view>({
    "a",          "about",    "above",   "actually", "after",      "again",   "all",       "already",
    "also",       "although", "always",  "am",       "an",         "and",     "any",       "anyone",
    "anything",   "are",      "as",      "at",       "be",         "because", "been",      "before",
    "being",      "below",    "between", "both",     "but",        "by",      "can",       "cannot",
    "could",      "did",      "do",      "does",     "doing",      "done",    "down",      "during",
    "each",       "either",   "else",    "etc",      "even",       "ever",    "every",     "few",
    "for",        "from",     "further", "get",      "gets",       "getting", "give",      "gives",
    "go",         "goes",     "going",   "gonna",    "got",        "gotta",   "guess",     "had",
    "has",        "have",     "having",  "he",       "hello",      "help",    "her",       "here",
    "hers",       "herself",  "hey",     "hi",       "him",        "himself", "his",       "how",
    "i",          "if",       "im",      "in",       "into",       "is",      "it",        "its",
    "itself",     "just",     "kind",    "know",     "let",        "lets",    "like",      "ll",
    "look",       "looking",  "lot",     "may",      "maybe",      "me",      "might",     "mine",
    "more",       "most",     "much",    "must",     "my",         "myself",  "need",      "needs",
    "neither",    "never",    "no",      "nor",      "not",        "now",     "of",        "off",
    "oh",         "ok",       "okay",    "on",       "once",       "one",     "only",      "or",
    "other",      "others",   "our",     "ours",     "ourselves",  "out",     "over",      "own",
    "please",     "quite",    "rather",  "re",       "really",     "s",       "same",      "shall",
    "she",        "should",   "since",   "so",       "some",       "someone", "something", "such",
    "sure",       "t",        "tell",    "than",     "thank",      "thanks",  "that",      "thats",
    "the",        "their",    "theirs",  "them",     "themselves", "then",    "there",     "these",
    "they",       "thing",    "things",  "this",     "those",      "though",  "through",   "to",
    "too",        "until",    "up",      "upon",     "us",         "ve",      "very",      "via",
    "wanna",      "want",     "wants",   "was",      "we",         "well",    "were",      "what",
    "whatever",   "whats",    "when",    "where",    "whether",    "which",   "while",     "who",
    "whole",      "whom",     "whose",   "why",      "will",       "with",    "within",    "without",
    "wo",         "would",    "yes",     "yet",      "you",        "your",    "yours",     "yourself",
    "yourselves",
});

constexpr auto weak_names = std::to_array<std::string_view>({
    "10th",       "15th",     "1st",       "20th",      "2nd",        "3rd",      "4th",       "5th",
    "able",       "add",      "afternoon", "answer",    "anymore",    "april",    "ask",       "asked",
    "asking",     "august",   "bad",       "best",      "better",     "big",      "bit",       "busy",
    "buy",        "call",     "called",    "came",      "case",       "certain",  "change",    "check",
    "come",       "consider", "create",    "currently", "day",        "days",     "december",  "different",
    "dropped",    "easy",     "eat",       "evening",   "everything", "exactly",  "example",   "explain",
    "february",   "find",     "first",     "following", "found",      "friday",   "gave",      "give",
    "given",      "good",     "great",     "half",      "happen",     "happened", "hard",      "hour",
    "hours",      "idea",     "instead",   "january",   "july",       "june",     "keep",      "last",
    "later",      "least",    "less",      "little",    "locate",     "long",     "made",      "main",
    "make",       "makes",    "making",    "many",      "march",      "mean",     "means",     "minute",
    "minutes",    "miss",     "monday",    "month",     "morning",    "new",      "next",      "nice",
    "night",      "november", "number",    "october",   "old",        "people",   "per",       "person",
    "piece",      "place",    "point",     "possible",  "prepare",    "provide",  "put",       "question",
    "read",       "reading",  "real",      "remind",    "remove",     "right",    "said",      "saturday",
    "say",        "says",     "second",    "see",       "september",  "set",      "show",      "small",
    "soon",       "sorts",    "spend",     "started",   "step",       "stop",     "stuff",     "suggest",
    "sunday",     "take",     "takes",     "taking",    "talk",       "thanks",   "think",     "three",
    "thursday",   "time",     "times",     "today",     "told",       "tomorrow", "total",     "try",
    "trying",     "tuesday",  "turn",      "twice",     "two",        "type",     "types",     "under",
    "understand", "use",      "used",      "using",     "wait",       "way",      "wednesday", "week",
    "win",        "winner",   "winning",   "wins",      "wondering",  "work",     "works",     "worth",
    "wrong",      "year",     "years",     "yesterday",
});

template <std::size_t Size>
bool contains(const std::array<std::string_view, Size>& sorted, std::string_view word) {
  return std::ranges::binary_search(sorted, word);
}

static_assert(std::ranges::is_sorted(stop_words));
static_assert(std::ranges::is_sorted(weak_names));

}  // namespace

bool is_stop_word(std::string_view word) {
  return contains(stop_words, word);
}
bool is_weak_name(std::string_view word) {
  return contains(weak_names, word);
}

}  // namespace steps::topics
