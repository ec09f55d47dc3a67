#include "steps/traces/call_fields.hpp"

#include <bitset>

#include "steps/text/json_string.hpp"
#include "steps/traces/call_values.hpp"
#include "steps/traces/message_items.hpp"
#include "steps/traces/unflatten.hpp"

namespace steps::traces {
namespace {

using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;
using text::no_value;

void set_text(std::string& field, const Datum& datum) {
  if (field.empty()) field = datum.bytes;
}

bool set_time(std::uint64_t& field, const Datum& datum) {
  const auto time = read_time(datum);
  if (time && field == 0) field = *time;
  return time.has_value();
}

bool set_length(Call& call, const Rule& rule, const Datum& datum) {
  if (rule.form == Form::time) {
    const auto at = read_time(datum);
    if (at && call.start_ns != 0 && *at >= call.start_ns) call.first_token_ns = *at - call.start_ns;
    return at.has_value();
  }
  const auto number = read_number(datum);
  if (!number || *number < 0) return false;
  call.first_token_ns = nanoseconds_of(*number, rule.form);
  return true;
}

template <class Number>
bool set_count(std::optional<Number>& field, const Datum& datum) {
  const auto number = read_number(datum);
  if (!number || *number < 0 || *number > 1e15) return false;
  field = static_cast<Number>(*number);
  return true;
}

void set_prompt(Call& call, std::string_view role, const Rule& rule, const Datum& datum) {
  MessagesIn in;
  in.problems = std::move(call.problems);
  read_messages(datum, role, rule.attribute, in);
  unpack_items(rule.attribute, in);
  join_tool_calls(in.messages);
  call.problems = std::move(in.problems);
  for (Message& message : in.messages) {
    // Instructions that also stand at the head of the messages.
    if (call.prompt.size() == 1 && call.prompt.front() == message && message.role == "system") continue;
    call.prompt.push_back(std::move(message));
  }
}

void set_output(Call& call, const Rule& rule, const Datum& datum) {
  MessagesIn in;
  read_messages(datum, "assistant", rule.attribute, in);
  if (rule.form == Form::indexed_items) join_tool_calls(in.messages);
  take_output(std::move(in), call);
}

void set_output_text(Call& call, const Datum& datum) {
  if (!call.output) call.output = Message{"assistant", {}, {}, {}, {}};
  if (call.output->content.empty()) text::append_quoted(datum.bytes, call.output->content);
}

void set_output_calls(Call& call, const Rule& rule, const Datum& datum) {
  MessagesIn in;
  std::string message = R"({"role":"assistant","tool_calls":)";
  message += datum.bytes;
  message += '}';
  read_messages({false, message}, "assistant", rule.attribute, in);
  for (const CallProblem& problem : in.problems)
    add_problem(call.problems, problem.problem, problem.attribute);
  if (in.messages.empty()) return;
  if (!call.output) call.output = Message{"assistant", {}, {}, {}, {}};
  call.output->tool_calls = std::move(in.messages.front().tool_calls);
}

void set_labels(Call& call, const Datum& datum) {
  for (const std::string& label : read_list(datum)) add_label(call, label);
}

void set_error(Call& call, const Datum& datum) {
  call.failed = true;
  set_text(call.error, datum);
}

// False when the value is not of the kind that the field needs.
bool set(Call& call, const Rule& rule, const Datum& datum) {
  switch (rule.field) {
    case Field::model_asked:
      return set_text(call.model_asked, datum), datum.is_text;
    case Field::model_used:
      return set_text(call.model_used, datum), datum.is_text;
    case Field::provider:
      return set_text(call.provider, datum), datum.is_text;
    case Field::system:
      return set_prompt(call, "system", rule, datum), true;
    case Field::prompt:
      return set_prompt(call, "user", rule, datum), true;
    case Field::output:
      return set_output(call, rule, datum), true;
    case Field::output_text:
      return set_output_text(call, datum), true;
    case Field::output_calls:
      return set_output_calls(call, rule, datum), true;
    case Field::tools:
      return call.tools = read_tools(datum), true;
    case Field::tool_choice:
      return call.tool_choice = as_json(datum), true;
    case Field::finish_reason: {
      const auto reasons = read_list(datum);
      if (!reasons.empty()) set_text(call.finish_reason, {true, reasons.front()});
      return !reasons.empty();
    }
    case Field::tokens_in:
      return set_count(call.tokens_in, datum);
    case Field::tokens_out:
      return set_count(call.tokens_out, datum);
    case Field::tokens_cached:
      return set_count(call.tokens_cached, datum);
    case Field::tokens_reasoning:
      return set_count(call.tokens_reasoning, datum);
    case Field::cost:
      return set_count(call.cost_usd, datum);
    case Field::first_token:
      return set_length(call, rule, datum);
    case Field::start:
      return set_time(call.start_ns, datum);
    case Field::end:
      return set_time(call.end_ns, datum);
    case Field::failed:
      return call.failed = call.failed || says_failed(datum.bytes), true;
    case Field::error:
      return set_error(call, datum), true;
    case Field::error_text:
      return set_text(call.error, datum), true;
    case Field::session:
      return set_text(call.session, datum), true;
    case Field::thread:
      return set_text(call.thread, datum), true;
    case Field::run:
      return set_text(call.run, datum), true;
    case Field::user:
      return set_text(call.user, datum), true;
    case Field::label:
      return set_labels(call, datum), true;
    case Field::trace_id:
      return set_text(call.trace_id, datum), true;
    case Field::span_id:
      return set_text(call.span_id, datum), true;
  }
  return false;
}

bool is_set_by(const Call& call, Field field) {
  switch (field) {
    case Field::prompt:
      return !call.prompt.empty() && call.prompt.back().role != "system";
    case Field::output:
      return call.output.has_value();
    case Field::tools:
      return !call.tools.empty();
    default:
      return true;
  }
}

void read_rules(std::span<const Rule> rules, Source& source, Call& call, std::bitset<field_count>& done) {
  for (const Rule& rule : rules) {
    const auto field = static_cast<std::size_t>(rule.field);
    if (done[field] && rule.field != Field::label) continue;
    std::string built;
    std::optional<Datum> datum;
    if (rule.form == Form::indexed || rule.form == Form::indexed_items) {
      built = source.indexed(rule.attribute);
      if (!built.empty()) datum = Datum{false, built};
    } else {
      datum = source.find(rule.attribute);
      if (datum && rule.form == Form::json) datum->is_text = false;
    }
    if (!datum || datum->bytes.empty()) continue;
    if (!set(call, rule, *datum)) {
      add_problem(call.problems, Problem::wrong_type, rule.attribute);
      continue;
    }
    // A value that held nothing of the kind lets the next rule try.
    done[field] = is_set_by(call, rule.field);
  }
}

bool fits(std::string_view pattern, std::string_view text) {
  if (pattern.ends_with('*')) return text.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == text;
}

}  // namespace

void take_output(MessagesIn in, Call& call) {
  for (const CallProblem& problem : in.problems)
    add_problem(call.problems, problem.problem, problem.attribute);
  set_text(call.finish_reason, {true, in.finish_reason});
  for (Message& message : in.messages) {
    if (message.role != "assistant" || (message.content.empty() && message.tool_calls.empty())) continue;
    if (call.output) {
      ++call.other_answers;
    } else {
      call.output = std::move(message);
    }
  }
}

bool matches(Source& source, std::string_view span_name, std::span<const Mark> marks) {
  for (const Mark& mark : marks) {
    if (mark.attribute.empty()) {
      if (fits(mark.value, span_name)) return true;
    } else if (mark.value.empty()) {
      if (source.has(mark.attribute)) return true;
    } else if (const auto datum = source.find(mark.attribute); datum && fits(mark.value, datum->bytes)) {
      return true;
    }
  }
  return false;
}

void read_fields(const Dialect& dialect, Source& source, Call& call) {
  std::bitset<field_count> done;
  for (const Dialect* table = &dialect; table != nullptr; table = table->also) {
    read_rules(table->rules, source, call, done);
  }
}

void read_context(Source& source, Call& call) {
  std::bitset<field_count> done;
  read_rules(context_rules(), source, call, done);
}

std::optional<Datum> find_path(const JsonIndex& json, JsonRef value, std::string_view path,
                               std::deque<std::string>& kept) {
  while (!path.empty() && value != no_value) {
    const std::size_t dot = path.find('.');
    value = json.field(value, path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    if (path.empty() || !json.is(value, JsonKind::string)) continue;
    std::string buffer;
    kept.emplace_back(json.string(value, buffer));
    JsonIndex inside;
    if (inside.parse(kept.back())) return std::nullopt;
    return find_path(inside, inside.root(), path, kept);
  }
  if (value == no_value || json.is(value, JsonKind::null)) return std::nullopt;
  if (!json.is(value, JsonKind::string)) return Datum{false, json.raw(value)};
  std::string buffer;
  kept.emplace_back(json.string(value, buffer));
  return Datum{true, kept.back()};
}

std::optional<Datum> JsonSource::find(std::string_view name) {
  return find_path(json_, json_.root(), name, kept_);
}

std::optional<Datum> AttributeSource::find(std::string_view name) {
  const auto usable = [](const Value& value) { return value.is_text || value.text != "null"; };
  if (const Value* value = find_attribute(attributes_, name)) {
    return usable(*value) ? std::optional<Datum>({value->is_text, value->text}) : std::nullopt;
  }
  const std::size_t dot = name.find('.');
  const Value* outer =
      dot == std::string_view::npos ? nullptr : find_attribute(attributes_, name.substr(0, dot));
  if (outer == nullptr) return std::nullopt;
  for (const Parsed& parsed : parsed_) {
    if (parsed.value == outer) {
      return parsed.json.empty() ? std::nullopt
                                 : find_path(parsed.json, parsed.json.root(), name.substr(dot + 1), kept_);
    }
  }
  Parsed& parsed = parsed_.emplace_back(outer, JsonIndex{});
  if (parsed.json.parse(outer->text)) return std::nullopt;
  return find_path(parsed.json, parsed.json.root(), name.substr(dot + 1), kept_);
}

std::string AttributeSource::indexed(std::string_view prefix) {
  return unflatten(attributes_, prefix);
}

bool AttributeSource::has(std::string_view name) {
  for (const Attribute& attribute : attributes_) {
    if (fits(name, attribute.key)) return true;
  }
  return false;
}

}  // namespace steps::traces
