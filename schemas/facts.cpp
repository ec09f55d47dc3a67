#include "schemas/facts.hpp"

#include <array>

#include "flatbuffers/minireflect.h"

namespace schemas {

namespace {
constexpr std::array<std::string_view, 10> step_names{"import",   "validate", "topics", "categorize",
                                                      "coverage", "generate", "grader", "dry_run",
                                                      "train",    "deploy"};

// `type` may hold a number that a newer build wrote, so this switch answers for those after it.
template <class Visitor>
auto with_table(EventType type, Visitor visitor, decltype(visitor.unknown()) fallback) {
  switch (type) {
    case EventType::none:
      return fallback;
#define RFTD_FACT_CASE(event_type, Table) \
  case EventType::event_type:             \
    return visitor.template known<Table>(Table##TypeTable());
      RFTD_FACTS(RFTD_FACT_CASE)
#undef RFTD_FACT_CASE
  }
  return fallback;
}

struct Verify {
  std::string_view body;
  static bool unknown() { return false; }
  template <class Table>
  bool known(const flatbuffers::TypeTable* /*table*/) const {
    flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(body.data()), body.size());
    return verifier.VerifyBuffer<Table>(nullptr);
  }
};

struct Print {
  std::string_view body;
  static std::string unknown() { return "{}"; }
  template <class Table>
  std::string known(const flatbuffers::TypeTable* table) const {
    flatbuffers::ToStringVisitor visitor("", /*quotes=*/true, "", /*vdelimited=*/true);
    flatbuffers::IterateFlatBuffer(reinterpret_cast<const std::uint8_t*>(body.data()), table, &visitor);
    return visitor.s;
  }
};
}  // namespace

std::uint16_t current_version(EventType /*type*/) {
  return 1;
}

Result<void> verify_body(EventType type, std::string_view body) {
  if (with_table(type, Verify{body}, false)) return {};
  return fail(ErrorCode::corrupt, "a well-formed body of type " + std::string(name_of(type)),
              std::to_string(body.size()) + " bytes that are not one",
              "run `rftctl audit --verify` to find the first bad position");
}

std::string to_json(EventType type, std::string_view body) {
  return with_table(type, Print{body}, std::string("{}"));
}

std::string_view name_of(EventType type) {
  switch (type) {
    case EventType::none:
      return "none";
#define RFTD_FACT_NAME(event_type, Table) \
  case EventType::event_type:             \
    return #event_type;
      RFTD_FACTS(RFTD_FACT_NAME)
#undef RFTD_FACT_NAME
  }
  return "unknown";
}

EventType event_type_from(std::string_view name) {
  for (const EventType type : EnumValuesEventType()) {
    if (name_of(type) == name) return type;
  }
  return EventType::none;
}

std::string_view name_of(StepName step) {
  return step_names.at(static_cast<std::size_t>(step));
}

Result<StepName> step_from(std::string_view name) {
  for (std::size_t i = 0; i < step_names.size(); ++i) {
    if (step_names.at(i) == name) return static_cast<StepName>(i);
  }
  return fail(ErrorCode::invalid_argument, "the name of a step (import, topics, coverage, …)",
              "'" + std::string(name) + "'");
}

}  // namespace schemas
