#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "tools/rftctl/dry_run_view.hpp"
#include "tools/rftctl/verbs.hpp"

namespace rftctl {

namespace {
// The grader object of a file: JSON as it is, anything else as the source of a script.
Result<json> grader_from_file(const std::string& file) {
  std::ifstream input(file, std::ios::binary);
  if (!input) return failed(file + " could not be opened");
  const std::string bytes{std::istreambuf_iterator<char>(input), {}};
  if (!file.ends_with(".json")) return json{{"type", "script"}, {"source", bytes}};
  json object = parse(bytes);
  if (!object.is_object())
    return failed(fmt::format("expected {} to hold a grader as a JSON object, found something else", file));
  return object;
}

// The run that was named, else the newest dry run.
Result<std::string> dry_run_named(Context& context, const std::string& id, const std::string& run) {
  if (!run.empty()) return run;
  const auto list = context.client().get(path_of({id, "dry-runs"}) + "?limit=1");
  if (!list) return std::unexpected(list.error());
  const json items = list->document().value("items", json::array());
  if (items.empty()) return failed("no dry run yet; rftctl dry-run start DATASET");
  return text(items.front(), "id");
}

// Prints the started run, or with `wait` what it says at its end.
int show_started(Context& context, const std::string& id, const Result<Response>& answer, bool wait) {
  if (!wait || !answer) return show_requested_run(context, id, answer, false);
  const std::string run = text(answer->document(), "run");
  if (const int ended = show_requested_run(context, id, answer, true); ended != exit_ok) return ended;
  return context.show(context.client().get(path_of({id, "dry-runs", run})),
                      [&](const json& report) { return dry_run_view(context.terminal(), report); });
}
}  // namespace

int show_grader(Context& context, const std::string& dataset, const std::string& version) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  return context.show(context.client().get(path_of({*id, "grader"}) + Query().add("version", version).text()),
                      [&](const json& answer) { return grader_view(context.terminal(), answer); });
}

int set_grader(Context& context, const std::string& dataset, const std::string& file,
               const std::string& reason) {
  const auto grader = grader_from_file(file);
  if (!grader) return context.tell(grader.error());
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const json body{{"grader", *grader}, {"reason", reason}};
  return context.show(context.client().send("PUT", path_of({*id, "grader"}), body), [](const json& answer) {
    return fmt::format("grader version {}: {}\n", text(answer, "version"), text(answer, "title"));
  });
}

int test_grader(Context& context, const std::string& dataset, const GraderTest& wanted) {
  json body = json::object();
  if (!wanted.file.empty()) {
    const auto grader = grader_from_file(wanted.file);
    if (!grader) return context.tell(grader.error());
    body["grader"] = *grader;
  }
  if (!wanted.size.empty()) body["size"] = std::stoull(wanted.size);
  if (!wanted.seed.empty()) body["seed"] = std::stoull(wanted.seed);
  if (!wanted.model.empty()) body["model"] = wanted.model;
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  return context.show(context.client().send("POST", path_of({*id, "grader", "test"}), body),
                      [&](const json& answer) { return grader_test_view(context.terminal(), answer); });
}

int list_grader_versions(Context& context, const std::string& dataset, const Page& page) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  return context.show(
      context.client().get(path_of({*id, "grader", "versions"}) +
                           Query().add("limit", page.limit).add("cursor", page.cursor).text()),
      [&](const json& answer) { return grader_versions_view(context.terminal(), answer); });
}

int diff_grader(Context& context, const std::string& dataset, const std::string& from,
                const std::string& to) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  return context.show(
      context.client().get(path_of({*id, "grader", "diff"}) + Query().add("from", from).add("to", to).text()),
      [&](const json& answer) { return grader_diff_view(context.terminal(), answer); });
}

int start_dry_run(Context& context, const std::string& dataset, const DryRunStart& wanted) {
  json body = json::object();
  if (wanted.sample_size == "all") {
    body["sample_size"] = "all";
  } else if (!wanted.sample_size.empty()) {
    body["sample_size"] = std::stoull(wanted.sample_size);
  }
  if (!wanted.model.empty()) body["model"] = wanted.model;
  if (!wanted.k.empty()) body["k"] = std::stoull(wanted.k);
  if (!wanted.seed.empty()) body["seed"] = std::stoull(wanted.seed);
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  return show_started(context, *id, context.client().send("POST", path_of({*id, "dry-runs"}), body),
                      wanted.wait);
}

int list_dry_runs(Context& context, const std::string& dataset, const Page& page) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  return context.show(
      context.client().get(path_of({*id, "dry-runs"}) +
                           Query().add("limit", page.limit).add("cursor", page.cursor).text()),
      [&](const json& answer) { return dry_runs_view(context.terminal(), answer); });
}

int show_dry_run(Context& context, const std::string& dataset, const std::string& run) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const auto named = dry_run_named(context, *id, run);
  if (!named) return context.tell(named.error());
  return context.show(context.client().get(path_of({*id, "dry-runs", *named})),
                      [&](const json& answer) { return dry_run_view(context.terminal(), answer); });
}

int show_samples(Context& context, const std::string& dataset, const SamplesWanted& wanted) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const auto named = dry_run_named(context, *id, wanted.run);
  if (!named) return context.tell(named.error());
  const std::string query = Query()
                                .add("sort", wanted.sort)
                                .add("limit", wanted.page.limit)
                                .add("cursor", wanted.page.cursor)
                                .text();
  return context.show(context.client().get(path_of({*id, "dry-runs", *named, "samples"}) + query),
                      [&](const json& answer) { return samples_view(context.terminal(), answer); });
}

int regrade_dry_run(Context& context, const std::string& dataset, const std::string& run,
                    const std::string& version, bool wait) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const auto named = dry_run_named(context, *id, run);
  if (!named) return context.tell(named.error());
  json body = json::object();
  if (!version.empty()) body["grader_version"] = std::stoull(version);
  return show_started(
      context, *id, context.client().send("POST", path_of({*id, "dry-runs", *named, "regrade"}), body), wait);
}

int compare_dry_runs(Context& context, const std::string& dataset, const std::string& a,
                     const std::string& b) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  return context.show(
      context.client().get(path_of({*id, "dry-runs", "compare"}) + Query().add("a", a).add("b", b).text()),
      [&](const json& answer) { return comparison_view(context.terminal(), answer); });
}

}  // namespace rftctl
