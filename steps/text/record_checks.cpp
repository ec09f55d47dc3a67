#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "steps/text/scratch.hpp"
#include "steps/text/utf8.hpp"

namespace steps::text {
namespace {

constexpr std::size_t shown_characters_max = 40;

// Whether text that is still escaped cannot be blank, by its first byte; most texts can be told so.
bool begins_with_a_sign(std::string_view raw) {
  return !raw.empty() && raw.front() > ' ' && raw.front() < 0x7f && raw.front() != '\\';
}

// The checks of one record, in their order. Each gives true when it found a fault, which it has then written
// down.
class Checks {
 public:
  Checks(Scratch::State& state, const ValidationRules& rules, Verdict& verdict)
      : state_(state), json_(state.json), parts_(state.parts), rules_(rules), verdict_(verdict) {}

  bool run() {
    return messages() || roles() || users() || shortness() || tools() || calls() || result_ids() || results();
  }

 private:
  bool messages();
  bool roles();
  bool users();
  bool shortness();
  bool tools();
  bool calls();
  bool call(std::size_t index, JsonRef call, std::size_t position);
  bool function(std::size_t index, JsonRef function, const std::string& path);
  bool result_ids();
  bool results();

  bool fault(Code code, std::size_t index, std::string where, std::string_view wanted,
             std::string_view found) {
    verdict_.code = code;
    verdict_.message_index = static_cast<std::uint32_t>(index);
    verdict_.detail = std::move(where);
    verdict_.detail.append(": expected ").append(wanted).append(", found ").append(found);
    return true;
  }
  std::string path(std::size_t index, std::string_view field) const {
    return (parts_.holder == json_.root() ? "messages[" : "input.messages[") + std::to_string(index) + "]" +
           std::string(field);
  }
  // What stands there, for a message: 'text', cut short, or its kind.
  std::string shown(JsonRef value);
  bool is_filled_string(JsonRef value) const {
    return json_.is(value, JsonKind::string) && !json_.raw_string(value).empty();
  }
  bool is_present(JsonRef value) const { return value != no_value && !json_.is(value, JsonKind::null); }
  std::uint64_t hash(JsonRef text) {
    const std::string_view id = json_.string(text, state_.buffer);
    return XXH3_64bits(id.data(), id.size());
  }

  Scratch::State& state_;
  const JsonIndex& json_;
  const RecordParts& parts_;
  const ValidationRules& rules_;
  Verdict& verdict_;
};

std::string Checks::shown(JsonRef value) {
  if (value == no_value) return "nothing";
  if (!json_.is(value, JsonKind::string)) return std::string(json_kind_name(json_.kind(value)));
  const std::string_view text = json_.string(value, state_.buffer);
  std::string shown = "'";
  std::size_t at = 0;
  for (std::size_t characters = 0; at < text.size() && characters < shown_characters_max; ++characters) {
    const std::size_t length = std::max<std::size_t>(1, utf8_sequence(text, at));
    shown.append(static_cast<unsigned char>(text[at]) < 0x20 ? " " : text.substr(at, length));
    at += length;
  }
  return shown + (at < text.size() ? "…'" : "'");
}

bool Checks::messages() {
  const std::string where = parts_.holder == json_.root() ? "messages" : "input.messages";
  if (parts_.messages == no_value) {
    return fault(Code::missing_messages, 0, where, "an array of messages", "no such field");
  }
  if (!json_.is(parts_.messages, JsonKind::array)) {
    return fault(Code::empty_messages, 0, where, "an array of messages",
                 json_kind_name(json_.kind(parts_.messages)));
  }
  return parts_.message.empty() &&
         fault(Code::empty_messages, 0, where, "at least one message", "an empty array");
}

bool Checks::roles() {
  for (std::size_t i = 0; i < parts_.message.size(); ++i) {
    const Message& message = parts_.message[i];
    if (message.role != Role::none) continue;
    if (!json_.is(message.value, JsonKind::object)) {
      return fault(Code::invalid_role, i, path(i, ""), "an object with a role",
                   json_kind_name(json_.kind(message.value)));
    }
    return fault(Code::invalid_role, i, path(i, ".role"),
                 "system, developer, user, assistant, tool or function", shown(message.role_value));
  }
  return false;
}

bool Checks::users() {
  bool has_user = false;
  for (std::size_t i = 0; i < parts_.prompt_size; ++i) {
    const Message& message = parts_.message[i];
    if (message.role != Role::user) continue;
    has_user = true;
    bool has_text = false;
    const bool has_other = for_each_text(json_, message.content, [&](JsonRef text) {
      has_text = has_text || begins_with_a_sign(json_.raw_string(text)) ||
                 !is_blank_text(json_.string(text, state_.buffer));
    });
    if (has_text || has_other) continue;
    const bool is_readable =
        json_.is(message.content, JsonKind::string) || json_.is(message.content, JsonKind::array);
    return fault(Code::empty_user_message, i, path(i, ".content"),
                 "text that is not blank, or a content part",
                 is_readable ? "only white space" : shown(message.content));
  }
  return !has_user &&
         fault(Code::no_user_message, 0, parts_.holder == json_.root() ? "messages" : "input.messages",
               "a message from the user before the answer", "none");
}

bool Checks::shortness() {
  if (rules_.min_user_characters == 0) return false;
  std::size_t last = parts_.prompt_size;
  while (parts_.message[--last].role != Role::user) {
  }
  std::size_t characters = 0;
  const bool has_other = for_each_text(json_, parts_.message[last].content, [&](JsonRef text) {
    characters += utf8_length(json_.string(text, state_.buffer));
  });
  return !has_other && characters < rules_.min_user_characters &&
         fault(Code::user_message_too_short, last, path(last, ".content"),
               "at least " + std::to_string(rules_.min_user_characters) + " characters",
               std::to_string(characters));
}

bool Checks::tools() {
  if (parts_.tools == no_value) return false;
  const std::string where = parts_.holder == json_.root() ? "tools" : "input.tools";
  if (!json_.is(parts_.tools, JsonKind::array)) {
    return fault(Code::invalid_tool_call, 0, where, "an array of tools",
                 json_kind_name(json_.kind(parts_.tools)));
  }
  std::size_t position = 0;
  for (JsonRef tool = json_.first(parts_.tools); tool != json_.end(parts_.tools); tool = json_.next(tool)) {
    if (!json_.is(tool, JsonKind::object)) {
      return fault(Code::invalid_tool_call, 0, where + "[" + std::to_string(position) + "]", "an object",
                   json_kind_name(json_.kind(tool)));
    }
    ++position;
  }
  return false;
}

bool Checks::calls() {
  for (std::size_t i = 0; i < parts_.message.size(); ++i) {
    const Message& message = parts_.message[i];
    if (is_present(message.function_call) && function(i, message.function_call, ".function_call"))
      return true;
    if (!is_present(message.tool_calls)) continue;
    if (!json_.is(message.tool_calls, JsonKind::array)) {
      return fault(Code::invalid_tool_call, i, path(i, ".tool_calls"), "an array of calls",
                   json_kind_name(json_.kind(message.tool_calls)));
    }
    std::size_t position = 0;
    for (JsonRef c = json_.first(message.tool_calls); c != json_.end(message.tool_calls); c = json_.next(c)) {
      if (call(i, c, position++)) return true;
    }
  }
  return false;
}

bool Checks::call(std::size_t index, JsonRef call, std::size_t position) {
  const auto here = [position](std::string_view field) {
    return ".tool_calls[" + std::to_string(position) + "]" + std::string(field);
  };
  if (!json_.is(call, JsonKind::object)) {
    return fault(Code::invalid_tool_call, index, path(index, here("")), "an object",
                 json_kind_name(json_.kind(call)));
  }
  if (const JsonRef id = json_.field(call, "id"); !is_filled_string(id)) {
    return fault(Code::invalid_tool_call, index, path(index, here(".id")), "an id", shown(id));
  }
  const JsonRef type = json_.field(call, "type");
  if (json_.is(type, JsonKind::string) && json_.string_equals(type, "custom")) {
    const JsonRef name = json_.field(json_.field(call, "custom"), "name");
    return !is_filled_string(name) &&
           fault(Code::invalid_tool_call, index, path(index, here(".custom.name")), "a name", shown(name));
  }
  if (!json_.is(type, JsonKind::string) || !json_.string_equals(type, "function")) {
    return fault(Code::invalid_tool_call, index, path(index, here(".type")), "function or custom",
                 shown(type));
  }
  return function(index, json_.field(call, "function"), here(".function"));
}

bool Checks::function(std::size_t index, JsonRef function, const std::string& where) {
  if (!json_.is(function, JsonKind::object)) {
    return fault(Code::invalid_tool_call, index, path(index, where), "an object with name and arguments",
                 shown(function));
  }
  if (const JsonRef name = json_.field(function, "name"); !is_filled_string(name)) {
    return fault(Code::invalid_tool_call, index, path(index, where + ".name"), "a name", shown(name));
  }
  const JsonRef arguments = json_.field(function, "arguments");
  const std::string_view wanted = "a string that holds a JSON object";
  if (!json_.is(arguments, JsonKind::string)) {
    return fault(Code::invalid_tool_call, index, path(index, where + ".arguments"), wanted, shown(arguments));
  }
  JsonIndex& inner = state_.arguments;
  if (const JsonFault broken = inner.parse(json_.string(arguments, state_.buffer))) {
    const std::string text = shown(arguments);
    return fault(Code::invalid_tool_call, index, path(index, where + ".arguments"), wanted,
                 text + " (" + std::string(broken.what) + ")");
  }
  return !inner.is(inner.root(), JsonKind::object) &&
         fault(Code::invalid_tool_call, index, path(index, where + ".arguments"), wanted,
               "a string that holds " + std::string(json_kind_name(inner.kind(inner.root()))));
}

bool Checks::result_ids() {
  for (std::size_t i = 0; i < parts_.message.size(); ++i) {
    const Message& message = parts_.message[i];
    if (message.role != Role::tool || is_filled_string(message.tool_call_id)) continue;
    return fault(Code::missing_tool_call_id, i, path(i, ".tool_call_id"),
                 "the id of the call that it answers", shown(message.tool_call_id));
  }
  return false;
}

bool Checks::results() {
  state_.answers.clear();
  // Function names are told apart from call ids, so that neither answers for the other.
  constexpr std::uint64_t is_name = 0x9e3779b97f4a7c15U;
  for (std::size_t i = 0; i < parts_.message.size(); ++i) {
    const Message& message = parts_.message[i];
    if (message.role == Role::tool && !state_.answers.contains(hash(message.tool_call_id))) {
      return fault(Code::orphan_tool_result, i, path(i, ".tool_call_id"), "the id of an earlier call",
                   shown(message.tool_call_id));
    }
    if (message.role == Role::function &&
        (!is_filled_string(message.name) || !state_.answers.contains(hash(message.name) ^ is_name))) {
      return fault(Code::orphan_tool_result, i, path(i, ".name"), "the name of an earlier function call",
                   shown(message.name));
    }
    if (is_present(message.function_call)) {
      state_.answers.insert(hash(json_.field(message.function_call, "name")) ^ is_name);
    }
    if (!is_present(message.tool_calls)) continue;
    for (JsonRef c = json_.first(message.tool_calls); c != json_.end(message.tool_calls); c = json_.next(c)) {
      state_.answers.insert(hash(json_.field(c, "id")));
    }
  }
  return false;
}

}  // namespace

void check_record(Scratch::State& state, const ValidationRules& rules, Verdict& verdict) {
  Checks(state, rules, verdict).run();
}

}  // namespace steps::text
