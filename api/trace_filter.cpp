#include "api/trace_filter.hpp"

#include <algorithm>
#include <map>

#include "api/time_text.hpp"
#include "steps/traces/fold.hpp"

namespace api {

namespace traces = steps::traces;

namespace {
constexpr std::size_t ids_max = 100'000;
constexpr std::string_view trace_filters =
    "from to model provider dialect status has_tools has_output q system label session min_turns tokens_gte "
    "tokens_lt";

// The values of a filter as texts, wherever they stood; `place` begins what errors call them.
struct Values {
  std::map<std::string, std::vector<std::string>, std::less<>> of;
  std::string place;

  [[nodiscard]] std::vector<std::string> all(std::string_view name) const {
    const auto found = of.find(name);
    return found == of.end() ? std::vector<std::string>{} : found->second;
  }
  [[nodiscard]] std::optional<std::string> one(std::string_view name) const {
    const auto found = of.find(name);
    return found == of.end() || found->second.empty() ? std::nullopt : std::optional(found->second.front());
  }
  [[nodiscard]] Error wrong(std::string_view name, std::string wanted, const std::string& found) const {
    return {ErrorCode::invalid_argument, std::move(wanted), "'" + found + "'", {}, place + std::string(name)};
  }
};

bool is_filter(std::string_view name) {
  std::string_view rest = trace_filters;
  while (!rest.empty()) {
    const std::string_view known = rest.substr(0, rest.find(' '));
    if (known == name) return true;
    rest.remove_prefix(std::min(known.size() + 1, rest.size()));
  }
  return false;
}

Result<std::optional<std::int64_t>> time_in(const Values& values, std::string_view name) {
  const auto text = values.one(name);
  if (!text || text->empty()) return std::optional<std::int64_t>();
  const auto time = from_rfc3339(*text);
  if (!time)
    return std::unexpected(values.wrong(name, "an RFC 3339 time such as 2026-01-31T12:00:00Z", *text));
  return time;
}

Result<std::optional<bool>> flag_in(const Values& values, std::string_view name, std::string_view yes,
                                    std::string_view no) {
  const auto text = values.one(name);
  if (!text || text->empty()) return std::optional<bool>();
  if (*text == yes) return std::optional(true);
  if (*text == no) return std::optional(false);
  return std::unexpected(values.wrong(name, std::string(yes) + " or " + std::string(no), *text));
}

Result<std::optional<std::uint64_t>> number_in(const Values& values, std::string_view name) {
  const auto text = values.one(name);
  if (!text || text->empty()) return std::optional<std::uint64_t>();
  const auto number = whole_number(*text);
  if (!number) return std::unexpected(values.wrong(name, "a whole number", *text));
  return number;
}

Result<traces::CallFilter> filter_from(const Values& values) {
  traces::CallFilter filter;
  filter.models = values.all("model");
  filter.providers = values.all("provider");
  filter.dialects = values.all("dialect");
  filter.labels = values.all("label");
  filter.words = values.one("q").value_or("");
  filter.system_words = values.one("system").value_or("");
  filter.session = values.one("session").value_or("");
  Result<void> outcome;
  const auto set = [&](auto& target, auto read) {
    if (!read && outcome) outcome = std::unexpected(read.error());
    if (read) target = *read;
  };
  set(filter.from, time_in(values, "from"));
  set(filter.before, time_in(values, "to"));
  set(filter.failed, flag_in(values, "status", "error", "ok"));
  set(filter.has_tools, flag_in(values, "has_tools", "true", "false"));
  set(filter.has_output, flag_in(values, "has_output", "true", "false"));
  set(filter.tokens_from, number_in(values, "tokens_gte"));
  set(filter.tokens_before, number_in(values, "tokens_lt"));
  std::optional<std::uint64_t> turns;
  set(turns, number_in(values, "min_turns"));
  filter.turns_min = static_cast<std::uint32_t>(std::min<std::uint64_t>(turns.value_or(0), UINT32_MAX));
  if (!outcome) return std::unexpected(outcome.error());
  return filter;
}

std::optional<std::string> text_in(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
  return std::nullopt;
}
}  // namespace

Result<traces::CallFilter> trace_filter_from(const Request& request) {
  Values values;
  values.place = "?";
  for (const auto& [name, value] : request.query) {
    if (is_filter(name) && !value.empty()) values.of[name].push_back(value);
  }
  return filter_from(values);
}

Result<traces::CallFilter> trace_filter_from(const Json& object, const std::string& pointer) {
  Values values;
  values.place = pointer + "/";
  for (const auto& [name, value] : object.items()) {
    if (!is_filter(name)) {
      return fail(ErrorCode::invalid_argument, "one of " + std::string(trace_filters), "'" + name + "'", {},
                  values.place + name);
    }
    if (value.is_null()) continue;
    auto& texts = values.of[name];
    for (const Json& one : value.is_array() ? value : Json::array({value})) {
      const auto text = text_in(one);
      if (!text) {
        return fail(ErrorCode::invalid_argument, "a text, a whole number, true or false",
                    one.dump().substr(0, 40), {}, values.place + name);
      }
      if (!text->empty()) texts.push_back(*text);
    }
  }
  return filter_from(values);
}

Result<TraceSelection> trace_selection_from(const Json& body, Fields& fields, const std::string& pointer) {
  TraceSelection selection;
  if (const Json* object = fields.object("filter")) {
    auto filter = trace_filter_from(*object, pointer + "/filter");
    if (!filter) return std::unexpected(filter.error());
    selection.calls.filter = std::move(*filter);
    selection.filter = to_bytes(*object);
  }
  if (fields.array("ids") != nullptr) {
    if (selection.calls.filter)
      fields.refuse("ids", "either a filter or ids", "both", "leave one of them out");
    for (const Json& id : body["ids"]) {
      const std::string text = id.is_string() ? id.get<std::string>() : id.dump();
      const auto number =
          text.starts_with('c') ? whole_number(std::string_view(text).substr(1)) : std::nullopt;
      if (!number) {
        fields.refuse("ids", "ids of calls such as c12", "'" + text.substr(0, 40) + "'");
        break;
      }
      selection.calls.numbers.push_back(*number);
    }
    if (selection.calls.numbers.size() > ids_max)
      fields.refuse("ids", "at most 100,000 ids", std::to_string(selection.calls.numbers.size()),
                    "use a filter");
    if (selection.calls.numbers.empty()) fields.refuse("ids", "at least one id of a call", "none");
  }
  const std::string folding =
      fields.choice("folding", "not_a_prefix", {"not_a_prefix", "every_call", "last_of_session"});
  selection.calls.folding = traces::folding_from_name(folding).value_or(traces::Folding::not_a_prefix);
  selection.calls.with_failed = fields.flag("with_failed", false);
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return selection;
}

}  // namespace api
