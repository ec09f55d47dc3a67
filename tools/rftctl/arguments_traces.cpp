// Verbs about calls of models that were received, and the options that select among them.
#include <memory>

#include "tools/rftctl/arguments_parts.hpp"

namespace rftctl {

namespace {

struct TracesArguments {
  std::string dataset, call, file, source;
  TraceFilter filter;
  TracePull pull;
  Page page;
};

void add_filter(CLI::App* sub, TraceFilter& filter) {
  const CLI::IsMember is_bool({"true", "false"});
  const CLI::Range whole(std::int64_t{0}, INT64_MAX);
  const CLI::Range at_least_one(std::int64_t{1}, INT64_MAX);
  const auto add = [&](const char* name, auto& into, const char* help) {
    return sub->add_option(name, into, help)->group("Filter");
  };
  add("--from", filter.from, "First time of the call, RFC 3339");
  add("--to", filter.to, "Time before which the call was, RFC 3339");
  add("--model", filter.models, "Model that answered; may be repeated: any of them");
  add("--provider", filter.providers, "Provider; may be repeated: any of them");
  add("--status", filter.status, "ok or error")->check(CLI::IsMember({"ok", "error"}));
  add("--has-tools", filter.has_tools, "true or false")->check(is_bool);
  add("--has-output", filter.has_output, "true or false")->check(is_bool);
  add("--q", filter.q, "Words of the last user message, all of them");
  add("--system", filter.system, "Words of the system prompt");
  add("--label", filter.labels, "Label; may be repeated: all of them");
  add("--session", filter.session, "Session, thread or run");
  add("--min-turns", filter.min_turns, "User turns at least")->check(at_least_one);
  add("--tokens-gte", filter.tokens_gte, "Tokens in and out, at least")->check(whole);
  add("--tokens-lt", filter.tokens_lt, "Tokens in and out, below")->check(at_least_one);
  add("--dialect", filter.dialect, "genai, openinference, traceloop, vercel, vllora, litellm, …");
}

void add_pull(CLI::App& traces, CommandLine& line) {
  auto a = std::make_shared<TracesArguments>();
  auto* sub = traces.add_subcommand(
      "pull", "Take new calls into a dataset; without a filter, what came since its last pull");
  add_dataset(sub, a->dataset);
  add_trace_selection(sub, a->pull.selection);
  sub->add_flag("--categorize", a->pull.categorize, "Give the records the topics there are");
  auto* preview = sub->add_flag("--preview", a->pull.preview, "Only say what would be taken");
  sub->add_flag("--wait", a->pull.wait, "Wait for its end")->excludes(preview);
  on_chosen(sub, line, [a](Context& context) { return pull_traces(context, a->dataset, a->pull); });
}

void add_sources(CLI::App& traces, CommandLine& line) {
  auto* sources = traces.add_subcommand("sources", "Where the daemon pulls traces from, and how that goes");
  sources->require_subcommand(0, 1);
  auto a = std::make_shared<TracesArguments>();
  auto* pull = sources->add_subcommand("pull", "Pull from a source now, whatever its schedule says");
  pull->add_option("source", a->source, "Name of the source")->required();
  on_chosen(sources, line, [pull, a](Context& context) {
    return pull->parsed() ? pull_trace_source(context, a->source) : show_trace_sources(context);
  });
}

}  // namespace

void add_trace_selection(CLI::App* sub, TraceSelection& selection) {
  add_filter(sub, selection.filter);
  const auto filters =
      sub->get_options([](const CLI::Option* option) { return option->get_group() == "Filter"; });
  auto* ids = sub->add_option("--id", selection.ids, "Id of a call, instead of a filter; may be repeated");
  ids->group("Filter");
  for (CLI::Option* filter : filters) ids->excludes(filter);
  sub->add_option("--folding", selection.folding,
                  "Of calls that repeat a conversation: not_a_prefix (usual), every_call or last_of_session")
      ->check(CLI::IsMember({"not_a_prefix", "every_call", "last_of_session"}))
      ->group("Filter");
  sub->add_flag("--with-failed", selection.with_failed, "Failed calls too")->group("Filter");
}

void add_trace_verbs(CLI::App& app, CommandLine& line) {
  auto* traces = app.add_subcommand("traces", "Calls of models that were received, and datasets from them");
  traces->require_subcommand(1);
  auto list = std::make_shared<TracesArguments>();
  auto* sub = traces->add_subcommand("list", "Calls, newest first");
  add_filter(sub, list->filter);
  add_page(sub, list->page);
  on_chosen(sub, line, [list](Context& context) { return list_traces(context, list->filter, list->page); });

  auto facets = std::make_shared<TracesArguments>();
  sub = traces->add_subcommand("facets", "How many calls, by model, provider, status, label and dialect");
  add_filter(sub, facets->filter);
  on_chosen(sub, line, [facets](Context& context) { return show_trace_facets(context, facets->filter); });

  auto show = std::make_shared<TracesArguments>();
  sub = traces->add_subcommand("show", "One call: its messages, answer, tools and spans");
  sub->add_option("call", show->call, "Id of the call")->required();
  on_chosen(sub, line, [show](Context& context) { return show_trace(context, show->call); });

  auto import = std::make_shared<TracesArguments>();
  sub = traces->add_subcommand(
      "import", "Read calls from a log of LiteLLM, Langfuse or vLLora, or plain ones (JSON, gzip, zstd)");
  sub->add_option("file", import->file, "The file, or - for standard input")->required();
  on_chosen(sub, line, [import](Context& context) { return import_traces(context, import->file); });

  add_sources(*traces, line);
  add_pull(*traces, line);
}

}  // namespace rftctl
