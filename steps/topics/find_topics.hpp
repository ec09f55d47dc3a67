// Texts in, topics out: the whole of automatic topic discovery in one call, from words alone, or from words
// and the vectors that an embedder made. Pure, seeded, single-threaded (several calls may run at once on
// different threads); no I/O.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "schemas/error.hpp"
#include "steps/embed/embedder.hpp"
#include "steps/topics/cluster.hpp"

namespace steps::topics {

// What texts are made of, for comparing them without vectors. Names are made of words in either case.
enum class TextKind : std::uint8_t {
  words,
  character_grams,  // where nobody knows the language's words: parts of four letters
};

struct TopicOptions {
  std::size_t topics_min = 2;
  std::size_t topics_max = 300;
  std::uint64_t seed = 1;
  std::size_t depth = 2;           // 1..5 levels; an upper level only where the topics themselves form groups
  double granularity = 0;          // -1 coarser .. 1 finer
  std::size_t dims = 64;           // of the space in which texts are compared, 1..128
  std::size_t sample_max = 4'000;  // see ClusterOptions
  std::size_t rows_min = 0;        // see ClusterOptions
};

struct Topic {
  static constexpr std::uint32_t no_parent = 0xFFFFFFFF;
  std::string name;       // computed from the words, see label.hpp: not the work of a model
  double name_share = 0;  // of the texts with what the name is made of, 0..1
  std::string description;
  std::vector<std::string> keywords;
  std::vector<std::uint32_t> exemplars;  // up to 5 of the members, the most central first, no text twice
  std::vector<std::uint32_t> members;    // rows, ascending; of an upper node: those of all leaves below it
  std::uint32_t parent = no_parent;      // index into TopicProposal::topics
};

struct TopicProposal {
  std::vector<Topic> topics;  // leaves first, the largest first; upper nodes follow
  std::size_t leaves = 0;
  std::vector<std::uint32_t> topic_of_row;  // < leaves, one a text
  std::vector<Candidate> tried;             // how the number of topics was chosen
  bool by_meaning = false;                  // each topic is a group of texts that mean the same
  std::size_t outliers = 0;  // texts far from the centre of their topic, which still is the nearest
};

// What an embedder made of the texts; without it words are all there is.
struct TextVectors {
  const Matrix* rows = nullptr;  // one a text
  std::span<const embed::Part> parts;
};

// Every text belongs to exactly one leaf. `keep_going` (may be empty) is asked from time to time.
// Errors: invalid_argument (no texts, bounds that cross, dims or depth out of range), cancelled.
[[nodiscard]] schemas::Result<TopicProposal> find_topics(
    std::span<const std::string> texts, const TopicOptions& options = {},
    const std::function<bool(double progress)>& keep_going = {}, const TextVectors& vectors = {},
    TextKind kind = TextKind::words);

}  // namespace steps::topics
