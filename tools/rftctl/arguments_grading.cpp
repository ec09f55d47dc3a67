// Verbs of graders and dry runs.
#include <memory>

#include "tools/rftctl/arguments_parts.hpp"

namespace rftctl {

namespace {
struct GraderArguments {
  std::string dataset, file, reason, version, from, to;
  GraderTest test;
  Page page;
};

void add_grader(CLI::App& app, CommandLine& line) {
  auto* grader = app.add_subcommand("grader", "Show, set or test the grader; list and compare its versions");
  auto a = std::make_shared<GraderArguments>();
  add_short_form(grader, line, a->dataset,
                 [a](Context& context) { return show_grader(context, a->dataset, {}); });
  auto shown = std::make_shared<GraderArguments>();
  auto* sub = grader->add_subcommand("show", "The grader that counts, or an earlier version");
  add_dataset(sub, shown->dataset);
  sub->add_option("--version", shown->version, "Of the grader")->check(CLI::PositiveNumber);
  on_chosen(sub, line,
            [shown](Context& context) { return show_grader(context, shown->dataset, shown->version); });

  auto set = std::make_shared<GraderArguments>();
  sub = grader->add_subcommand("set", "Define a new version from a file");
  add_dataset(sub, set->dataset);
  sub->add_option("file", set->file, "A grader object (.json), or the source of a script")
      ->required()
      ->check(CLI::ExistingFile);
  sub->add_option("--reason", set->reason, "Why");
  on_chosen(sub, line,
            [set](Context& context) { return set_grader(context, set->dataset, set->file, set->reason); });

  auto test = std::make_shared<GraderArguments>();
  sub = grader->add_subcommand("test", "Try the grader, or one from a file, on a few records");
  add_dataset(sub, test->dataset);
  sub->add_option("--file", test->test.file, "A grader that is not stored")->check(CLI::ExistingFile);
  sub->add_option("--size", test->test.size, "Records, 5 by default")->check(CLI::Range(1, 20));
  sub->add_option("--seed", test->test.seed, "Of the choice")->check(CLI::NonNegativeNumber);
  sub->add_option("--model", test->test.model, "That answers; else the recorded answers are graded");
  on_chosen(sub, line, [test](Context& context) { return test_grader(context, test->dataset, test->test); });

  auto versions = std::make_shared<GraderArguments>();
  sub = grader->add_subcommand("versions", "Who changed it, when and why");
  add_dataset(sub, versions->dataset);
  add_page(sub, versions->page);
  on_chosen(sub, line, [versions](Context& context) {
    return list_grader_versions(context, versions->dataset, versions->page);
  });

  auto diff = std::make_shared<GraderArguments>();
  sub = grader->add_subcommand("diff", "What differs between two versions");
  add_dataset(sub, diff->dataset);
  sub->add_option("--from", diff->from, "The version before --to by default")->check(CLI::PositiveNumber);
  sub->add_option("--to", diff->to, "The newest by default")->check(CLI::PositiveNumber);
  on_chosen(sub, line,
            [diff](Context& context) { return diff_grader(context, diff->dataset, diff->from, diff->to); });
}

struct DryRunArguments {
  std::string dataset, run, other, version;
  bool wait = false;
  DryRunStart start;
  SamplesWanted samples;
  Page page;
};

void add_dry_run_work(CLI::App& dry_run, CommandLine& line) {
  auto start = std::make_shared<DryRunArguments>();
  auto* sub = dry_run.add_subcommand("start", "Have a sample answered and graded");
  add_dataset(sub, start->dataset);
  sub->add_option("--sample-size", start->start.sample_size, "100 to 500, or all; 300 by default");
  sub->add_option("--model", start->start.model, "That answers; else the recorded answers are graded");
  sub->add_option("-k,--answers", start->start.k, "Answers a prompt, 1 to 64")->check(CLI::Range(1, 64));
  sub->add_option("--seed", start->start.seed, "Of the sample")->check(CLI::NonNegativeNumber);
  sub->add_flag("--wait", start->start.wait, "Wait for its end and show what it says");
  on_chosen(sub, line,
            [start](Context& context) { return start_dry_run(context, start->dataset, start->start); });

  auto regrade = std::make_shared<DryRunArguments>();
  sub = dry_run.add_subcommand("regrade", "Grade stored answers again; no model answers");
  add_dataset(sub, regrade->dataset);
  sub->add_option("run", regrade->run, "The newest by default");
  sub->add_option("--version", regrade->version, "Of the grader; the newest by default")
      ->check(CLI::PositiveNumber);
  sub->add_flag("--wait", regrade->wait, "Wait for its end and show what it says");
  on_chosen(sub, line, [regrade](Context& context) {
    return regrade_dry_run(context, regrade->dataset, regrade->run, regrade->version, regrade->wait);
  });
}

void add_dry_run(CLI::App& app, CommandLine& line) {
  auto* dry_run = app.add_subcommand("dry-run", "Start, show, compare or regrade dry runs");
  auto a = std::make_shared<DryRunArguments>();
  add_short_form(dry_run, line, a->dataset,
                 [a](Context& context) { return show_dry_run(context, a->dataset, {}); });
  add_dry_run_work(*dry_run, line);

  auto list = std::make_shared<DryRunArguments>();
  auto* sub = dry_run->add_subcommand("list", "All of them, newest first");
  add_dataset(sub, list->dataset);
  add_page(sub, list->page);
  on_chosen(sub, line,
            [list](Context& context) { return list_dry_runs(context, list->dataset, list->page); });

  auto show = std::make_shared<DryRunArguments>();
  sub = dry_run->add_subcommand("show", "Verdict, histogram, topics, advice");
  add_dataset(sub, show->dataset);
  sub->add_option("run", show->run, "The newest by default");
  on_chosen(sub, line, [show](Context& context) { return show_dry_run(context, show->dataset, show->run); });

  auto samples = std::make_shared<DryRunArguments>();
  sub = dry_run->add_subcommand("samples", "Prompts, answers and scores");
  add_dataset(sub, samples->dataset);
  sub->add_option("run", samples->samples.run, "The newest by default");
  sub->add_option("--sort", samples->samples.sort, "index or score, a - before it for descending");
  add_page(sub, samples->samples.page);
  on_chosen(sub, line, [samples](Context& context) {
    return show_samples(context, samples->dataset, samples->samples);
  });

  auto compare = std::make_shared<DryRunArguments>();
  sub = dry_run->add_subcommand("compare", "Two of them, by the records they share");
  add_dataset(sub, compare->dataset);
  sub->add_option("a", compare->run, "Id of a run")->required();
  sub->add_option("b", compare->other, "Id of the run to hold against it")->required();
  on_chosen(sub, line, [compare](Context& context) {
    return compare_dry_runs(context, compare->dataset, compare->run, compare->other);
  });
}
}  // namespace

void add_grading_verbs(CLI::App& app, CommandLine& line) {
  add_grader(app, line);
  add_dry_run(app, line);
}

}  // namespace rftctl
