// All calls of the trace store in memory, some 100 bytes each and 12 bits a word, so that filters and facets
// look at every one of a million within the time of a click. Texts stay on the disk: what a filter on words
// leaves over is read and looked at by the caller.
//
// Not synchronized: one thread writes while nobody reads.
#pragma once

#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "steps/traces/call_summary.hpp"
#include "steps/traces/word_signature.hpp"

namespace steps::traces {

// Every condition that is set must hold.
struct CallFilter {
  std::optional<std::int64_t> from = {};    // µs UTC, of CallSummary::time
  std::optional<std::int64_t> before = {};  // µs UTC
  std::vector<std::string> models = {};     // any of these, used, else asked
  std::vector<std::string> providers = {};  // any
  std::vector<std::string> dialects = {};   // any
  std::vector<std::string> labels = {};     // all
  std::optional<bool> failed = {};
  std::optional<bool> has_tools = {};
  std::optional<bool> has_output = {};
  std::string words = {};         // all of them, in the last user message
  std::string system_words = {};  // all of them, in the system prompt
  std::string session = {};       // or thread, or run
  std::uint32_t turns_min = 0;
  std::optional<std::uint64_t> tokens_from = {};  // in and out
  std::optional<std::uint64_t> tokens_before = {};
  std::uint64_t after_sequence = 0;  // only what has changed since

  [[nodiscard]] bool has_words() const { return !words.empty() || !system_words.empty(); }
};

// Whether the texts hold the filter's words; all else is the index's business.
[[nodiscard]] bool has_words_of(const CallSummary& summary, const CallFilter& filter);

struct FacetCount {
  std::string value;
  std::uint64_t count = 0;
};
// The order of facets: most first, then by value.
[[nodiscard]] bool more_first(const FacetCount& a, const FacetCount& b);

struct Facets {
  std::uint64_t total = 0;
  std::vector<FacetCount> models;  // most first, at most `facet_values_max`; each under the other conditions
  std::vector<FacetCount> providers;
  std::vector<FacetCount> dialects;
  std::vector<FacetCount> labels;
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;
  std::int64_t bucket = 0;                      // µs, width of each of `times`
  std::map<std::int64_t, std::uint64_t> times;  // begin of a bucket, µs UTC -> calls; none that is 0
  std::optional<std::int64_t> oldest, newest;   // µs UTC, of all calls kept
};
inline constexpr std::size_t facet_values_max = 100;
inline constexpr std::size_t facet_buckets_max = 200;

class CallIndex {
 public:
  // Adds the call or takes the place of what is known of it.
  void put(const CallSummary& summary);
  void erase(std::uint64_t number);
  [[nodiscard]] std::size_t size() const { return rows_.size() - erased_; }

  struct Place {
    std::int64_t time = 0;
    std::uint64_t number = 0;
  };
  // Of what follows, calls whose words are others than the filter's may be among those that match: one in
  // 100.
  struct Newest {
    std::uint64_t total = 0;             // of all that match
    std::vector<std::uint64_t> numbers;  // newest first
  };
  // The newest `limit` behind `after`.
  [[nodiscard]] Newest newest(const CallFilter& filter, std::optional<Place> after, std::size_t limit) const;
  [[nodiscard]] std::uint64_t count(const CallFilter& filter) const;
  // Of all that match, oldest first.
  [[nodiscard]] std::vector<std::uint64_t> numbers(const CallFilter& filter) const;
  [[nodiscard]] Facets facets(const CallFilter& filter) const;

 private:
  struct Row {
    std::uint64_t number = 0;
    std::uint64_t sequence = 0;
    std::int64_t time = 0;
    std::uint64_t session = 0;  // hashes; 0: none
    std::uint64_t thread = 0;
    std::uint64_t run = 0;
    std::uint64_t tokens = 0;
    std::uint32_t model = 0;  // of names_
    std::uint32_t provider = 0;
    std::uint32_t dialect = 0;
    std::uint32_t labels = 0;  // of label_sets_
    std::uint32_t turns = 0;
    std::uint32_t system = 0;  // of systems_
    WordSignatures::Ref words;
    std::uint8_t flags = 0;
  };
  // A system prompt stands in many calls.
  struct System {
    std::uint64_t hash = 0;
    WordSignatures::Ref words;
  };
  class Test;

  std::uint32_t name(std::string_view text);
  std::uint32_t label_set(const std::vector<std::string>& labels);
  std::uint32_t system(std::string_view text);
  [[nodiscard]] std::size_t slot(std::uint64_t number) const;
  void compact();

  std::vector<Row> rows_;  // by number
  std::size_t erased_ = 0;
  std::size_t unused_ = 0;  // of signatures_, of rows that have changed
  WordSignatures signatures_;
  std::vector<System> systems_{{}};
  std::unordered_map<std::uint64_t, std::uint32_t> system_of_{{0, 0}};  // hash -> systems_
  std::unordered_map<std::string, std::uint32_t> names_{{"", 0}};
  std::vector<std::string> texts_{""};  // of names_
  std::map<std::vector<std::uint32_t>, std::uint32_t> label_sets_{{{}, 0}};
  std::vector<std::vector<std::uint32_t>> labels_{{}};  // of label_sets_
};

}  // namespace steps::traces
