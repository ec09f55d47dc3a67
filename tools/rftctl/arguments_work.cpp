// Verbs that set steps and runs in motion: topics, categorize, runs.
#include <memory>
#include <string_view>

#include "tools/rftctl/arguments_parts.hpp"

namespace rftctl {

namespace {

struct TopicsArguments {
  std::string dataset, at, file;
  bool clear = false;
  TopicsGenerate generate;
  Categorize categorize;
};

void add_generate(CLI::App& topics, CommandLine& line) {
  auto a = std::make_shared<TopicsArguments>();
  auto* sub = topics.add_subcommand("generate", "Find topics in the records, or take them from a template");
  add_dataset(sub, a->dataset);
  sub->add_option("--method", a->generate.method, "auto or template")
      ->check(CLI::IsMember({"auto", "template"}))
      ->capture_default_str();
  sub->add_option("--template", a->generate.template_name, "Name of a template");
  sub->add_option("--max-topics", a->generate.max_topics, "At most so many")->check(CLI::Range(1U, 10000U));
  sub->add_option("--depth", a->generate.depth, "Levels, 1 to 5")->check(CLI::Range(1U, 5U));
  sub->add_option("--granularity", a->generate.granularity, "-1 coarser to 1 finer")
      ->check(CLI::Range(-1.0, 1.0));
  sub->add_option("--embedder", a->generate.embedder, "quality, fast, words, or provider/model");
  sub->add_option("--label-model", a->generate.label_model, "provider/model that names them, or none");
  sub->add_flag("--confirm", a->generate.confirm, "Yes, replace the topics that are there");
  sub->add_flag("--wait", a->generate.wait, "Wait for its end");
  on_chosen(sub, line, [a](Context& context) { return generate_topics(context, a->dataset, a->generate); });
}

void add_categorize(CLI::App& parent, CommandLine& line) {
  auto a = std::make_shared<TopicsArguments>();
  auto* sub = parent.add_subcommand("categorize", "Assign records to topics");
  add_dataset(sub, a->dataset);
  sub->add_option("--scope", a->categorize.scope, "unlabeled, or all (which clears first)")
      ->check(CLI::IsMember({"unlabeled", "all"}))
      ->capture_default_str();
  sub->add_option("--embedder", a->categorize.embedder, "quality, fast, words, or provider/model");
  sub->add_option("--model", a->categorize.model, "provider/model to ask where the confidence is low");
  sub->add_flag("--confirm", a->categorize.confirm, "Yes, replace the assignments that are there");
  sub->add_flag("--wait", a->categorize.wait, "Wait for its end");
  on_chosen(sub, line, [a](Context& context) { return categorize(context, a->dataset, a->categorize); });
}

void add_topics(CLI::App& app, CommandLine& line) {
  auto* topics = app.add_subcommand("topics", "Show, generate or set the topics; assign records to them");
  auto shown = std::make_shared<TopicsArguments>();
  add_short_form(topics, line, shown->dataset,
                 [shown](Context& context) { return show_topics(context, shown->dataset, shown->at); });
  auto show = std::make_shared<TopicsArguments>();
  auto* sub = topics->add_subcommand("show", "The hierarchy with its records");
  add_dataset(sub, show->dataset);
  add_at(sub, show->at);
  on_chosen(sub, line, [show](Context& context) { return show_topics(context, show->dataset, show->at); });

  auto set = std::make_shared<TopicsArguments>();
  sub = topics->add_subcommand("set", "Replace the hierarchy by a JSON file");
  add_dataset(sub, set->dataset);
  sub->add_option("file", set->file, "JSON: {\"topics\": […]}")->required()->check(CLI::ExistingFile);
  sub->add_flag("--clear", set->clear, "Take every assignment away (else those that still fit are kept)");
  on_chosen(sub, line,
            [set](Context& context) { return set_topics(context, set->dataset, set->file, set->clear); });
  add_generate(*topics, line);
  add_topic_edits(*topics, line);
  add_categorize(*topics, line);
}

struct RunArguments {
  std::string dataset, run, step;
  bool confirm = false, wait = false;
  unsigned timeout = 600;
  Page page;
};

void add_one_run(CLI::App& runs, CommandLine& line) {
  const auto add = [&](const char* verb, const char* help) {
    auto a = std::make_shared<RunArguments>();
    auto* sub = runs.add_subcommand(verb, help);
    add_dataset(sub, a->dataset);
    sub->add_option("run", a->run, "Id of the run")->required();
    on_chosen(sub, line, [a, verb](Context& context) {
      return std::string_view(verb) == "show" ? show_run(context, a->dataset, a->run)
                                              : order_run(context, a->dataset, a->run, verb);
    });
  };
  add("show", "One run: state, progress, cause, result");
  add("cancel", "Stop a run");
  add("resume", "Let a parked run try again");
}

void add_runs(CLI::App& app, CommandLine& line) {
  auto* runs = app.add_subcommand("runs", "List, show, cancel, resume, trigger or await runs");
  auto listed = std::make_shared<RunArguments>();
  add_short_form(runs, line, listed->dataset,
                 [listed](Context& context) { return list_runs(context, listed->dataset, listed->page); });
  auto list = std::make_shared<RunArguments>();
  auto* sub = runs->add_subcommand("list", "The runs of a dataset");
  add_dataset(sub, list->dataset);
  add_page(sub, list->page);
  on_chosen(sub, line, [list](Context& context) { return list_runs(context, list->dataset, list->page); });
  add_one_run(*runs, line);

  auto trigger = std::make_shared<RunArguments>();
  sub = runs->add_subcommand("trigger", "Run a step of the canvas");
  add_dataset(sub, trigger->dataset);
  sub->add_option("step", trigger->step, "extract, topics, coverage, grader, dry_run, train or deploy")
      ->required();
  sub->add_flag("--confirm", trigger->confirm, "Yes, replace what is there");
  sub->add_flag("--wait", trigger->wait, "Wait for its end");
  on_chosen(sub, line, [trigger](Context& context) {
    return trigger_step(context, trigger->dataset, trigger->step, trigger->confirm, trigger->wait);
  });

  auto wait = std::make_shared<RunArguments>();
  sub = runs->add_subcommand("wait", "Wait until nothing of a dataset runs");
  add_dataset(sub, wait->dataset);
  sub->add_option("--timeout", wait->timeout, "Seconds")->capture_default_str();
  on_chosen(sub, line,
            [wait](Context& context) { return wait_for_runs(context, wait->dataset, wait->timeout); });
}

}  // namespace

void add_work_verbs(CLI::App& app, CommandLine& line) {
  add_topics(app, line);
  add_categorize(app, line);
  add_runs(app, line);
}

}  // namespace rftctl
