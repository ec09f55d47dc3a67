#include "steps/traces/message_events.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <unordered_map>

#include "steps/traces/call_fields.hpp"

namespace steps::traces {
namespace {

constexpr std::string_view details_event = "gen_ai.client.inference.operation.details";

std::string_view role_of(std::string_view name) {
  if (name == "gen_ai.system.message") return "system";
  if (name == "gen_ai.user.message") return "user";
  if (name == "gen_ai.assistant.message") return "assistant";
  return name == "gen_ai.tool.message" ? "tool" : "";
}

struct Gathered {
  MessagesIn prompt;
  MessagesIn output;
};

void gather(std::string_view name, const Datum& body, Gathered& all) {
  if (name == "gen_ai.choice") {
    read_messages(body, "assistant", name, all.output);
  } else if (const std::string_view role = role_of(name); !role.empty()) {
    read_messages(body, role, name, all.prompt);
  }
}

bool only_instructions(const std::vector<Message>& messages) {
  return std::ranges::all_of(messages, [](const Message& message) {
    return message.role == "system" || message.role == "developer";
  });
}

// The span may have the instructions, and the record the messages, with or without them.
void take_prompt(std::vector<Message> messages, Call& call) {
  if (messages.empty() || !only_instructions(call.prompt)) return;
  if (!only_instructions({messages.front()})) {
    messages.insert(messages.begin(), call.prompt.begin(), call.prompt.end());
  }
  call.prompt = std::move(messages);
}

// A streamed answer comes in a record for each of its parts.
void add_part(Message part, Message& output) {
  if (output.content.empty()) output.content = std::move(part.content);
  for (ToolCall& tool_call : part.tool_calls) {
    if (std::ranges::find(output.tool_calls, tool_call.id, &ToolCall::id) == output.tool_calls.end())
      output.tool_calls.push_back(std::move(tool_call));
  }
}

// Which choices there are stands in their `index`; they come in the order of their times.
void apply(Gathered all, Call& call) {
  for (const CallProblem& problem : all.prompt.problems)
    add_problem(call.problems, problem.problem, problem.attribute);
  take_prompt(std::move(all.prompt.messages), call);
  if (!call.output) take_output(std::move(all.output), call);
}

// `is_part`: an answer that the call has already came in the same way.
void read_details(const Attributes& attributes, bool is_part, Call& call) {
  AttributeSource source(attributes);
  Call told;
  read_fields(genai, source, told);
  take_prompt(std::move(told.prompt), call);
  if (!call.output) {
    call.output = std::move(told.output);
  } else if (is_part && told.output) {
    add_part(std::move(*told.output), *call.output);
  }
  if (call.tools.empty()) call.tools = std::move(told.tools);
}

// Until 1.27 the whole prompt was one attribute of an event.
void gather_content(const SpanEvent& event, Gathered& all) {
  if (const Value* prompt = find_attribute(event.attributes, "gen_ai.prompt")) {
    read_messages({prompt->is_text, prompt->text}, "user", event.name, all.prompt);
  }
  if (const Value* completion = find_attribute(event.attributes, "gen_ai.completion")) {
    read_messages({completion->is_text, completion->text}, "assistant", event.name, all.output);
  }
}

// Exporters send in batches, and one may end within a call whose records all have the same time. Then its
// last ones are at the end of one batch and at the beginning of the next, which has none before them.
void sort_in_time(std::vector<const LogRecord*>& records) {
  struct Batch {
    std::uint32_t first = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t count = 0;
  };
  std::unordered_map<std::uint64_t, Batch> batches;
  for (const LogRecord* record : records) {
    Batch& batch = batches[record->batch];
    batch.first = std::min(batch.first, record->index);
    ++batch.count;
  }
  const auto key = [&](const LogRecord* record) {
    const Batch& batch = batches.at(record->batch);
    return std::tuple(record->time_ns, ~batch.first, ~batch.count, record->batch, record->index);
  };
  std::ranges::sort(records, {}, key);
  const auto repeated = std::ranges::unique(records, {}, key);
  records.erase(repeated.begin(), repeated.end());
}

}  // namespace

bool is_call_event(std::string_view name) {
  return name == "gen_ai.choice" || name == details_event || !role_of(name).empty();
}

void read_span_events(const std::vector<SpanEvent>& events, Call& call) {
  Gathered all;
  for (const SpanEvent& event : events) {
    if (event.name == details_event) {
      read_details(event.attributes, false, call);
    } else if (event.name == "gen_ai.content.prompt" || event.name == "gen_ai.content.completion") {
      gather_content(event, all);
    } else if (is_call_event(event.name)) {
      std::string body;
      append_json(event.attributes, body);
      gather(event.name, {false, body}, all);
    }
  }
  apply(std::move(all), call);
}

void read_log_records(std::vector<const LogRecord*> records, Call& call) {
  sort_in_time(records);
  const bool had_output = call.output.has_value();
  Gathered all;
  for (const LogRecord* record : records) {
    if (record->event_name == details_event) {
      read_details(record->attributes, !had_output, call);
    } else {
      gather(record->event_name, {record->body.is_text, record->body.text}, all);
    }
  }
  apply(std::move(all), call);
}

void read_exception(const std::vector<SpanEvent>& events, Call& call) {
  for (const SpanEvent& event : events) {
    if (event.name != "exception") continue;
    const Value* message = find_attribute(event.attributes, "exception.message");
    const Value* type = find_attribute(event.attributes, "exception.type");
    const Value* why = message != nullptr && !message->text.empty() ? message : type;
    if (why != nullptr && call.error.empty()) call.error = why->text;
  }
}

}  // namespace steps::traces
