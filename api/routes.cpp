#include "api/routes.hpp"

#include <algorithm>
#include <array>

#include "api/handlers.hpp"

namespace api {

namespace {
constexpr auto viewer = Role::viewer;
constexpr auto editor = Role::editor;
constexpr auto admin = Role::admin;

constexpr ReadRoute here(Read handler) {
  return {handler, On::api};
}
constexpr ReadRoute aside(Read handler) {
  return {handler, On::worker};
}

constexpr std::string_view record_filters =
    "valid code topic source duplicate line confidence_lt confidence_gte score_lt score_gte q sort limit "
    "cursor offset";
constexpr std::string_view export_filters =
    "what shape valid code topic source duplicate line confidence_lt confidence_gte score_lt score_gte q";

#define TRACE_FILTERS                                                                                       \
  "from to model provider dialect status has_tools has_output q system label session min_turns tokens_gte " \
  "tokens_lt"
constexpr std::string_view trace_filters = TRACE_FILTERS;
constexpr std::string_view trace_list = TRACE_FILTERS " limit cursor";
constexpr std::string_view trace_removal = TRACE_FILTERS " confirm";

#define DATASETS "/api/v1/datasets"
#define DATASET DATASETS "/{dataset}"

const std::array table{
    Route{Verb::get, DATASETS, "search status sort limit cursor", viewer, here(list_datasets)},
    Route{Verb::post, DATASETS, "", editor, Write{prepare_create, answer_created, start_first_pull}},
    Route{Verb::post, DATASETS "/import-archive", "name", admin, &post_import_archive},
    Route{Verb::get, DATASET, "", viewer, here(get_dataset)},
    Route{Verb::patch, DATASET, "", editor, Write{prepare_change, answer_dataset}},
    Route{Verb::delete_, DATASET, "confirm", admin, Write{prepare_delete, answer_dataset}},
    Route{Verb::post, DATASET "/duplicate", "", editor, Write{prepare_duplicate, answer_created}},
    Route{Verb::post, DATASET "/import", "mode confirm categorize name", editor, &post_import},
    Route{Verb::post, DATASET "/pull", "preview", editor, &post_pull},
    Route{Verb::get, DATASET "/export", export_filters, viewer, &get_export},
    Route{Verb::get, DATASET "/health", "", viewer, here(get_health)},
    Route{Verb::get, DATASET "/records", record_filters, viewer, aside(list_records)},
    Route{Verb::post, DATASET "/records/erase", "", admin, Write{prepare_erase, answer_erased}},
    Route{Verb::post, DATASET "/records/bulk", "", editor, Write{prepare_bulk, answer_bulk}},
    Route{Verb::get, DATASET "/records/{record}", "", viewer, aside(get_record)},
    Route{Verb::patch, DATASET "/records/{record}", "", editor, Write{prepare_edit_record, answer_record}},
    Route{Verb::delete_, DATASET "/records/{record}", "", editor,
          Write{prepare_delete_record, answer_record_deleted}},
    Route{Verb::get, DATASET "/canvas", "", viewer, here(get_canvas)},
    Route{Verb::post, DATASET "/steps/{step}/trigger", "", editor,
          Write{prepare_trigger, answer_run_started}},
    Route{Verb::post, DATASET "/steps/{step}/skip", "", editor, Write{prepare_skip, answer_canvas}},
    Route{Verb::get, DATASET "/runs", "step state limit cursor", viewer, here(list_runs)},
    Route{Verb::get, DATASET "/runs/{run}", "", viewer, here(get_run)},
    Route{Verb::post, DATASET "/runs/{run}/cancel", "", editor, Write{prepare_cancel, answer_run}},
    Route{Verb::post, DATASET "/runs/{run}/resume", "", editor, Write{prepare_resume, answer_run}},
    Route{Verb::get, DATASET "/topics", "", viewer, here(get_topics)},
    Route{Verb::put, DATASET "/topics", "", editor, Write{prepare_topics, answer_topics}},
    Route{Verb::post, DATASET "/topics/generate", "", editor,
          Write{prepare_generate_topics, answer_run_started}},
    Route{Verb::post, DATASET "/topics", "", editor, Write{prepare_add_topic, answer_topics}},
    Route{Verb::post, DATASET "/topics/merge", "", editor, Write{prepare_merge_topics, answer_topics}},
    Route{Verb::patch, DATASET "/topics/{topic}", "", editor, Write{prepare_change_topic, answer_topics}},
    Route{Verb::delete_, DATASET "/topics/{topic}", "reassign_to confirm", editor,
          Write{prepare_remove_topic, answer_topics}},
    Route{Verb::post, DATASET "/topics/{topic}/split", "", editor,
          Write{prepare_split_topic, answer_run_started}},
    Route{Verb::get, "/api/v1/topic-templates", "", viewer, here(get_topic_templates)},
    Route{Verb::post, DATASET "/categorize", "", editor, Write{prepare_categorize, answer_run_started}},
    Route{Verb::get, DATASET "/coverage", "", viewer, aside(get_coverage)},
    Route{Verb::put, DATASET "/coverage/targets", "", editor, Write{prepare_targets, answer_coverage}},
    Route{Verb::get, DATASET "/grader", "version", viewer, aside(get_grader)},
    Route{Verb::put, DATASET "/grader", "", editor, Write{prepare_grader, answer_grader}},
    Route{Verb::get, DATASET "/grader/versions", "limit cursor", viewer, aside(list_grader_versions)},
    Route{Verb::get, DATASET "/grader/diff", "from to", viewer, aside(get_grader_diff)},
    Route{Verb::post, DATASET "/grader/validate", "", editor, &post_grader_validate},
    Route{Verb::post, DATASET "/grader/test", "", editor, &post_grader_test},
    Route{Verb::get, DATASET "/dry-runs", "limit cursor", viewer, here(list_dry_runs)},
    Route{Verb::post, DATASET "/dry-runs", "", editor, Write{prepare_dry_run, answer_dry_run_started}},
    Route{Verb::get, DATASET "/dry-runs/compare", "a b", viewer, aside(compare_dry_runs)},
    Route{Verb::get, DATASET "/dry-runs/{run}", "", viewer, aside(get_dry_run)},
    Route{Verb::get, DATASET "/dry-runs/{run}/samples", "sort limit cursor topic scored score_lt score_gte",
          viewer, aside(list_samples)},
    Route{Verb::post, DATASET "/dry-runs/{run}/regrade", "", editor,
          Write{prepare_regrade, answer_dry_run_started}},
    Route{Verb::post, DATASET "/generate", "preview", editor,
          Previewed{preview_generate, Write{prepare_generate, answer_generate_started}}},
    Route{Verb::get, DATASET "/generations", "limit cursor", viewer, aside(list_generations)},
    Route{Verb::get, DATASET "/generations/{run}", "", viewer, aside(get_generation)},
    Route{Verb::get, DATASET "/generations/{run}/records", "limit cursor topic", viewer,
          aside(list_generated_records)},
    Route{Verb::post, DATASET "/generations/{run}/review", "", editor, Write{prepare_review, answer_review}},
    Route{Verb::get, DATASET "/events", "from to limit type detail", viewer, &get_events},
    Route{Verb::get, DATASET "/events/histogram", "buckets", viewer, aside(get_histogram)},
    Route{Verb::get, DATASET "/diff", "from to", viewer, aside(get_diff)},
    Route{Verb::get, "/api/v1/traces", trace_list, viewer, aside(list_traces)},
    Route{Verb::delete_, "/api/v1/traces", trace_removal, admin, &delete_traces},
    Route{Verb::get, "/api/v1/traces/facets", trace_filters, viewer, aside(get_trace_facets)},
    Route{Verb::post, "/api/v1/traces/preview", "", viewer, &post_traces_preview},
    Route{Verb::post, "/api/v1/traces/import", "", editor, &post_traces_import},
    Route{Verb::post, "/api/v1/traces/litellm", "", editor, &post_traces_import},
    Route{Verb::get, "/api/v1/traces/sources", "", viewer, here(list_trace_sources)},
    Route{Verb::post, "/api/v1/traces/sources/{source}/pull", "", editor, &post_trace_source_pull},
    Route{Verb::get, "/api/v1/traces/{call}", "", viewer, aside(get_trace)},
    Route{Verb::post, "/v1/traces", "", editor, &post_otlp_traces},
    Route{Verb::post, "/v1/logs", "", editor, &post_otlp_logs},
    Route{Verb::get, "/api/v1/models", "", viewer, aside(list_models)},
    Route{Verb::get, "/api/v1/graders/presets", "", viewer, here(list_grader_presets)},
    Route{Verb::post, "/v1/fine_tuning/alpha/graders/run", "", editor, &post_openai_grader_run},
    Route{Verb::post, "/v1/fine_tuning/alpha/graders/validate", "", editor, &post_openai_grader_validate},
    Route{Verb::get, "/api/v1/system", "", viewer, here(get_system)},
    Route{Verb::post, "/api/v1/system/backup", "", admin, &post_backup},
    Route{Verb::get, "/api/v1/openapi.json", "", viewer, here(get_openapi), true},
    Route{Verb::get, "/api/v1", "", viewer, here(get_api_page), true},
    Route{Verb::get, "/healthz", "", viewer, here(get_healthz), true},
    Route{Verb::get, "/readyz", "", viewer, here(get_readyz), true},
    Route{Verb::get, "/metrics", "", viewer, here(get_metrics)},
    Route{Verb::get, "/", "", viewer, aside(get_page), true},
    Route{Verb::get, "/finetune/{rest...}", "*", viewer, aside(get_page), true},
    Route{Verb::get, "/system", "*", viewer, aside(get_page), true},
    Route{Verb::get, "/assets/{rest...}", "*", viewer, aside(get_asset), true},
    Route{Verb::get, "/favicon.ico", "", viewer, aside(get_asset), true},
};

#undef DATASET
#undef DATASETS

// Takes the next "/segment" off a pattern.
std::string_view take_segment(std::string_view& pattern) {
  pattern.remove_prefix(1);
  const std::string_view segment = pattern.substr(0, pattern.find('/'));
  pattern.remove_prefix(segment.size());
  return segment;
}

bool matches(std::string_view pattern, Request& request) {
  request.ids.clear();
  if (pattern == "/") return request.path.empty();
  std::size_t i = 0;
  while (!pattern.empty()) {
    const std::string_view segment = take_segment(pattern);
    if (segment.ends_with("...}")) return true;
    if (i == request.path.size()) return false;
    const std::string& given = request.path[i++];
    if (segment.starts_with('{')) {
      if (given.empty()) return false;
      request.ids.emplace_back(segment.substr(1, segment.size() - 2), given);
    } else if (segment != given) {
      return false;
    }
  }
  return i == request.path.size();
}

// How much of the pattern the path has in the same place.
std::size_t likeness(std::string_view pattern, const Request& request) {
  std::size_t alike = 0;
  for (std::size_t i = 0; i < request.path.size() && pattern.size() > 1; ++i) {
    const std::string_view segment = take_segment(pattern);
    const std::size_t same =
        static_cast<std::size_t>(std::ranges::mismatch(segment, request.path[i]).in1 - segment.begin());
    if (segment == request.path[i]) {
      alike += 4;
    } else if (segment.starts_with('{')) {
      alike += 2;
    } else if (same >= 3) {  // a slip of the pen
      alike += 1;
    }
  }
  return alike;
}
}  // namespace

std::span<const Route> routes() {
  return table;
}

Match find_route(Request& request) {
  Match match;
  const Verb wanted = request.verb == Verb::head ? Verb::get : request.verb;
  for (const Route& route : table) {
    if (!matches(route.pattern, request)) continue;
    if (route.verb == wanted) {
      match.route = &route;
      return match;
    }
    match.allowed.push_back(route.verb);
    if (route.verb == Verb::get) match.allowed.push_back(Verb::head);
  }
  request.ids.clear();
  return match;
}

std::vector<std::string_view> near_matches(const Request& request) {
  std::vector<std::pair<std::size_t, std::string_view>> scored;
  for (const Route& route : table) {
    const std::size_t alike = likeness(route.pattern, request);
    if (alike >= 8) scored.emplace_back(alike, route.pattern);
  }
  std::ranges::sort(scored, [](const auto& a, const auto& b) {
    return std::pair(b.first, a.second) < std::pair(a.first, b.second);
  });
  std::vector<std::string_view> nearest;
  for (const auto& [score, pattern] : scored) {
    if (nearest.size() < 5 && std::ranges::find(nearest, pattern) == nearest.end())
      nearest.push_back(pattern);
  }
  return nearest;
}

}  // namespace api
