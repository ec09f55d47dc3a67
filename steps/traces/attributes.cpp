#include "steps/text/json_string.hpp"
#include "steps/traces/otlp_parts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace steps::traces {

const Value* find_attribute(const Attributes& attributes, std::string_view key) {
  const auto found = std::ranges::find(attributes, key, &Attribute::key);
  return found == attributes.end() ? nullptr : &found->value;
}

void append_json(const Value& value, std::string& out) {
  if (value.is_text) {
    text::append_quoted(value.text, out);
  } else {
    out += value.text;
  }
}

void append_json(const Attributes& attributes, std::string& out) {
  out += '{';
  for (const Attribute& attribute : attributes) {
    if (out.back() != '{') out += ',';
    text::append_quoted(attribute.key, out);
    out += ':';
    append_json(attribute.value, out);
  }
  out += '}';
}

Value number_value(double number) {
  if (std::isnan(number)) return {true, "NaN"};
  if (std::isinf(number)) return {true, number > 0 ? "Infinity" : "-Infinity"};
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return {false, std::string(digits.data(), end)};
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8U | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= count ? alphabet[group >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return out;
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4U];
    out += digits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

bool is_null_id(std::string_view id) {
  return id.find_first_not_of('0') == std::string_view::npos;
}

std::string id_fault(std::string_view trace_id, std::string_view span_id) {
  if (trace_id.size() != 32 || is_null_id(trace_id)) {
    return "expected a traceId of 16 bytes that are not all zero, found '" +
           std::string(trace_id.substr(0, 40)) + "'";
  }
  if (span_id.size() != 16 || is_null_id(span_id)) {
    return "expected a spanId of 8 bytes that are not all zero, found '" +
           std::string(span_id.substr(0, 40)) + "'";
  }
  return {};
}

void name_event(LogRecord& record) {
  if (!record.event_name.empty()) return;
  const Value* name = find_attribute(record.attributes, "event.name");
  if (name != nullptr && name->is_text) record.event_name = name->text;
}

}  // namespace steps::traces
