#include "steps/generated_lines.hpp"

#include "steps/sample_lines.hpp"
#include "steps/text/json_string.hpp"

namespace steps {

namespace {
using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;

GeneratedLine read_line(const JsonIndex& json) {
  GeneratedLine read;
  const JsonRef line = json.field(json.root(), "line");
  if (line != text::no_value) read.line = json.raw(line);
  read.topic = static_cast<std::uint32_t>(number_at(json, "topic"));
  read.source = static_cast<std::uint64_t>(number_at(json, "source"));
  const JsonRef strategy = json.field(json.root(), "strategy");
  std::string buffer;
  if (json.is(strategy, JsonKind::string)) {
    read.strategy =
        generate::strategy_from_name(json.string(strategy, buffer)).value_or(generate::Strategy::few_shot);
  }
  if (json.is(json.field(json.root(), "similarity"), JsonKind::number))
    read.similarity = number_at(json, "similarity");
  return read;
}
}  // namespace

void append_generated(const GeneratedLine& generated, std::string& lines) {
  lines += "{\"line\":";
  text::append_compact(generated.line, lines);
  lines += ",\"topic\":" + std::to_string(generated.topic) +
           ",\"source\":" + std::to_string(generated.source) + ",\"strategy\":\"" +
           std::string(generate::strategy_name(generated.strategy)) + "\"";
  if (generated.similarity) lines += ",\"similarity\":" + number_text(*generated.similarity);
  lines += "}\n";
}

schemas::Result<void> for_each_generated(
    const engine::Generation& generation, const engine::BlobReader& blobs,
    const std::function<bool(std::uint64_t number, const GeneratedLine&)>& visit) {
  for (const engine::WorkBlock& block : generation.blocks) {
    const auto lines = blobs.read(block.id);
    if (!lines) return std::unexpected(lines.error());
    std::uint64_t number = block.first;
    bool goes_on = true;
    const auto read = for_each_line(**lines, [&](const JsonIndex& json, std::string_view /*line*/) {
      goes_on = visit(number++, read_line(json));
      return goes_on;
    });
    if (!read || !goes_on) return read;
  }
  return {};
}

}  // namespace steps
