#include "steps/traces/select_calls.hpp"

#include <algorithm>
#include <set>

#include "steps/text/json_index.hpp"
#include "steps/traces/call_keys.hpp"
#include "steps/traces/record_line.hpp"

namespace steps::traces {

using schemas::Result;

namespace {
constexpr std::size_t pattern_values_max = 20;

class Patterns {
 public:
  void add(const FoundCall& found) {
    ++calls_;
    ++models_[found.summary.model];
    if (!found.summary.system.empty()) ++prompts_[found.summary.system];
    text::JsonIndex json;
    if (found.call.tools.empty() || json.parse(found.call.tools)) return;
    const text::JsonRef root = json.root();
    if (!json.is(root, text::JsonKind::array)) return;
    std::set<std::string> names;
    std::string piece;
    for (text::JsonRef tool = json.first(root); tool != json.end(root); tool = json.next(tool)) {
      if (!json.is(tool, text::JsonKind::object)) continue;
      const text::JsonRef function = json.field(tool, "function");
      if (function == text::no_value || !json.is(function, text::JsonKind::object)) continue;
      const text::JsonRef name = json.field(function, "name");
      if (name != text::no_value && json.is(name, text::JsonKind::string))
        names.emplace(json.string(name, piece));
    }
    for (const std::string& name : names) ++tools_[name];
  }

  [[nodiscard]] CallPattern pattern() const {
    CallPattern pattern;
    pattern.tools = most(tools_);
    pattern.models = most(models_);
    const auto top = std::ranges::max_element(prompts_, {}, [](const auto& entry) { return entry.second; });
    if (top == prompts_.end()) return pattern;
    pattern.system_prompt = top->first;
    pattern.system_prompt_share = static_cast<double>(top->second) / static_cast<double>(calls_);
    return pattern;
  }

 private:
  static std::vector<FacetCount> most(const std::map<std::string, std::uint64_t>& counts) {
    std::vector<FacetCount> values;
    for (const auto& [value, count] : counts) values.push_back({value, count});
    std::ranges::sort(values, more_first);
    if (values.size() > pattern_values_max) values.resize(pattern_values_max);
    return values;
  }

  std::uint64_t calls_ = 0;
  std::map<std::string, std::uint64_t> prompts_, tools_, models_;
};
}  // namespace

Result<SelectedCalls> select_calls(const Collector& collector, const CallSelection& selection,
                                   const AlreadyHere& already) {
  SelectedCalls selected;
  // Before looking: what comes while we look has a higher number and is the next pull's.
  selected.watermark = collector.counts().sequence;
  std::vector<std::uint64_t> numbers = selection.numbers;
  if (selection.filter) {
    auto found = collector.numbers(*selection.filter);
    if (!found) return std::unexpected(found.error());
    numbers = std::move(*found);
  } else {
    std::ranges::sort(numbers);
    const auto repeated = std::ranges::unique(numbers);
    numbers.erase(repeated.begin(), repeated.end());
  }
  Folder folder(selection.folding);
  Patterns patterns;
  text::Scratch scratch;
  std::set<text::Hash128> contents;
  std::vector<std::uint64_t> takeable;
  const auto skip = [&](std::string_view reason) { ++selected.skipped[std::string(reason)]; };
  const auto judge = [&](const FoundCall& found) -> Result<void> {
    ++selected.matching;
    patterns.add(found);
    const auto line = record_line(found.call, {.with_failed = selection.with_failed});
    if (!line) {
      skip(skip_name(line.error()));
      return {};
    }
    if (already.span && std::ranges::any_of(span_keys(found.call), already.span)) {
      skip("already_here");
      return {};
    }
    const text::Hash128 content = content_key(*line, scratch);
    const bool is_known = content != text::Hash128{} &&
                          ((already.content && already.content(content)) || !contents.insert(content).second);
    if (is_known) {
      skip("same_content");
      return {};
    }
    folder.see(found.call);
    takeable.push_back(found.summary.number);
    return {};
  };
  if (auto judged = collector.each(numbers, judge); !judged) return std::unexpected(judged.error());
  const auto fold_away = [&](const FoundCall& found) -> Result<void> {
    if (folder.keeps(found.call)) {
      selected.numbers.push_back(found.summary.number);
    } else {
      skip("folded");
    }
    return {};
  };
  if (selection.folding == Folding::every_call) {
    selected.numbers = std::move(takeable);
  } else if (auto folded = collector.each(takeable, fold_away); !folded) {
    return std::unexpected(folded.error());
  }
  selected.pattern = patterns.pattern();
  return selected;
}

}  // namespace steps::traces
