#include "api/json_body.hpp"

#include <algorithm>

namespace api {

namespace {
std::size_t depth_of(std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

std::string kind_of(const Json& value) {
  if (value.is_null()) return "null";
  return std::string(value.is_array() || value.is_object() ? "an " : "a ") + value.type_name();
}

// The library's text without its "[json.exception…] parse error at line 1, column 2: ".
std::string reason_in(const std::string& what) {
  const std::size_t start = what.find(": ");
  return start == std::string::npos ? what : what.substr(start + 2);
}
}  // namespace

Result<Json> parse_json(std::string_view text, std::size_t depth_max) {
  const std::size_t depth = depth_of(text);
  if (depth > depth_max) {
    return fail(ErrorCode::invalid_argument, "JSON of at most " + std::to_string(depth_max) + " levels",
                std::to_string(depth), {}, "body");
  }
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& wrong) {
    const std::string_view before = text.substr(0, wrong.byte == 0 ? 0 : wrong.byte - 1);
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::size_t newline = before.rfind('\n');
    const std::size_t column = before.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
    return fail(ErrorCode::invalid_argument, "JSON", reason_in(wrong.what()), {},
                "body, line " + std::to_string(line) + " column " + std::to_string(column));
  } catch (const Json::exception& wrong) {
    return fail(ErrorCode::invalid_argument, "JSON", reason_in(wrong.what()), {}, "body");
  }
}

Result<Json> body_of(const Call& call) {
  if (call.request.body.empty()) return Json::object();
  return parse_json(call.request.body, call.services->config.limits.depth);
}

Fields::Fields(const Json& object, std::string pointer, std::initializer_list<std::string_view> known)
    : object_(&object), pointer_(std::move(pointer)) {
  if (!object.is_object()) {
    error_ = Error{ErrorCode::invalid_argument, "an object", kind_of(object), {}, pointer_};
    return;
  }
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(known, std::string_view(name)) != known.end()) continue;
    std::string names;
    for (const std::string_view field : known) names += (names.empty() ? "" : ", ") + std::string(field);
    refuse(name, "one of " + names, "an unknown field");
    return;
  }
}

const Json* Fields::find(std::string_view name) const {
  if (!object_->is_object()) return nullptr;
  const auto found = object_->find(std::string(name));
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

bool Fields::has(std::string_view name) const {
  return find(name) != nullptr;
}

std::string Fields::at(std::string_view name) const {
  return pointer_ + "/" + std::string(name);
}

void Fields::refuse(std::string_view name, std::string wanted, std::string found, std::string hint) {
  if (error_) return;
  error_ = Error{ErrorCode::invalid_argument, std::move(wanted), std::move(found), std::move(hint), at(name)};
}

void Fields::refuse_kind(std::string_view name, std::string wanted, const Json& found) {
  refuse(name, std::move(wanted), kind_of(found));
}

Result<void> Fields::good() const {
  if (error_) return std::unexpected(*error_);
  return {};
}

std::string Fields::text(std::string_view name) {
  if (!has(name)) refuse(name, "a string", "nothing");
  return optional_text(name).value_or(std::string{});
}

std::optional<std::string> Fields::optional_text(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  refuse_kind(name, "a string", *value);
  return std::nullopt;
}

bool Fields::flag(std::string_view name, bool fallback) {
  const Json* value = find(name);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  refuse_kind(name, "true or false", *value);
  return fallback;
}

std::uint64_t Fields::number(std::string_view name, std::uint64_t fallback, std::uint64_t low,
                             std::uint64_t high) {
  const Json* value = find(name);
  if (value == nullptr) return fallback;
  const std::string wanted = "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
  if (!value->is_number_unsigned()) {
    value->is_number() ? refuse(name, wanted, value->dump()) : refuse_kind(name, wanted, *value);
    return fallback;
  }
  const auto given = value->get<std::uint64_t>();
  if (given < low || given > high) refuse(name, wanted, std::to_string(given));
  return given;
}

std::optional<double> Fields::optional_decimal(std::string_view name, double low, double high) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    refuse_kind(name, "a number", *value);
    return std::nullopt;
  }
  const auto given = value->get<double>();
  if (!(given >= low && given <= high))
    refuse(name, "a number from " + Json(low).dump() + " to " + Json(high).dump(), value->dump());
  return given;
}

std::string Fields::choice(std::string_view name, std::string_view fallback,
                           std::initializer_list<std::string_view> allowed) {
  const auto given = optional_text(name);
  if (!given) return std::string(fallback);
  if (std::ranges::find(allowed, std::string_view(*given)) != allowed.end()) return *given;
  std::string names;
  for (const std::string_view one : allowed) names += (names.empty() ? "" : ", ") + std::string(one);
  refuse(name, "one of " + names, "'" + *given + "'");
  return std::string(fallback);
}

std::vector<std::string> Fields::texts(std::string_view name) {
  std::vector<std::string> out;
  const Json* list = array(name);
  if (list == nullptr) return out;
  for (const Json& item : *list) {
    if (item.is_string()) {
      out.push_back(item.get<std::string>());
    } else {
      refuse(std::string(name) + "/" + std::to_string(out.size()), "a string", kind_of(item));
      break;
    }
  }
  return out;
}

const Json* Fields::object(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr || value->is_object()) return value;
  refuse_kind(name, "an object", *value);
  return nullptr;
}

const Json* Fields::array(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr || value->is_array()) return value;
  refuse_kind(name, "an array", *value);
  return nullptr;
}

Result<std::vector<std::uint64_t>> record_numbers(const Json& ids) {
  std::vector<std::uint64_t> numbers;
  for (const Json& id : ids) {
    const auto record = id.is_string() ? schemas::record_id_from(id.get<std::string>())
                                       : fail(ErrorCode::invalid_argument, "a record id", id.dump());
    if (!record) {
      Error error = record.error();
      error.at = "/ids/" + std::to_string(numbers.size());
      return std::unexpected(error);
    }
    numbers.push_back(record->value());
  }
  return numbers;
}

}  // namespace api
