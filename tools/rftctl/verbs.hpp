// The verbs that talk to the daemon. Each takes its arguments as a value and returns the exit code; what the
// arguments are called on the command line is written in arguments_daemon.cpp. Main thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/rftctl/context.hpp"

namespace rftctl {

struct Page {
  std::string limit;
  std::string cursor;
};

// verbs_datasets.cpp
int list_datasets(Context& context, const std::string& search, const Page& page);
int create_dataset(Context& context, const std::string& name, const std::string& objective,
                   const std::string& file);
int delete_dataset(Context& context, const std::string& dataset, bool confirm);
// `at` is empty for a whole copy.
int duplicate_dataset(Context& context, const std::string& dataset, const std::string& name,
                      const std::string& at);

// verbs_import.cpp
struct Import {
  std::string file;  // "-" is standard input
  bool replace = false;
  bool confirm = false;
  bool categorize = false;
};
int import_file(Context& context, const std::string& dataset, const Import& import);
// Into the trace store, not into a dataset.
int import_traces(Context& context, const std::string& file);
// `name`: of the new dataset; empty for the archive's own.
int import_archive(Context& context, const std::string& file, const std::string& name);

// verbs_views.cpp
int show_canvas(Context& context, const std::string& dataset, const std::string& at);
int show_health(Context& context, const std::string& dataset, const std::string& at);
int show_coverage(Context& context, const std::string& dataset, const std::string& at);
int show_diff(Context& context, const std::string& dataset, const std::string& from, const std::string& to);
int show_system(Context& context);
// Has the daemon copy its store into a folder of its machine.
int backup_running(Context& context, const std::string& to);

// verbs_records.cpp
struct RecordsWanted {
  std::string record;  // one record with its data; the rest is then not used
  std::string valid, code, topic, source, q, duplicate, sort, at, confidence_lt;
  Page page;
};
int show_records(Context& context, const std::string& dataset, const RecordsWanted& wanted);
struct Export {
  std::string what = "records";
  std::string shape;
  std::string valid, topic;
  std::string out;  // empty: standard output
};
int erase_records(Context& context, const std::string& dataset, const std::vector<std::string>& records,
                  const std::string& reason, bool confirm);
int export_dataset(Context& context, const std::string& dataset, const Export& wanted);

// verbs_topics.cpp
struct TopicsGenerate {
  std::string method = "auto";
  std::string template_name;
  std::string max_topics, depth, granularity, embedder, label_model;
  bool confirm = false;
  bool wait = false;
};
// JSON null for "none".
json model_or_none(const std::string& name);
// The hierarchy as a table.
std::string topics_view(const Terminal& terminal, const json& answer);
int show_topics(Context& context, const std::string& dataset, const std::string& at);
int generate_topics(Context& context, const std::string& dataset, const TopicsGenerate& wanted);
int set_topics(Context& context, const std::string& dataset, const std::string& file, bool clear);
struct Categorize {
  std::string scope = "unlabeled";
  std::string embedder, model;
  bool confirm = false;
  bool wait = false;
};
int categorize(Context& context, const std::string& dataset, const Categorize& wanted);
// What compares and names texts in this dataset; fields left empty stay as they are.
struct TopicSettings {
  std::string embedder, label_model, categorize_imports;
};
int topic_settings(Context& context, const std::string& dataset, const TopicSettings& wanted);

// verbs_topic_edits.cpp
struct TopicEdit {
  std::string topic, name, description;
  std::vector<std::string> keywords;
  std::string parent;  // of a deletion: the topic that gets the records
  bool confirm = false;
};
int change_topic(Context& context, const std::string& dataset, const TopicEdit& wanted);
int add_topic(Context& context, const std::string& dataset, const TopicEdit& wanted);
int remove_topic(Context& context, const std::string& dataset, const TopicEdit& wanted);
int merge_topics(Context& context, const std::string& dataset, const std::string& into,
                 const std::vector<std::string>& from);
int split_topic(Context& context, const std::string& dataset, const std::string& topic,
                const TopicsGenerate& wanted);
// `topic`: an id, or "none".
int assign_topic(Context& context, const std::string& dataset, const std::string& topic,
                 const std::vector<std::string>& records);
// All of them by name, or one in full.
int show_templates(Context& context, const std::string& name);

// verbs_grading.cpp
struct GraderTest {
  std::string file;  // empty: the stored grader
  std::string size, seed, model;
};
int show_grader(Context& context, const std::string& dataset, const std::string& version);
int set_grader(Context& context, const std::string& dataset, const std::string& file,
               const std::string& reason);
int test_grader(Context& context, const std::string& dataset, const GraderTest& wanted);
int list_grader_versions(Context& context, const std::string& dataset, const Page& page);
int diff_grader(Context& context, const std::string& dataset, const std::string& from, const std::string& to);
struct DryRunStart {
  std::string sample_size, model, k, seed;
  bool wait = false;
};
struct SamplesWanted {
  std::string run;  // empty: the newest dry run
  std::string sort;
  Page page;
};
int start_dry_run(Context& context, const std::string& dataset, const DryRunStart& wanted);
int list_dry_runs(Context& context, const std::string& dataset, const Page& page);
// An empty `run` is the newest.
int show_dry_run(Context& context, const std::string& dataset, const std::string& run);
int show_samples(Context& context, const std::string& dataset, const SamplesWanted& wanted);
int regrade_dry_run(Context& context, const std::string& dataset, const std::string& run,
                    const std::string& version, bool wait);
int compare_dry_runs(Context& context, const std::string& dataset, const std::string& a,
                     const std::string& b);

// verbs_generate.cpp
struct GenerateWanted {
  std::string model, strategy, count, temperature, share, variations, seed;
  std::vector<std::string> topics, records;
  bool preview = false;
  bool wait = false;
};
struct ReviewWanted {
  std::string run;     // empty: the newest generation
  std::string accept;  // all or none; empty: `numbers` or `reject` count
  std::vector<std::uint64_t> numbers, reject;
};
int generate_records(Context& context, const std::string& dataset, const GenerateWanted& wanted);
int list_generations(Context& context, const std::string& dataset, const Page& page);
int show_generation(Context& context, const std::string& dataset, const std::string& run);
int show_generated(Context& context, const std::string& dataset, const std::string& run, const Page& page);
int review_generation(Context& context, const std::string& dataset, const ReviewWanted& wanted);

// verbs_traces.cpp
// Fields left empty do not filter. What each means: schemas/openapi.yaml, GET /traces.
struct TraceFilter {
  std::string from, to, status, has_tools, has_output, q, system, session, min_turns, tokens_gte, tokens_lt,
      dialect;
  std::vector<std::string> models, providers, labels;
};
struct TraceSelection {
  TraceFilter filter;
  std::vector<std::string> ids;
  std::string folding;  // empty: the daemon's usual one
  bool with_failed = false;
};
struct TracePull {
  TraceSelection selection;
  bool categorize = false;
  bool preview = false;
  bool wait = false;
};
// The body's members that say which calls; what is not asked for is left out.
json selection_of(const TraceSelection& selection);
int list_traces(Context& context, const TraceFilter& filter, const Page& page);
int show_trace_facets(Context& context, const TraceFilter& filter);
int show_trace(Context& context, const std::string& call);
int show_trace_sources(Context& context);
// Now, whatever its schedule says; answered before it has ended.
int pull_trace_source(Context& context, const std::string& source);
int pull_traces(Context& context, const std::string& dataset, const TracePull& wanted);
int create_from_traces(Context& context, const std::string& name, const std::string& objective,
                       const TraceSelection& selection);

// verbs_runs.cpp
int list_runs(Context& context, const std::string& dataset, const Page& page);
int show_run(Context& context, const std::string& dataset, const std::string& run);
// `order`: cancel or resume.
int order_run(Context& context, const std::string& dataset, const std::string& run, const std::string& order);
int trigger_step(Context& context, const std::string& dataset, const std::string& step, bool confirm,
                 bool wait);
// Until nothing of the dataset runs or is about to; exit_failed after `seconds`, or when a run has failed or
// is parked.
int wait_for_runs(Context& context, const std::string& dataset, unsigned seconds);
// Prints the 202 answer {run}; with `wait` follows the run to its end.
int show_requested_run(Context& context, const std::string& dataset, const Result<Response>& answer,
                       bool wait);

// verbs_events.cpp
struct EventsWanted {
  std::string from, to, limit, type;
  bool follow = false;
};
int show_events(Context& context, const std::string& dataset, const EventsWanted& wanted);

}  // namespace rftctl
