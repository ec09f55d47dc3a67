#include "steps/grade/template.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "steps/text/json_string.hpp"

namespace steps::grade {

using schemas::ErrorCode;
using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;

namespace {

constexpr std::array<std::string_view, 3> sample_fields{"output_text", "output_json", "output_tools"};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
// Of a field's name in a path; other names are reached by ["…"].
bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '$' || static_cast<unsigned char>(c) > 127;
}

std::string fields_of(const JsonIndex& json, JsonRef object) {
  std::string names;
  std::string buffer;
  for (JsonRef key = json.first(object); key != json.end(object) && names.size() < 300;
       key = json.next(json.value_of(key)))
    names += (names.empty() ? "" : ", ") + std::string(json.string(key, buffer));
  return names.empty() ? "no fields" : "the fields " + names;
}

}  // namespace

class TemplateParser {
 public:
  explicit TemplateParser(std::string_view text) : text_(text) {}

  schemas::Result<Template> parse() {
    if (text_.size() > Template::bytes_max)
      return schemas::fail(ErrorCode::invalid_argument, "a template of at most 1 MB",
                           std::to_string(text_.size()) + " bytes");
    std::string plain;
    while (at_ < text_.size()) {
      if (!text_.substr(at_).starts_with("{{")) {
        plain += text_[at_++];
        continue;
      }
      begin_ = at_;
      at_ += 2;
      skip();
      if (take('"')) {
        if (!quoted(plain)) return std::unexpected(*problem_);
        continue;
      }
      if (!plain.empty()) template_.parts_.emplace_back(std::move(plain));
      plain.clear();
      if (!variable()) return std::unexpected(*problem_);
    }
    if (!plain.empty()) template_.parts_.emplace_back(std::move(plain));
    return std::move(template_);
  }

 private:
  void skip() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool wrong(std::string wanted, std::string found) {
    problem_ = schemas::Error{
        ErrorCode::invalid_argument,
        std::move(wanted),
        std::move(found) + " at column " + std::to_string(begin_ + 1),
        "variables are {{ item.<field> }} and {{ sample.output_text|output_json|output_tools }}",
        {}};
    return false;
  }
  bool close() {
    skip();
    if (text_.substr(at_).starts_with("}}")) {
      at_ += 2;
      return true;
    }
    return wrong("a variable that ends with }}", "'" + std::string(text_.substr(begin_, 40)) + "'");
  }

  bool quoted(std::string& plain) {
    const auto end = text_.find('"', at_);
    if (end == std::string_view::npos) return wrong("a closing quotation mark", "none");
    plain += text_.substr(at_, end - at_);
    at_ = end + 1;
    return close();
  }

  bool variable() {
    Template::Variable variable;
    const std::size_t from = at_;
    std::string root;
    if (!name(root)) return wrong("a variable", "'" + std::string(text_.substr(begin_, 40)) + "'");
    if (root != "item" && root != "sample")
      return wrong("a variable below item or sample", "'" + root.substr(0, 100) + "'");
    variable.is_sample = root == "sample";
    while (true) {
      skip();
      if (take('.')) {
        skip();
        Template::Step step;
        if (!name(step.name))
          return wrong("a field's name after '.'", "'" + std::string(text_.substr(begin_, 40)) + "'");
        variable.path.push_back(std::move(step));
      } else if (take('[')) {
        if (!bracket(variable)) return false;
      } else {
        break;
      }
    }
    variable.text = std::string(text_.substr(from, at_ - from));
    while (!variable.text.empty() && is_space(variable.text.back())) variable.text.pop_back();
    if (variable.path.empty()) return wrong("a field of " + root, "'" + root + "' alone");
    if (variable.is_sample && !known_of_sample(variable)) return false;
    template_.parts_.emplace_back(std::move(variable));
    return close();
  }

  bool name(std::string& into) {
    while (at_ < text_.size() && is_name_byte(text_[at_])) into += text_[at_++];
    return !into.empty();
  }

  // [3] or ["any name"]
  bool bracket(Template::Variable& variable) {
    Template::Step step;
    if (take('"')) {
      const auto end = text_.find('"', at_);
      if (end == std::string_view::npos || end == at_) return wrong("a name between quotation marks", "none");
      step.name = text_.substr(at_, end - at_);
      at_ = end + 1;
    } else {
      std::size_t digits = 0;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && digits < 9) {
        step.index = step.index * 10 + static_cast<std::size_t>(text_[at_++] - '0');
        ++digits;
      }
      if (digits == 0)
        return wrong("a number or a quoted name between [ and ]",
                     "'" + std::string(text_.substr(begin_, 40)) + "'");
    }
    if (!take(']')) return wrong("']'", "'" + std::string(text_.substr(begin_, 40)) + "'");
    variable.path.push_back(std::move(step));
    return true;
  }

  bool known_of_sample(Template::Variable& variable) {
    auto& path = variable.path;
    if (path.size() >= 4 && path[0].name == "choices" && path[1].name.empty() && path[1].index == 0 &&
        path[2].name == "message" && (path[3].name == "content" || path[3].name == "tool_calls")) {
      path[3].name = path[3].name == "content" ? "output_text" : "output_tools";
      path.erase(path.begin(), path.begin() + 3);
    }
    if (std::ranges::find(sample_fields, path.front().name) != sample_fields.end()) return true;
    return wrong("sample.output_text, sample.output_json or sample.output_tools",
                 "'" + variable.text.substr(0, 100) + "'");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  std::optional<schemas::Error> problem_;
  Template template_;
};

schemas::Result<Values> Values::read(std::string_view sample, std::string_view item) {
  Values values;
  const auto read = [](JsonIndex& into, std::string_view text, const char* what) -> schemas::Result<void> {
    if (!into.parse(text) && into.is(into.root(), JsonKind::object)) return {};
    return schemas::fail(ErrorCode::invalid_argument, std::string(what) + " to be a JSON object",
                         "'" + std::string(text.substr(0, 100)) + "'");
  };
  if (auto done = read(values.sample_, sample, "sample"); !done) return std::unexpected(done.error());
  if (auto done = read(values.item_, item, "item"); !done) return std::unexpected(done.error());
  return values;
}

schemas::Result<Template> Template::parse(std::string_view text) {
  return TemplateParser(text).parse();
}

bool Template::has_variables() const {
  return std::ranges::any_of(parts_, [](const auto& part) { return std::holds_alternative<Variable>(part); });
}

schemas::Result<void> Template::append(const Variable& variable, const JsonIndex& json, std::string& out) {
  JsonRef value = json.root();
  for (const Step& step : variable.path) {
    JsonRef next = text::no_value;
    std::string there;
    if (!step.name.empty() && json.is(value, JsonKind::object)) {
      next = json.field(value, step.name);
      there = fields_of(json, value);
    } else if (step.name.empty() && json.is(value, JsonKind::array)) {
      std::size_t count = 0;
      for (JsonRef child = json.first(value); child != json.end(value); child = json.next(child), ++count) {
        if (count == step.index) next = child;
      }
      there = std::to_string(count) + " elements";
    } else {
      there = std::string(text::json_kind_name(json.kind(value))) + " where the path goes on";
    }
    if (next == text::no_value) return schemas::fail(ErrorCode::not_found, variable.text, there);
    value = next;
  }
  if (json.is(value, JsonKind::null)) return schemas::fail(ErrorCode::not_found, variable.text, "null");
  std::string buffer;
  if (json.is(value, JsonKind::string))
    out += json.string(value, buffer);
  else
    text::append_compact(json.raw(value), out);
  return {};
}

schemas::Result<std::string> Template::render(const Values& values) const {
  std::string out;
  for (const auto& part : parts_) {
    if (const auto* plain = std::get_if<std::string>(&part)) {
      out += *plain;
      continue;
    }
    const auto& variable = std::get<Variable>(part);
    const auto done = append(variable, variable.is_sample ? values.sample() : values.item(), out);
    if (!done) return std::unexpected(done.error());
  }
  return out;
}

}  // namespace steps::grade
