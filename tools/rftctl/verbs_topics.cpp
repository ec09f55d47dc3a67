#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "tools/rftctl/verbs.hpp"

namespace rftctl {

namespace {

void append_topics(std::string& out, const Terminal& terminal, const json& topics, std::size_t depth) {
  if (!topics.is_array()) return;
  for (const json& topic : topics) {
    const std::string name = std::string(depth * 2, ' ') + printable(text(topic, "name"));
    out += fmt::format("{} {} {:>9}  ", padded(text(topic, "id"), 6), padded(name, 32),
                       with_commas(count(topic, "records")));
    std::string keywords;
    const json& words = member(topic, "keywords");
    if (words.is_array()) {
      for (const json& word : words)
        if (word.is_string()) keywords += (keywords.empty() ? "" : ", ") + word.get<std::string>();
    }
    const std::string description = printable(text(topic, "description"));
    const std::size_t left_over = terminal.width > 62 ? terminal.width - 52 : 10;
    out += painted(terminal, Colour::dim,
                   fitted(printable(description.empty() ? keywords : description), left_over));
    out += "\n";
    append_topics(out, terminal, member(topic, "children"), depth + 1);
  }
}

std::string topics_view(const Terminal& terminal, const json& answer) {
  const json& topics = member(answer, "topics");
  if (!topics.is_array() || topics.empty())
    return "no topics yet\n  hint    rftctl topics generate DATASET\n";
  std::string out =
      painted(terminal, Colour::bold, fmt::format("topics, version {}", text(answer, "version"))) + "\n";
  append_topics(out, terminal, topics, 0);
  return out;
}

}  // namespace

int show_topics(Context& context, const std::string& dataset, const std::string& at) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  return context.show(context.client().get(path_of({*id, "topics"}) + Query().add("at", at).text()),
                      [&](const json& answer) { return topics_view(context.terminal(), answer); });
}

int generate_topics(Context& context, const std::string& dataset, const TopicsGenerate& wanted) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  json body{{"method", wanted.method}};
  if (!wanted.template_name.empty()) body["template"] = wanted.template_name;
  if (!wanted.max_topics.empty()) body["max_topics"] = std::stoul(wanted.max_topics);
  if (!wanted.depth.empty()) body["depth"] = std::stoul(wanted.depth);
  if (wanted.confirm) body["confirm"] = true;
  return show_requested_run(
      context, *id, context.client().send("POST", path_of({*id, "topics", "generate"}), body), wanted.wait);
}

int set_topics(Context& context, const std::string& dataset, const std::string& file, bool clear) {
  std::ifstream input(file);
  if (!input) return context.tell({exit_failed, file + " could not be opened", {}});
  const std::string bytes{std::istreambuf_iterator<char>(input), {}};
  json topics = parse(bytes);
  if (topics.is_object() && topics.contains("topics")) topics = topics["topics"];
  if (!topics.is_array())
    return context.tell(
        {exit_failed,
         fmt::format("expected {} to hold a JSON array of topics, or {{\"topics\": […]}}, found "
                     "something else",
                     file),
         {}});
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const json body{{"topics", topics}, {"assignments", clear ? "clear" : "keep"}};
  return context.show(context.client().send("PUT", path_of({*id, "topics"}), body),
                      [&](const json& answer) { return topics_view(context.terminal(), answer); });
}

int categorize(Context& context, const std::string& dataset, const std::string& scope, bool confirm,
               bool wait) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  json body{{"scope", scope}};
  if (confirm) body["confirm"] = true;
  return show_requested_run(context, *id, context.client().send("POST", path_of({*id, "categorize"}), body),
                            wait);
}

}  // namespace rftctl
