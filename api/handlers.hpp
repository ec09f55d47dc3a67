// Every handler that the table in routes.cpp names, by family. Each parses, asks, renders, and decides
// nothing.
#pragma once

#include "api/stream.hpp"

namespace api {

// datasets.cpp
Result<Reply> list_datasets(const Call& call);
Result<Reply> get_dataset(const Call& call);
Result<Wish> prepare_create(const Call& call);
Result<Reply> answer_created(const Call& call, const engine::Answer& answer,
                             const engine::DatasetState& state);
Result<Wish> prepare_change(const Call& call);
Result<Wish> prepare_delete(const Call& call);
Result<Wish> prepare_duplicate(const Call& call);
Result<Reply> answer_dataset(const Call& call, const engine::Answer& answer,
                             const engine::DatasetState& state);

// import.cpp
boost::asio::awaitable<void> post_import(Stream& stream, Call call);

// import_archive.cpp
boost::asio::awaitable<void> post_import_archive(Stream& stream, Call call);

// records.cpp
Result<Reply> list_records(const Call& call);
Result<Reply> get_record(const Call& call);
// record_edits.cpp
Result<Wish> prepare_edit_record(const Call& call);
Result<Wish> prepare_delete_record(const Call& call);
Result<Reply> answer_record(const Call& call, const engine::Answer& answer,
                            const engine::DatasetState& state);
Result<Reply> answer_record_deleted(const Call& call, const engine::Answer& answer,
                                    const engine::DatasetState& state);
Result<Wish> prepare_bulk(const Call& call);
// erase_records.cpp
Result<Wish> prepare_erase(const Call& call);
Result<Reply> answer_erased(const Call& call, const engine::Answer& answer,
                            const engine::DatasetState& state);
Result<Reply> answer_bulk(const Call& call, const engine::Answer& answer, const engine::DatasetState& state);

// canvas.cpp
Result<Reply> get_canvas(const Call& call);
Result<Reply> get_health(const Call& call);
Result<Reply> get_coverage(const Call& call);
Result<Wish> prepare_targets(const Call& call);
Result<Reply> answer_coverage(const Call& call, const engine::Answer& answer,
                              const engine::DatasetState& state);

// traces.cpp
Result<Reply> list_traces(const Call& call);
Result<Reply> get_trace_facets(const Call& call);
Result<Reply> get_trace(const Call& call);
boost::asio::awaitable<void> post_traces_preview(Stream& stream, Call call);
boost::asio::awaitable<void> delete_traces(Stream& stream, Call call);
// trace_sources.cpp
Result<Reply> list_trace_sources(const Call& call);
boost::asio::awaitable<void> post_trace_source_pull(Stream& stream, Call call);
// traces_import.cpp
boost::asio::awaitable<void> post_traces_import(Stream& stream, Call call);
// otlp.cpp
boost::asio::awaitable<void> post_otlp_traces(Stream& stream, Call call);
boost::asio::awaitable<void> post_otlp_logs(Stream& stream, Call call);
// pull.cpp
boost::asio::awaitable<void> post_pull(Stream& stream, Call call);
// Of a dataset that was created from traces.
void start_first_pull(const Call& call, const engine::Answer& answer,
                      const boost::asio::any_io_executor& executor);

// topics.cpp
Result<Reply> get_topics(const Call& call);
Result<Wish> prepare_topics(const Call& call);
Result<Reply> answer_topics(const Call& call, const engine::Answer& answer,
                            const engine::DatasetState& state);
Result<Wish> prepare_generate_topics(const Call& call);
Result<Wish> prepare_categorize(const Call& call);

// topic_edits.cpp
Result<Wish> prepare_add_topic(const Call& call);
Result<Wish> prepare_change_topic(const Call& call);
Result<Wish> prepare_remove_topic(const Call& call);
Result<Wish> prepare_merge_topics(const Call& call);
Result<Wish> prepare_split_topic(const Call& call);
Result<Reply> get_topic_templates(const Call& call);

// graders.cpp
Result<Reply> get_grader(const Call& call);
Result<Wish> prepare_grader(const Call& call);
Result<Reply> answer_grader(const Call& call, const engine::Answer& answer,
                            const engine::DatasetState& state);
Result<Reply> list_grader_versions(const Call& call);
Result<Reply> get_grader_diff(const Call& call);
boost::asio::awaitable<void> post_grader_validate(Stream& stream, Call call);
boost::asio::awaitable<void> post_grader_test(Stream& stream, Call call);
Result<Reply> list_grader_presets(const Call& call);

// dry_runs.cpp
Result<Wish> prepare_dry_run(const Call& call);
Result<Wish> prepare_regrade(const Call& call);
Result<Reply> answer_dry_run_started(const Call& call, const engine::Answer& answer,
                                     const engine::DatasetState& state);
Result<Reply> list_dry_runs(const Call& call);
Result<Reply> get_dry_run(const Call& call);
Result<Reply> compare_dry_runs(const Call& call);
// dry_run_samples.cpp
Result<Reply> list_samples(const Call& call);

// generations.cpp
Result<Wish> prepare_generate(const Call& call);
Result<Reply> preview_generate(const Call& call);
Result<Reply> answer_generate_started(const Call& call, const engine::Answer& answer,
                                      const engine::DatasetState& state);
// generated_records.cpp
Result<Reply> list_generations(const Call& call);
Result<Reply> get_generation(const Call& call);
Result<Reply> list_generated_records(const Call& call);
Result<Wish> prepare_review(const Call& call);
Result<Reply> answer_review(const Call& call, const engine::Answer& answer,
                            const engine::DatasetState& state);

// openai_graders.cpp
boost::asio::awaitable<void> post_openai_grader_run(Stream& stream, Call call);
boost::asio::awaitable<void> post_openai_grader_validate(Stream& stream, Call call);

// models.cpp
Result<Reply> list_models(const Call& call);

// runs.cpp
Result<Wish> prepare_trigger(const Call& call);
Result<Reply> answer_run_started(const Call& call, const engine::Answer& answer,
                                 const engine::DatasetState& state);
Result<Wish> prepare_skip(const Call& call);
Result<Reply> answer_canvas(const Call& call, const engine::Answer& answer,
                            const engine::DatasetState& state);
Result<Reply> list_runs(const Call& call);
Result<Reply> get_run(const Call& call);
Result<Wish> prepare_cancel(const Call& call);
Result<Wish> prepare_resume(const Call& call);
Result<Reply> answer_run(const Call& call, const engine::Answer& answer, const engine::DatasetState& state);

// events.cpp, event_stream.cpp
boost::asio::awaitable<void> get_events(Stream& stream, Call call);
Result<Reply> list_events(const Call& call);
Result<Reply> get_histogram(const Call& call);
// diff.cpp
Result<Reply> get_diff(const Call& call);

// export.cpp
boost::asio::awaitable<void> get_export(Stream& stream, Call call);

// backup.cpp
boost::asio::awaitable<void> post_backup(Stream& stream, Call call);

// system.cpp
Result<Reply> get_system(const Call& call);
Result<Reply> get_healthz(const Call& call);
Result<Reply> get_readyz(const Call& call);
Result<Reply> get_metrics(const Call& call);
Result<Reply> get_openapi(const Call& call);
Result<Reply> get_api_page(const Call& call);
// web_page.cpp
Result<Reply> get_page(const Call& call);
Result<Reply> get_asset(const Call& call);

}  // namespace api
