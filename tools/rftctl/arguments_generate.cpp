// Verbs that have records written by a model, and review them.
#include <memory>

#include "tools/rftctl/arguments_parts.hpp"

namespace rftctl {

namespace {
struct GenerateArguments {
  std::string dataset, run;
  GenerateWanted start;
  ReviewWanted review;
  Page page;
};

void add_start(CLI::App& generate, CommandLine& line) {
  auto a = std::make_shared<GenerateArguments>();
  auto* sub = generate.add_subcommand("start", "Have a model write records for the topics that lack them");
  add_dataset(sub, a->dataset);
  sub->add_flag("--preview", a->start.preview, "Only say what would be made; nothing is spent");
  sub->add_option("--model", a->start.model, "That writes; the first configured one by default");
  sub->add_option("--strategy", a->start.strategy, "How; chosen by the records' shape by default")
      ->check(CLI::IsMember(
          {"message_variation", "few_shot", "topic_description", "scenario_expansion", "tool_chain"}));
  sub->add_option("--count", a->start.count, "Records a topic; what coverage recommends by default")
      ->check(CLI::PositiveNumber);
  sub->add_option("--topic", a->start.topics, "Id of a leaf topic; may be repeated");
  sub->add_option("--record", a->start.records, "Id of a record to start from; may be repeated");
  sub->add_option("--temperature", a->start.temperature, "0 to 2, 0.7 by default")
      ->check(CLI::Range(0.0, 2.0));
  sub->add_option("--max-share", a->start.share, "Of the dataset that may be synthetic, 0.3 by default")
      ->check(CLI::Range(0.0, 1.0));
  sub->add_option("--variations", a->start.variations, "Of a record, 3 by default")->check(CLI::Range(1, 20));
  sub->add_option("--seed", a->start.seed, "Of the choice of examples")->check(CLI::NonNegativeNumber);
  sub->add_flag("--wait", a->start.wait, "Wait for its end and show what was made");
  on_chosen(sub, line, [a](Context& context) { return generate_records(context, a->dataset, a->start); });
}

void add_review(CLI::App& generate, CommandLine& line) {
  auto a = std::make_shared<GenerateArguments>();
  auto* sub = generate.add_subcommand("review", "Add what is accepted to the dataset, and drop the rest");
  add_dataset(sub, a->dataset);
  sub->add_option("run", a->review.run, "The newest by default");
  auto* choice = sub->add_option_group("choice")->require_option(1);
  choice->add_option("--accept", a->review.accept, "all or none")->check(CLI::IsMember({"all", "none"}));
  choice->add_option("--only", a->review.numbers, "Accept these numbers")->delimiter(',');
  choice->add_option("--reject", a->review.reject, "Accept all but these numbers")->delimiter(',');
  on_chosen(sub, line, [a](Context& context) { return review_generation(context, a->dataset, a->review); });
}
}  // namespace

void add_generate_verbs(CLI::App& app, CommandLine& line) {
  auto* generate = app.add_subcommand("generate", "Have a model write records, and review them");
  auto a = std::make_shared<GenerateArguments>();
  add_short_form(generate, line, a->dataset,
                 [a](Context& context) { return show_generation(context, a->dataset, {}); });
  add_start(*generate, line);

  auto list = std::make_shared<GenerateArguments>();
  auto* sub = generate->add_subcommand("list", "All generations, newest first");
  add_dataset(sub, list->dataset);
  add_page(sub, list->page);
  on_chosen(sub, line,
            [list](Context& context) { return list_generations(context, list->dataset, list->page); });

  auto show = std::make_shared<GenerateArguments>();
  sub = generate->add_subcommand("show", "What was planned, made, filtered and reviewed");
  add_dataset(sub, show->dataset);
  sub->add_option("run", show->run, "The newest by default");
  on_chosen(sub, line,
            [show](Context& context) { return show_generation(context, show->dataset, show->run); });

  auto records = std::make_shared<GenerateArguments>();
  sub = generate->add_subcommand("records", "What passed the filters");
  add_dataset(sub, records->dataset);
  sub->add_option("run", records->run, "The newest by default");
  add_page(sub, records->page);
  on_chosen(sub, line, [records](Context& context) {
    return show_generated(context, records->dataset, records->run, records->page);
  });
  add_review(*generate, line);
}

}  // namespace rftctl
