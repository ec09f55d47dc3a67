// What the argument lists share. Included by arguments_*.cpp only. Main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <utility>

#include "tools/rftctl/arguments.hpp"
#include "tools/rftctl/verbs.hpp"

namespace rftctl {

template <class Verb>
std::function<int()> with_context(CommandLine& line, Verb verb) {
  return [&line, verb = std::move(verb)] {
    auto context = Context::from(line.settings);
    if (context) return verb(*context);
    std::fprintf(stderr, "rftctl: %s\n", context.error().text.c_str());
    return context.error().exit_code;
  };
}

// Makes `verb`, called with a Context, what is run when `sub` is given.
template <class Verb>
void on_chosen(CLI::App* sub, CommandLine& line, Verb verb) {
  sub->callback([&line, verb = std::move(verb)] { line.chosen = with_context(line, verb); });
}

inline void add_dataset(CLI::App* sub, std::string& dataset) {
  sub->add_option("dataset", dataset, "Id, or a name that only one dataset has")->required();
}

inline void add_at(CLI::App* sub, std::string& at) {
  sub->add_option("--at", at, "As it was: a position or an RFC 3339 time");
}

inline void add_page(CLI::App* sub, Page& page) {
  sub->add_option("--limit", page.limit, "Rows at most")->check(CLI::PositiveNumber);
  sub->add_option("--cursor", page.cursor, "Where the last page ended");
}

// arguments_topics.cpp: the verbs below `rftctl topics` that edit one topic.
void add_topic_edits(CLI::App& topics, CommandLine& line);

// arguments_traces.cpp: which calls a dataset is to take.
void add_trace_selection(CLI::App* sub, TraceSelection& selection);

// Lets `rftctl GROUP DATASET` stand for `rftctl GROUP <its usual verb> DATASET`.
template <class Verb>
void add_short_form(CLI::App* group, CommandLine& line, std::string& dataset, Verb verb) {
  group->add_option("dataset", dataset, "Without a verb: the dataset to show");
  group->require_subcommand(0, 1);
  group->callback([group, &line, &dataset, verb] {
    const bool has_verb = !group->get_subcommands().empty();
    if (has_verb && !dataset.empty()) throw CLI::ExtrasError({dataset});
    if (has_verb) return;
    if (dataset.empty()) throw CLI::RequiredError("A dataset or a verb");
    line.chosen = with_context(line, verb);
  });
}

}  // namespace rftctl
