// Verbs that edit topics one at a time.
#include <memory>

#include "tools/rftctl/arguments_parts.hpp"

namespace rftctl {

namespace {
struct EditArguments {
  std::string dataset;
  TopicEdit edit;
  TopicsGenerate how;
  std::vector<std::string> topics;
};

using Shared = std::shared_ptr<EditArguments>;

CLI::App* add_edit(CLI::App& topics, const Shared& a, const char* verb, const char* help) {
  auto* sub = topics.add_subcommand(verb, help);
  add_dataset(sub, a->dataset);
  return sub;
}

void add_topic_id(CLI::App* sub, const Shared& a) {
  sub->add_option("topic", a->edit.topic, "Id of the topic")->required();
}

void add_changes(CLI::App& topics, CommandLine& line) {
  const auto change = [](const Shared& a) {
    return [a](Context& context) { return change_topic(context, a->dataset, a->edit); };
  };
  auto a = std::make_shared<EditArguments>();
  auto* sub = add_edit(topics, a, "rename", "Give a topic another name");
  add_topic_id(sub, a);
  sub->add_option("name", a->edit.name, "The new name")->required();
  on_chosen(sub, line, change(a));

  a = std::make_shared<EditArguments>();
  sub = add_edit(topics, a, "describe", "Say what a topic is about");
  add_topic_id(sub, a);
  sub->add_option("description", a->edit.description, "One sentence")->required();
  sub->add_option("--keywords", a->edit.keywords, "In place of those it has, separated by commas")
      ->delimiter(',');
  on_chosen(sub, line, change(a));

  a = std::make_shared<EditArguments>();
  sub = add_edit(topics, a, "move", "Put a topic below another one, or to the top");
  add_topic_id(sub, a);
  sub->add_option("parent", a->edit.parent, "Id of the new parent, or top")->required();
  on_chosen(sub, line, change(a));
}

void add_and_remove(CLI::App& topics, CommandLine& line) {
  auto a = std::make_shared<EditArguments>();
  auto* sub = add_edit(topics, a, "add", "Add a topic");
  sub->add_option("name", a->edit.name, "Its name")->required();
  sub->add_option("--description", a->edit.description, "One sentence");
  sub->add_option("--keywords", a->edit.keywords, "Separated by commas")->delimiter(',');
  sub->add_option("--parent", a->edit.parent, "Id of the topic above it");
  on_chosen(sub, line, [a](Context& context) { return add_topic(context, a->dataset, a->edit); });

  a = std::make_shared<EditArguments>();
  sub = add_edit(topics, a, "delete", "Delete a topic and what is below it");
  add_topic_id(sub, a);
  sub->add_option("--reassign-to", a->edit.parent, "Id of the topic that gets its records");
  sub->add_flag("--confirm", a->edit.confirm, "Yes, leave its records without a topic");
  on_chosen(sub, line, [a](Context& context) { return remove_topic(context, a->dataset, a->edit); });

  a = std::make_shared<EditArguments>();
  sub = add_edit(topics, a, "merge", "Give the records of some topics to one of them");
  sub->add_option("into", a->edit.topic, "Id of the topic that stays")->required();
  sub->add_option("from", a->topics, "Ids of those that go")->required();
  on_chosen(sub, line,
            [a](Context& context) { return merge_topics(context, a->dataset, a->edit.topic, a->topics); });

  a = std::make_shared<EditArguments>();
  sub = add_edit(topics, a, "split", "Divide a topic into the groups that its records form");
  add_topic_id(sub, a);
  sub->add_option("--max-topics", a->how.max_topics, "At most so many")->check(CLI::Range(2U, 100U));
  sub->add_option("--granularity", a->how.granularity, "-1 coarser to 1 finer")->check(CLI::Range(-1.0, 1.0));
  sub->add_option("--label-model", a->how.label_model, "provider/model that names the parts, or none");
  sub->add_flag("--wait", a->how.wait, "Wait for its end");
  on_chosen(sub, line,
            [a](Context& context) { return split_topic(context, a->dataset, a->edit.topic, a->how); });
}
}  // namespace

void add_topic_edits(CLI::App& topics, CommandLine& line) {
  add_changes(topics, line);
  add_and_remove(topics, line);

  auto a = std::make_shared<EditArguments>();
  auto* sub = add_edit(topics, a, "assign", "Give records a topic by hand; no run takes that back");
  sub->add_option("topic", a->edit.topic, "Id of a leaf topic, or none")->required();
  sub->add_option("records", a->topics, "Ids of the records")->required();
  on_chosen(sub, line,
            [a](Context& context) { return assign_topic(context, a->dataset, a->edit.topic, a->topics); });

  a = std::make_shared<EditArguments>();
  sub =
      add_edit(topics, a, "low-confidence", "The records that a person should look at, the least sure first");
  on_chosen(sub, line, [a](Context& context) {
    RecordsWanted wanted;
    wanted.valid = "true";
    wanted.confidence_lt = "0.7";
    wanted.sort = "confidence";
    return show_records(context, a->dataset, wanted);
  });

  auto settings = std::make_shared<std::pair<std::string, TopicSettings>>();
  sub = topics.add_subcommand("settings", "What compares and names texts in a dataset; or change it");
  add_dataset(sub, settings->first);
  sub->add_option("--embedder", settings->second.embedder, "quality, fast, words, or provider/model");
  sub->add_option("--label-model", settings->second.label_model, "provider/model that names topics, or none");
  sub->add_option("--categorize-imports", settings->second.categorize_imports,
                  "yes: imported records get one of the topics there are; or no")
      ->check(CLI::IsMember({"yes", "no"}));
  on_chosen(sub, line, [settings](Context& context) {
    return topic_settings(context, settings->first, settings->second);
  });

  auto name = std::make_shared<std::string>();
  sub = topics.add_subcommand("templates", "Ready-made hierarchies, or one of them whole");
  sub->add_option("name", *name, "Of the template");
  on_chosen(sub, line, [name](Context& context) { return show_templates(context, *name); });
}

}  // namespace rftctl
