#include <unistd.h>

#include <fstream>

#include "api/handlers.hpp"
#include "api/json.hpp"
#include "api/openapi.hpp"
#include "api/time_text.hpp"
#include "api/version.hpp"
#include "api/workers.hpp"
#include "steps/traces/collector.hpp"
#include "steps/traces/source_puller.hpp"

namespace api {

namespace {
Reply json_reply(const Json& body, unsigned status = 200) {
  Reply reply;
  reply.status = status;
  reply.body = to_bytes(body);
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

class Exposition {
 public:
  // `labels` as they stand between braces; empty for none.
  template <class Number>
  void add(std::string_view name, std::string_view type, std::string_view help, Number value,
           std::string_view labels = {}) {
    head(name, type, help);
    line(name, labels, value);
  }
  void head(std::string_view name, std::string_view type, std::string_view help) {
    text += "# HELP " + std::string(name) + " " + std::string(help) + "\n# TYPE " + std::string(name) + " " +
            std::string(type) + "\n";
  }
  template <class Number>
  void line(std::string_view name, std::string_view labels, Number value) {
    text += name;
    if (!labels.empty()) text += "{" + std::string(labels) + "}";
    text += " " + Json(value).dump() + "\n";
  }
  std::string text;
};

void add_http(Exposition& out, const Metrics& metrics) {
  out.head("rftd_http_requests_total", "counter", "Answers by status.");
  for (const auto& [status, count] : metrics.answers)
    out.line("rftd_http_requests_total", "status=\"" + std::to_string(status) + "\"", count);
  out.head("rftd_http_request_seconds", "histogram",
           "From a whole header to the answer handed to the system.");
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < Metrics::bounds.size(); ++i) {
    sum += metrics.durations.at(i);
    out.line("rftd_http_request_seconds_bucket", "le=\"" + Json(Metrics::bounds.at(i)).dump() + "\"", sum);
  }
  out.line("rftd_http_request_seconds_bucket", "le=\"+Inf\"", metrics.requests);
  out.line("rftd_http_request_seconds_sum", "", metrics.seconds);
  out.line("rftd_http_request_seconds_count", "", metrics.requests);
  out.add("rftd_http_connections", "gauge", "Open connections.", metrics.connections);
  out.add("rftd_http_connections_refused_total", "counter", "Connections over the limit.",
          metrics.connections_refused);
  out.add("rftd_http_upload_bytes_total", "counter", "Bytes of request bodies read.", metrics.bytes_uploaded);
}

void add_trace_sources(Exposition& out, const std::vector<steps::traces::SourceStatus>& sources) {
  const auto each = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
    out.head(name, type, help);
    for (const auto& source : sources) out.line(name, "source=\"" + source.source.name + "\"", value(source));
  };
  each("rftd_trace_source_taken_total", "counter", "New spans and observations that were pulled.",
       [](const auto& source) { return source.taken_total; });
  each("rftd_trace_source_failures_total", "counter", "Pulls that failed, since the start.",
       [](const auto& source) { return source.failures; });
  each("rftd_trace_source_up", "gauge", "Whether the last pull worked; 1 before the first.",
       [](const auto& source) { return source.last_error.empty() ? 1 : 0; });
}
}  // namespace

Result<Reply> get_system(const Call& call) {
  const Services& services = *call.services;
  const store::Statistics store = services.engine.log().statistics();
  const engine::EngineStatistics engine = services.engine.statistics();
  const auto started =
      std::chrono::duration_cast<std::chrono::microseconds>(services.metrics.started.time_since_epoch());
  Json body;
  body["version"] = version_text;
  body["build"] = build_id;
  body["projection_version"] = projection_version;
  body["started_at"] = rfc3339(started.count());
  body["durability"] = services.durability;
  body["store"] = {{"kind", "rocksdb"},
                   {"streams", store.streams},
                   {"bytes_on_disk", store.bytes_on_disk},
                   {"epoch", store.epoch}};
  body["positions"] = {{"global", store.global_position}};
  body["datasets"] = engine.datasets;
  body["queues"] = {{"engine", engine.queue},
                    {"runs_working", engine.runs_working},
                    {"api_workers", services.workers.waiting()},
                    {"event_streams", services.hub.listeners()},
                    {"connections", services.metrics.connections}};
  body["memory_bytes"] = resident_bytes();
  body["models"] = Json::array();
  body["trainers"] = Json::array();
  return json_reply(body);
}

Result<Reply> get_healthz(const Call& call) {
  const bool alive = call.services->engine.alive(std::chrono::seconds(30));
  Reply reply = json_reply(Json::object(), alive ? 200 : 503);
  reply.body = alive ? R"({"status":"ok"})" : R"({"status":"the engine does not come round"})";
  return reply;
}

Result<Reply> get_readyz(const Call& call) {
  Reply reply = json_reply(Json::object(), call.services->hub.closing() ? 503 : 200);
  reply.body = call.services->hub.closing() ? R"({"status":"stopping"})" : R"({"status":"ready"})";
  return reply;
}

Result<Reply> get_metrics(const Call& call) {
  const Services& services = *call.services;
  const store::Statistics store = services.engine.log().statistics();
  const engine::EngineStatistics engine = services.engine.statistics();
  Exposition out;
  add_http(out, services.metrics);
  out.add("rftd_event_streams", "gauge", "Readers of live events.", services.hub.listeners());
  out.add("rftd_api_jobs_waiting", "gauge", "Jobs for api workers.", services.workers.waiting());
  out.add("rftd_engine_commands_total", "counter", "Commands that were answered.", engine.commands);
  out.add("rftd_engine_refused_total", "counter", "Commands that were refused.", engine.refused);
  out.add("rftd_engine_events_total", "counter", "Events made durable.", engine.events);
  out.add("rftd_engine_groups_total", "counter", "Synced writes.", engine.groups);
  out.add("rftd_engine_queue", "gauge", "Commands waiting.", engine.queue);
  out.add("rftd_engine_runs_working", "gauge", "Runs on workers.", engine.runs_working);
  out.add("rftd_datasets", "gauge", "Datasets, deleted ones included.", engine.datasets);
  out.add("rftd_datasets_evicted", "gauge", "Datasets whose state is not in memory.",
          engine.datasets_evicted);
  out.add("rftd_state_bytes", "gauge", "Of datasets' states in memory, about.", engine.state_bytes);
  const auto traces = services.traces.counts();
  out.add("rftd_traces_calls", "gauge", "Calls in the trace store.", services.traces.count({}));
  out.add("rftd_traces_bytes", "gauge", "Bytes of what was taken in and kept, before compression.",
          traces.bytes);
  out.add("rftd_traces_waiting", "gauge", "Traces that have not been looked at since something came.",
          traces.traces_waiting);
  out.head("rftd_traces_problems_total", "counter", "What could not be read of calls and spans, by reason.");
  for (const auto& [name, count] : traces.problems)
    out.line("rftd_traces_problems_total", "problem=\"" + name + "\"", count);
  add_trace_sources(out, services.trace_sources.statuses());
  out.add("rftd_store_global_position", "counter", "Position of the newest event of all.",
          store.global_position);
  out.add("rftd_store_bytes", "gauge", "Bytes on disk.", store.bytes_on_disk);
  out.add("rftd_durability_info", "gauge", "What an acknowledgement stands for.", 1,
          "mode=\"" + services.durability + "\"");
  out.add("process_resident_memory_bytes", "gauge", "Resident memory.", resident_bytes());
  out.add("process_start_time_seconds", "gauge", "Start, seconds since 1970.",
          std::chrono::duration<double>(services.metrics.started.time_since_epoch()).count());
  out.add("rftd_build_info", "gauge", "Version.", 1, "version=\"" + std::string(version_text) + "\"");
  Reply reply;
  reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
  reply.body = std::move(out.text);
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

Result<Reply> get_openapi(const Call& /*call*/) {
  Reply reply;
  reply.body = openapi_json();
  reply.headers.emplace_back("Cache-Control", "no-cache");
  return reply;
}

namespace {
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += "&lt;";
    if (c == '>') out += "&gt;";
    if (c == '&') out += "&amp;";
    if (c != '<' && c != '>' && c != '&') out += c;
  }
  return out;
}
}  // namespace

// The document as a page that needs no script.
Result<Reply> get_api_page(const Call& /*call*/) {
  const Json document = Json::parse(openapi_json());
  std::string page =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>rftd API</title>"
      "<meta name=\"viewport\" content=\"width=device-width\"></head><body><main><h1>rftd API</h1>"
      "<p>The same as a document: <a href=\"/api/v1/openapi.json\">openapi.json</a>.</p>";
  for (const auto& [path, item] : document["paths"].items()) {
    page += "<section><h2><code>" + escaped(path) + "</code></h2><dl>";
    for (const auto& [verb, operation] : item.items()) {
      if (!operation.is_object()) continue;
      page += "<dt><strong>" + escaped(verb) + "</strong></dt><dd>" +
              escaped(operation.value("summary", "")) + "<br>" + escaped(operation.value("description", "")) +
              "</dd>";
    }
    page += "</dl></section>";
  }
  Reply reply;
  reply.content_type = "text/html; charset=utf-8";
  reply.body = page + "</main></body></html>";
  return reply;
}

}  // namespace api
