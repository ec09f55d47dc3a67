// All calls of the trace store in memory, some 150 bytes each, so that filters and facets look at every one
// of a million within the time of a click. Texts stay on the disk: what a filter on words leaves over is read
// and looked at by the caller.
//
// Not synchronized: one thread writes while nobody reads.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "steps/traces/call_summary.hpp"

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

// Whether the texts hold the filter's words; all else is the index's business. Words are runs of ASCII
// letters and digits in any case, and single characters of all other scripts.
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

  // Puts the newest in their order; before the functions below.
  void sort();
  [[nodiscard]] bool sorted() const { return sorted_ == order_.size(); }

  struct Place {
    std::int64_t time = 0;
    std::uint64_t number = 0;
  };
  // The numbers of calls that match but for the words' own text, newest first, from behind `after` on, until
  // `on_call` says false.
  void find(const CallFilter& filter, std::optional<Place> after,
            const std::function<bool(std::uint64_t number)>& on_call) const;
  [[nodiscard]] std::uint64_t count(const CallFilter& filter) const;
  [[nodiscard]] Facets facets(const CallFilter& filter) const;

 private:
  static constexpr std::size_t signature_words = 8;  // of 64 bits
  using Signature = std::array<std::uint64_t, signature_words>;
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
    std::uint8_t flags = 0;
    Signature signature{};  // of the words of text and system prompt
  };
  class Test;

  std::uint32_t name(std::string_view text);
  std::uint32_t label_set(const std::vector<std::string>& labels);
  [[nodiscard]] std::size_t slot(std::uint64_t number) const;
  static void sign(Signature& signature, std::string_view text, std::uint64_t seed);
  void compact();

  std::vector<Row> rows_;             // by number
  std::vector<std::uint32_t> order_;  // slots; the first `sorted_` by time and number
  std::size_t sorted_ = 0;
  std::size_t erased_ = 0;
  std::unordered_map<std::string, std::uint32_t> names_{{"", 0}};
  std::vector<std::string> texts_{""};  // of names_
  std::map<std::vector<std::uint32_t>, std::uint32_t> label_sets_{{{}, 0}};
  std::vector<std::vector<std::uint32_t>> labels_{{}};  // of label_sets_
};

}  // namespace steps::traces
