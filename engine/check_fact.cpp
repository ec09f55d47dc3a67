#include "engine/check_fact.hpp"

namespace engine {

namespace {
using namespace schemas;  // the tables' names

template <class Column>
std::uint64_t size_of(const Column* column) {
  return column == nullptr ? 0 : column->size();
}
// A column that may be absent, or is as long as the others.
template <class Column>
bool fits(const Column* column, std::uint64_t size) {
  return column == nullptr || column->size() == size;
}

class Checker {
 public:
  explicit Checker(const DatasetState& state) : state_(state) {}

  [[nodiscard]] bool holds(const Fact& fact) const {
    const std::string_view body = fact.body;
    switch (fact.type) {
      case EventType::records_imported:
        return imported(view<RecordsImported>(body));
      case EventType::records_validated:
        return validated(view<RecordsValidated>(body));
      case EventType::record_edited:
        return known(view<RecordEdited>(body).record()->value());
      case EventType::records_deleted:
        return view<RecordsDeleted>(body).records() != nullptr &&
               all_known(view<RecordsDeleted>(body).records());
      case EventType::records_invalidated:
        return (view<RecordsInvalidated>(body).all() ||
                view<RecordsInvalidated>(body).records() != nullptr) &&
               all_known(view<RecordsInvalidated>(body).records());
      case EventType::records_erased:
        return all_known(view<RecordsErased>(body).records());
      case EventType::topics_assigned:
        return assigned(view<TopicsAssigned>(body));
      case EventType::topic_assigned_manually: {
        const auto& event = view<TopicAssignedManually>(body);
        return event.records() != nullptr && all_known(event.records()) &&
               (event.topic() == 0 || state_.topic_counts.contains(event.topic()));
      }
      case EventType::topic_removed: {
        const std::uint32_t heir = view<TopicRemoved>(body).reassign_to();
        return heir == 0 || state_.topic_counts.contains(heir);
      }
      case EventType::topic_split:
        return view<TopicSplit>(body).parts() != nullptr;
      case EventType::vectors_computed:
        return view<VectorsComputed>(body).records() != nullptr &&
               all_known(view<VectorsComputed>(body).records());
      case EventType::samples_graded: {
        const auto& event = view<SamplesGraded>(body);
        return event.scores() != nullptr && event.records() != nullptr && all_known(event.records()) &&
               event.records()->size() == event.scores()->size();
      }
      case EventType::generation_reviewed: {
        const auto& event = view<GenerationReviewed>(body);
        return size_of(event.accepted()) == 0 || event.topics() == nullptr ||
               range(event.first_record(), event.topics()->size());
      }
      default:  // speaks of no record
        return true;
    }
  }

 private:
  [[nodiscard]] bool known(std::uint64_t number) const {
    return number > 0 && number <= state_.records.size();
  }
  [[nodiscard]] bool range(std::uint64_t first, std::uint64_t count) const {
    return count == 0 || (known(first) && count <= state_.records.size() - first + 1);
  }
  template <class Numbers>
  [[nodiscard]] bool all_known(const Numbers* numbers) const {
    if (numbers == nullptr) return true;
    for (const std::uint64_t number : *numbers) {
      if (!known(number)) return false;
    }
    return true;
  }

  [[nodiscard]] bool imported(const RecordsImported& event) const {
    if (event.lengths() == nullptr || !fits(event.line_gaps(), event.lengths()->size())) return false;
    const Run* run = state_.run(*event.run());
    if (run == nullptr || !run->import) return false;
    if (event.truncated() == nullptr) return true;
    for (const std::uint32_t index : *event.truncated()) {
      if (index >= event.lengths()->size()) return false;
    }
    return true;
  }
  [[nodiscard]] bool validated(const RecordsValidated& event) const {
    const std::uint64_t count = size_of(event.codes());
    if (event.codes() == nullptr || !range(event.first_record()->value(), count)) return false;
    for (const std::uint8_t code : *event.codes()) {
      if (code >= code_count) return false;
    }
    return fits(event.flags(), count) && fits(event.tokens(), count) && fits(event.hashes(), 16 * count);
  }
  [[nodiscard]] bool assigned(const TopicsAssigned& event) const {
    const std::uint64_t count = size_of(event.topics());
    if (event.topics() == nullptr || !range(event.first_record()->value(), count)) return false;
    for (const std::uint32_t topic : *event.topics()) {
      if (topic != 0 && !state_.topic_counts.contains(topic)) return false;
    }
    return size_of(event.confidences()) == count && size_of(event.methods()) == count &&
           fits(event.runner_ups(), count);
  }

  const DatasetState& state_;
};
}  // namespace

Result<void> check_fact(const DatasetState& state, const Fact& fact) {
  if (Checker(state).holds(fact)) return {};
  return fail(ErrorCode::corrupt, "an event that fits those before it",
              std::string(name_of(fact.type)) + ", which speaks of what there is not",
              "the archive was not written by rftd, or was changed since",
              "position " + std::to_string(fact.position));
}

}  // namespace engine
