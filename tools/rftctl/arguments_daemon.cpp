// Verbs about datasets and what can be seen of them.
#include <memory>
#include <string_view>

#include "tools/rftctl/arguments_parts.hpp"

namespace rftctl {

namespace {

void add_lists(CLI::App& app, CommandLine& line) {
  struct List {
    std::string search;
    Page page;
  };
  auto list = std::make_shared<List>();
  auto* datasets = app.add_subcommand("datasets", "List the datasets");
  datasets->add_option("--search", list->search, "Part of a name or objective");
  add_page(datasets, list->page);
  on_chosen(datasets, line,
            [list](Context& context) { return list_datasets(context, list->search, list->page); });

  struct Create {
    std::string name, objective, file;
    bool from_traces = false;
    TraceSelection selection;
  };
  auto create = std::make_shared<Create>();
  auto* sub = app.add_subcommand("create", "Create a dataset");
  sub->add_option("name", create->name, "Its name")->required();
  sub->add_option("--objective", create->objective, "What the model should get better at")->required();
  auto* file = sub->add_option("--file", create->file, "JSONL to import at once (gzip and zstd too)");
  auto* traces = sub->add_flag("--from-traces", create->from_traces, "Of the calls that the filter selects");
  traces->excludes(file);
  add_trace_selection(sub, create->selection);
  for (CLI::Option* option : sub->get_options()) {
    if (option->get_group() == "Filter") option->needs(traces);
  }
  on_chosen(sub, line, [create](Context& context) {
    if (create->from_traces)
      return create_from_traces(context, create->name, create->objective, create->selection);
    return create_dataset(context, create->name, create->objective, create->file);
  });
}

void add_import(CLI::App& app, CommandLine& line) {
  struct Arguments {
    std::string dataset;
    Import import;
  };
  auto a = std::make_shared<Arguments>();
  auto* sub = app.add_subcommand("import", "Import JSONL (plain, gzip or zstd) into a dataset");
  add_dataset(sub, a->dataset);
  sub->add_option("file", a->import.file, "The file, or - for standard input")->required();
  sub->add_flag("--replace", a->import.replace, "Remove the records that are there");
  sub->add_flag("--confirm", a->import.confirm, "Yes, remove them");
  sub->add_flag("--categorize", a->import.categorize, "Give the records the topics there are");
  on_chosen(sub, line, [a](Context& context) { return import_file(context, a->dataset, a->import); });
  struct Archive {
    std::string file, name;
  };
  auto archive = std::make_shared<Archive>();
  sub = app.add_subcommand("import-archive",
                           "A dataset from what `export --what archive` wrote, here or elsewhere");
  sub->add_option("file", archive->file, "The archive, or - for standard input")->required();
  sub->add_option("--name", archive->name, "Of the new dataset (else the archive's own)");
  on_chosen(sub, line,
            [archive](Context& context) { return import_archive(context, archive->file, archive->name); });
}

void add_views(CLI::App& app, CommandLine& line) {
  struct Arguments {
    std::string dataset, at;
  };
  using Show = int (*)(Context&, const std::string&, const std::string&);
  const auto add = [&](const char* name, const char* help, Show show, bool required) {
    auto a = std::make_shared<Arguments>();
    auto* sub = app.add_subcommand(name, help);
    sub->add_option("dataset", a->dataset, "Id, or a name that only one dataset has")->required(required);
    add_at(sub, a->at);
    on_chosen(sub, line, [a, show](Context& context) { return show(context, a->dataset, a->at); });
  };
  add("canvas", "Draw the seven steps (of the only dataset, when none is named)", show_canvas, false);
  add("health", "Valid and invalid records, with the reasons", show_health, true);
  add("coverage", "How the records spread over the topics", show_coverage, true);

  auto* system = app.add_subcommand("system", "Version, store, queues and what is configured");
  on_chosen(system, line, [](Context& context) { return show_system(context); });
}

void add_records(CLI::App& app, CommandLine& line) {
  struct Arguments {
    std::string dataset;
    RecordsWanted wanted;
  };
  auto a = std::make_shared<Arguments>();
  auto* sub = app.add_subcommand("records", "List records, or show one with its data");
  add_dataset(sub, a->dataset);
  RecordsWanted& wanted = a->wanted;
  const CLI::IsMember is_bool({"true", "false"});
  sub->add_option("record", wanted.record, "Id of one record");
  sub->add_option("--valid", wanted.valid, "true or false")->check(is_bool);
  sub->add_option("--code", wanted.code, "Reason of invalidity: invalid_json, missing_messages, …");
  sub->add_option("--topic", wanted.topic, "Id of a topic");
  sub->add_option("--source", wanted.source, "upload, trace or synthetic");
  sub->add_option("--duplicate", wanted.duplicate, "true or false")->check(is_bool);
  sub->add_option("--q", wanted.q, "Text to look for");
  sub->add_option("--sort", wanted.sort, "Field, with - before it for descending");
  add_page(sub, wanted.page);
  add_at(sub, wanted.at);
  on_chosen(sub, line, [a](Context& context) { return show_records(context, a->dataset, a->wanted); });
}

void add_erase(CLI::App& app, CommandLine& line) {
  struct Arguments {
    std::string dataset, reason;
    std::vector<std::string> records;
    bool confirm = false;
  };
  auto a = std::make_shared<Arguments>();
  auto* sub = app.add_subcommand("erase", "Erase the contents of records for good, from the past as well");
  add_dataset(sub, a->dataset);
  sub->add_option("records", a->records, "Ids of records")->required();
  sub->add_option("--reason", a->reason, "Kept for ever: it must not repeat the content");
  sub->add_flag("--confirm", a->confirm, "Yes, erase them");
  on_chosen(sub, line, [a](Context& context) {
    return erase_records(context, a->dataset, a->records, a->reason, a->confirm);
  });
}

void add_export(CLI::App& app, CommandLine& line) {
  struct Arguments {
    std::string dataset;
    Export wanted;
  };
  auto a = std::make_shared<Arguments>();
  auto* sub = app.add_subcommand("export", "Write records, topics, grader, events or all of it");
  add_dataset(sub, a->dataset);
  sub->add_option("--what", a->wanted.what, "records, topics, grader, events or archive")
      ->check(CLI::IsMember({"records", "topics", "grader", "events", "archive"}))
      ->capture_default_str();
  sub->add_option("--shape", a->wanted.shape, "Of records: chat, rft or sft")
      ->check(CLI::IsMember({"chat", "rft", "sft"}));
  sub->add_option("--valid", a->wanted.valid, "true or false")->check(CLI::IsMember({"true", "false"}));
  sub->add_option("--topic", a->wanted.topic, "Id of a topic");
  sub->add_option("--out", a->wanted.out, "File (else standard output)");
  on_chosen(sub, line, [a](Context& context) { return export_dataset(context, a->dataset, a->wanted); });
}

void add_copies(CLI::App& app, CommandLine& line) {
  struct Arguments {
    std::string dataset, name, at;
    bool confirm = false;
  };
  auto removal = std::make_shared<Arguments>();
  auto* sub = app.add_subcommand("delete", "Delete a dataset");
  add_dataset(sub, removal->dataset);
  sub->add_flag("--confirm", removal->confirm, "Yes, delete it");
  on_chosen(sub, line, [removal](Context& context) {
    return delete_dataset(context, removal->dataset, removal->confirm);
  });
  for (const char* verb : {"duplicate", "fork"}) {
    const bool fork = std::string_view(verb) == "fork";
    auto a = std::make_shared<Arguments>();
    sub =
        app.add_subcommand(verb, fork ? "Copy a dataset as it was at a position or time" : "Copy a dataset");
    add_dataset(sub, a->dataset);
    sub->add_option("name", a->name, "Name of the copy")->required();
    sub->add_option("--at", a->at, "A position or an RFC 3339 time")->required(fork);
    on_chosen(sub, line,
              [a](Context& context) { return duplicate_dataset(context, a->dataset, a->name, a->at); });
  }
}

void add_history(CLI::App& app, CommandLine& line) {
  struct Arguments {
    std::string dataset;
    EventsWanted wanted;
  };
  auto a = std::make_shared<Arguments>();
  auto* sub = app.add_subcommand("events", "List the events of a dataset, or follow them live");
  add_dataset(sub, a->dataset);
  sub->add_option("--from", a->wanted.from, "First position (or time)");
  sub->add_option("--to", a->wanted.to, "Last position (or time)");
  sub->add_option("--type", a->wanted.type, "records_imported, run_completed, …");
  sub->add_option("--limit", a->wanted.limit, "Rows at most")->check(CLI::PositiveNumber);
  sub->add_flag("--follow", a->wanted.follow, "Go on as they happen");
  on_chosen(sub, line, [a](Context& context) { return show_events(context, a->dataset, a->wanted); });

  struct Diff {
    std::string dataset, from, to;
  };
  auto diff = std::make_shared<Diff>();
  sub = app.add_subcommand("diff", "What changed between two positions");
  add_dataset(sub, diff->dataset);
  sub->add_option("--from", diff->from, "A position or an RFC 3339 time")->required();
  sub->add_option("--to", diff->to, "A position or an RFC 3339 time (else now)");
  on_chosen(sub, line,
            [diff](Context& context) { return show_diff(context, diff->dataset, diff->from, diff->to); });
}

}  // namespace

void add_daemon_verbs(CLI::App& app, CommandLine& line) {
  add_lists(app, line);
  add_import(app, line);
  add_views(app, line);
  add_records(app, line);
  add_erase(app, line);
  add_export(app, line);
  add_copies(app, line);
  add_history(app, line);
}

}  // namespace rftctl
