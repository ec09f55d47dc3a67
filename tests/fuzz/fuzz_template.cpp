// Any text as a template, and the rest of it as sample and item: nothing crashes, and a text without braces
// is itself.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "steps/grade/template.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = all.size() * data[0] / 255;
  const std::string_view text = all.substr(0, cut);
  const auto parsed = steps::grade::Template::parse(text);
  constexpr std::string_view sample =
      R"({"output_text":"t","output_json":{"a":[1,{"b":null}]},"output_tools":[]})";
  constexpr std::string_view item = R"({"a":"\u00e9","reference_answer":7,"messages":[{"role":"user"}]})";
  const auto known = steps::grade::Values::read(sample, item);
  if (!known) std::abort();
  if (parsed) {
    const auto out = parsed->render(*known);
    if (!parsed->has_variables() && text.find("{{") == std::string_view::npos && (!out || *out != text))
      std::abort();
    if (const auto other = steps::grade::Values::read(sample, all.substr(cut)))
      static_cast<void>(parsed->render(*other));
  } else if (text.find("{{") == std::string_view::npos && text.size() <= steps::grade::Template::bytes_max) {
    std::abort();
  }
  return 0;
}
