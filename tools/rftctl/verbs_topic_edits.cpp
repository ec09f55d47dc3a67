// Edits of single topics, and the templates to begin from.
#include <fmt/format.h>

#include "tools/rftctl/verbs.hpp"

namespace rftctl {

namespace {
// Sends one edit and shows the hierarchy that follows.
int edit(Context& context, const std::string& dataset, const char* method,
         const std::vector<std::string>& path, const std::string& query, const json& body) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  std::string place = path_of({*id, "topics"});
  for (const std::string& part : path) place += path_of({part}).substr(std::string("/datasets").size());
  return context.show(context.client().send(method, place + query, body),
                      [&](const json& answer) { return topics_view(context.terminal(), answer); });
}

std::string template_view(const Terminal& terminal, const json& made) {
  std::string out = painted(terminal, Colour::bold, printable(text(made, "name"))) + "  " +
                    printable(text(made, "summary")) + "\n";
  for (const json& topic : member(made, "topics")) {
    out += "  " + printable(text(topic, "name")) + "\n";
    for (const json& child : member(topic, "children")) {
      out += "    " + padded(printable(text(child, "name")), 34) +
             painted(terminal, Colour::dim, fitted(printable(text(child, "description")), 60)) + "\n";
    }
  }
  return out;
}
}  // namespace

int change_topic(Context& context, const std::string& dataset, const TopicEdit& wanted) {
  json body = json::object();
  if (!wanted.name.empty()) body["name"] = wanted.name;
  if (!wanted.description.empty()) body["description"] = wanted.description;
  if (!wanted.keywords.empty()) body["keywords"] = wanted.keywords;
  if (wanted.parent == "top") {
    body["parent"] = nullptr;
  } else if (!wanted.parent.empty()) {
    body["parent"] = wanted.parent;
  }
  return edit(context, dataset, "PATCH", {wanted.topic}, {}, body);
}

int add_topic(Context& context, const std::string& dataset, const TopicEdit& wanted) {
  json body{{"name", wanted.name}};
  if (!wanted.description.empty()) body["description"] = wanted.description;
  if (!wanted.keywords.empty()) body["keywords"] = wanted.keywords;
  if (!wanted.parent.empty()) body["parent"] = wanted.parent;
  return edit(context, dataset, "POST", {}, {}, body);
}

int remove_topic(Context& context, const std::string& dataset, const TopicEdit& wanted) {
  const std::string query =
      Query().add("reassign_to", wanted.parent).add("confirm", wanted.confirm ? "true" : "").text();
  return edit(context, dataset, "DELETE", {wanted.topic}, query, json());
}

int merge_topics(Context& context, const std::string& dataset, const std::string& into,
                 const std::vector<std::string>& from) {
  return edit(context, dataset, "POST", {"merge"}, {}, json{{"from", from}, {"into", into}});
}

int split_topic(Context& context, const std::string& dataset, const std::string& topic,
                const TopicsGenerate& wanted) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  json body = json::object();
  if (!wanted.max_topics.empty()) body["max_topics"] = std::stoul(wanted.max_topics);
  if (!wanted.granularity.empty()) body["granularity"] = std::stod(wanted.granularity);
  if (!wanted.label_model.empty()) body["label_model"] = model_or_none(wanted.label_model);
  return show_requested_run(context, *id,
                            context.client().send("POST", path_of({*id, "topics", topic, "split"}), body),
                            wanted.wait);
}

int assign_topic(Context& context, const std::string& dataset, const std::string& topic,
                 const std::vector<std::string>& records) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const json body{
      {"action", "set_topic"}, {"topic", topic == "none" ? json() : json(topic)}, {"ids", records}};
  return context.show(
      context.client().send("POST", path_of({*id, "records", "bulk"}), body),
      [](const json& answer) { return fmt::format("{} records\n", with_commas(count(answer, "affected"))); });
}

int show_templates(Context& context, const std::string& name) {
  return context.show(context.client().get("/topic-templates"), [&](const json& answer) {
    std::string out;
    for (const json& made : member(answer, "items")) {
      const bool wanted = text(made, "name") == name;
      if (wanted) return template_view(context.terminal(), made);
      out += padded(printable(text(made, "name")), 20) + printable(text(made, "summary")) + "\n";
    }
    if (!name.empty()) out = "no template of that name; there are\n" + out;
    return out;
  });
}

}  // namespace rftctl
