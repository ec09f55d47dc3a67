#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tools/rftctl/verbs.hpp"

namespace rftctl {

namespace {

void append_topics(std::string& out, const Terminal& terminal, const json& topics, std::size_t depth,
                   std::uint64_t widest) {
  if (!topics.is_array()) return;
  for (const json& topic : topics) {
    const std::string name = std::string(depth * 2, ' ') + printable(text(topic, "name"));
    const double share =
        widest > 0 ? static_cast<double>(count(topic, "records")) / static_cast<double>(widest) : 0;
    out += fmt::format("{} {} {:>9} {}  ", padded(text(topic, "id"), 6), padded(name, 32),
                       with_commas(count(topic, "records")), bar(share, 10));
    std::string keywords;
    const json& words = member(topic, "keywords");
    if (words.is_array()) {
      for (const json& word : words)
        if (word.is_string()) keywords += (keywords.empty() ? "" : ", ") + word.get<std::string>();
    }
    const std::string description = printable(text(topic, "description"));
    const std::size_t left_over = terminal.width > 73 ? terminal.width - 63 : 10;
    out += painted(terminal, Colour::dim,
                   fitted(printable(description.empty() ? keywords : description), left_over));
    out += "\n";
    append_topics(out, terminal, member(topic, "children"), depth + 1, widest);
  }
}

}  // namespace

std::string topics_view(const Terminal& terminal, const json& answer) {
  const json& topics = member(answer, "topics");
  if (!topics.is_array() || topics.empty())
    return "no topics yet\n  hint    rftctl topics generate DATASET\n";
  std::string head = fmt::format("topics, version {}", text(answer, "version"));
  if (const std::string by = text(answer, "compared_by"); !by.empty()) head += ", compared by " + by;
  if (const std::string model = text(answer, "label_model"); !model.empty()) head += ", named by " + model;
  std::string out = painted(terminal, Colour::bold, printable(head)) + "\n";
  if (const std::string problem = text(answer, "label_problem"); !problem.empty())
    out += painted(terminal, Colour::dim, "some named by their words: " + printable(problem)) + "\n";
  std::uint64_t widest = 0;
  for (const json& topic : topics) widest = std::max(widest, count(topic, "records"));
  append_topics(out, terminal, topics, 0, widest);
  out += fmt::format("uncategorized {}  low confidence {}  outliers {}\n",
                     with_commas(count(answer, "uncategorized")),
                     with_commas(count(answer, "low_confidence")), with_commas(count(answer, "outliers")));
  return out;
}

int show_topics(Context& context, const std::string& dataset, const std::string& at) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  return context.show(context.client().get(path_of({*id, "topics"}) + Query().add("at", at).text()),
                      [&](const json& answer) { return topics_view(context.terminal(), answer); });
}

json model_or_none(const std::string& name) {
  return name == "none" ? json() : json(name);
}

int generate_topics(Context& context, const std::string& dataset, const TopicsGenerate& wanted) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  json body{{"method", wanted.method}};
  if (!wanted.template_name.empty()) body["template"] = wanted.template_name;
  if (!wanted.max_topics.empty()) body["max_topics"] = std::stoul(wanted.max_topics);
  if (!wanted.depth.empty()) body["depth"] = std::stoul(wanted.depth);
  if (!wanted.granularity.empty()) body["granularity"] = std::stod(wanted.granularity);
  if (!wanted.embedder.empty()) body["embedder"] = wanted.embedder;
  if (!wanted.label_model.empty()) body["label_model"] = model_or_none(wanted.label_model);
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

int categorize(Context& context, const std::string& dataset, const Categorize& wanted) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  json body{{"scope", wanted.scope}};
  if (!wanted.embedder.empty()) body["embedder"] = wanted.embedder;
  if (!wanted.model.empty()) body["model"] = wanted.model;
  if (wanted.confirm) body["confirm"] = true;
  return show_requested_run(context, *id, context.client().send("POST", path_of({*id, "categorize"}), body),
                            wanted.wait);
}

int topic_settings(Context& context, const std::string& dataset, const TopicSettings& wanted) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  json settings = json::object();
  if (!wanted.embedder.empty()) settings["embedder"] = wanted.embedder;
  if (!wanted.label_model.empty()) settings["label_model"] = model_or_none(wanted.label_model);
  if (!wanted.categorize_imports.empty()) settings["categorize_imports"] = wanted.categorize_imports == "yes";
  const auto answer = settings.empty()
                          ? context.client().get(path_of({*id}))
                          : context.client().send("PATCH", path_of({*id}), json{{"settings", settings}});
  return context.show(answer, [](const json& told) {
    const json& now = member(told, "settings");
    const std::string model = text(now, "label_model");
    return fmt::format("embedder            {}\nlabel model         {}\ncategorize imports  {}\n",
                       printable(text(now, "embedder")), model.empty() ? "none" : printable(model),
                       member(now, "categorize_imports") == true ? "yes" : "no");
  });
}

}  // namespace rftctl
