#include "tests/sim/checker.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <vector>

#include "tests/support/engine_recount.hpp"

namespace sim {

using namespace engine;

void Promised::settle_uploads(const DatasetState& state, bool later_daemon) {
  std::vector<const Run*> completed;
  for (auto it = uploads.begin(); it != uploads.end();) {
    const Run* run = state.run(RunId(it->first));
    const bool cut_off = later_daemon && !it->second.received;
    if (run != nullptr && run->state == RunState::completed) completed.push_back(run);
    it = cut_off ? uploads.erase(it) : std::next(it);
  }
  std::ranges::sort(completed, {}, &Run::ended_at);
  for (const Run* run : completed) {
    Upload& upload = uploads.at(run->id);
    if (upload.replaces) {
      texts.clear();
      by_hand.clear();
    }
    texts.merge(upload.texts);
    uploads.erase(run->id);
  }
}

namespace {
void compare_numbers(std::ostringstream& out, const Promised& promised, const DatasetState& state) {
  std::uint64_t invalid = 0;
  std::uint64_t duplicates = 0;
  std::set<std::string> seen;
  for (const auto& [record, text] : promised.texts) {
    const bool bad = text.starts_with("bad");
    invalid += bad ? 1 : 0;
    if (!bad && !seen.insert(text).second) ++duplicates;
  }
  const auto compare = [&](const char* what, std::uint64_t found, std::uint64_t expected) {
    if (found != expected) out << found << " " << what << " instead of " << expected << '\n';
  };
  compare("records", state.counters.records, promised.texts.size());
  compare("invalid", state.counters.invalid, invalid);
  compare("valid", state.counters.valid, promised.texts.size() - invalid);
  compare("duplicates", state.counters.duplicates, duplicates);
  compare("unvalidated", state.counters.unvalidated, 0);
  for (const auto& [run, upload] : promised.uploads) {
    if (upload.received) out << "run " << run << " has received everything and does not complete\n";
  }
}
}  // namespace

std::string broken_promises(const Promised& promised, const DatasetState& state, bool at_rest,
                            const TextOf& text_of) {
  std::ostringstream out;
  if (state.position < promised.position)
    out << "at position " << state.position << ", but " << promised.position << " was acknowledged\n";
  if (state.name != promised.name)
    out << "the name is '" << state.name << "', not '" << promised.name << "'\n";
  if ((state.deleted_at != 0) != promised.deleted) out << "deleted: " << state.deleted_at << '\n';
  out << support::miscounted(state);
  if (promised.deleted || state.deleted_at != 0) return out.str();
  for (const auto& [record, text] : promised.texts) {
    const RecordRow* row = state.record(RecordId(record));
    if (row == nullptr || !row->visible()) {
      out << "r" << record << " is gone\n";
    } else if (const std::string found = text_of(record); found != text) {
      out << "r" << record << " is '" << found << "', not '" << text << "'\n";
    }
  }
  for (const auto& [record, topic] : promised.by_hand) {
    const RecordRow* row = state.record(RecordId(record));
    if (row != nullptr && row->topic != topic)
      out << "r" << record << " has topic " << row->topic << ", not " << topic << '\n';
  }
  if (at_rest) compare_numbers(out, promised, state);
  return out.str();
}

}  // namespace sim
