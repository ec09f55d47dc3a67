// Graders, scores and dry runs as JSON on the wire. Pure, any thread. Included by .cpp files only.
#pragma once

#include <map>
#include <span>

#include "api/handler.hpp"
#include "api/json.hpp"
#include "steps/dry_run_report.hpp"
#include "steps/grade/grader.hpp"

namespace api {

Json statistics_view(const steps::grade::Statistics& statistics);
Json interval_view(const steps::grade::Interval& interval);
Json graded_view(const steps::grade::Graded& graded);
// What the events say of a dry run, for lists and for the head of its report.
Json dry_run_view(const engine::DatasetState& state, const engine::DryRun& dry_run);
// The statistics, verdict and advice, put behind what dry_run_view gave.
void add_report(const engine::DatasetState& state, const engine::DryRun& dry_run,
                const steps::DryRunReport& report, Json& view);
std::string_view verdict_text(schemas::Verdict verdict);

// The id of a topic; null for 0, which is none.
Json topic_or_null(std::uint32_t topic);
// steps::topic_names has the names; null for a topic that is no more.
Json name_or_null(const std::map<std::uint32_t, std::string>& names, std::uint32_t topic);

// JSON text that we wrote ourselves, as a value; null when it is empty.
Json json_from(std::string_view text);

// generated_records.cpp: run, strategy and source record of one that was generated; null for any other.
Result<Json> generated_from(const Call& call, std::uint64_t record);

inline Reply reply_with(const Json& body, unsigned status = 200) {
  Reply reply;
  reply.status = status;
  reply.body = to_bytes(body);
  return reply;
}

}  // namespace api
