#include <array>

#include "steps/traces/dialect.hpp"

namespace steps::traces {

std::span<const Dialect* const> span_dialects() {
  // Spans of the first three also carry attributes of the general conventions, so those come last.
  static constexpr std::array<const Dialect*, 5> all{&vllora, &vercel, &openinference, &traceloop, &genai};
  return all;
}

std::span<const Dialect* const> line_dialects() {
  static constexpr std::array<const Dialect*, 3> all{&litellm, &langfuse, &plain};
  return all;
}

std::span<const Rule> context_rules() {
  static constexpr std::array rules{
      Rule{"session.id", Field::session},
      Rule{"langfuse.session.id", Field::session},
      Rule{"traceloop.association.properties.session_id", Field::session},
      Rule{"ai.telemetry.metadata.sessionId", Field::session},
      Rule{"gen_ai.conversation.id", Field::thread},
      Rule{"thread_id", Field::thread},
      Rule{"vllora.thread_id", Field::thread},
      Rule{"traceloop.association.properties.thread_id", Field::thread},
      Rule{"run_id", Field::run},
      Rule{"vllora.run_id", Field::run},
      Rule{"user.id", Field::user},
      Rule{"enduser.id", Field::user},
      Rule{"langfuse.user.id", Field::user},
      Rule{"traceloop.association.properties.user_id", Field::user},
      Rule{"ai.telemetry.metadata.userId", Field::user},
      Rule{"label", Field::label},
      Rule{"vllora.label", Field::label},
      Rule{"tag.tags", Field::label},
      Rule{"langfuse.trace.tags", Field::label},
      Rule{"ai.telemetry.functionId", Field::label},
      Rule{"gen_ai.agent.name", Field::label},
  };
  return rules;
}

}  // namespace steps::traces
