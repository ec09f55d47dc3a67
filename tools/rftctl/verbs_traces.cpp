#include <fmt/format.h>

#include "tools/rftctl/traces_view.hpp"
#include "tools/rftctl/verbs.hpp"

namespace rftctl {

namespace {

Query query_of(const TraceFilter& filter) {
  Query query;
  query.add("from", filter.from).add("to", filter.to).add("status", filter.status);
  for (const std::string& model : filter.models) query.add("model", model);
  for (const std::string& provider : filter.providers) query.add("provider", provider);
  for (const std::string& label : filter.labels) query.add("label", label);
  query.add("has_tools", filter.has_tools).add("has_output", filter.has_output).add("q", filter.q);
  query.add("session", filter.session).add("min_turns", filter.min_turns).add("dialect", filter.dialect);
  query.add("tokens_gte", filter.tokens_gte).add("tokens_lt", filter.tokens_lt);
  query.add("system", filter.system);
  return query;
}

void set_text(json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}
void set_number(json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = std::stoull(value);
}
void set_flag(json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value == "true";
}
void set_list(json& object, const char* key, const std::vector<std::string>& values) {
  if (!values.empty()) object[key] = values;
}

json object_of(const TraceFilter& filter) {
  json object = json::object();
  set_text(object, "from", filter.from);
  set_text(object, "to", filter.to);
  set_list(object, "model", filter.models);
  set_list(object, "provider", filter.providers);
  set_text(object, "status", filter.status);
  set_flag(object, "has_tools", filter.has_tools);
  set_text(object, "q", filter.q);
  set_list(object, "label", filter.labels);
  set_text(object, "session", filter.session);
  set_number(object, "min_turns", filter.min_turns);
  set_number(object, "tokens_gte", filter.tokens_gte);
  set_number(object, "tokens_lt", filter.tokens_lt);
  set_text(object, "dialect", filter.dialect);
  set_flag(object, "has_output", filter.has_output);
  set_text(object, "system", filter.system);
  return object;
}

}  // namespace

json selection_of(const TraceSelection& selection) {
  json body = json::object();
  if (json filter = object_of(selection.filter); !filter.empty()) body["filter"] = std::move(filter);
  set_list(body, "ids", selection.ids);
  set_text(body, "folding", selection.folding);
  if (selection.with_failed) body["with_failed"] = true;
  return body;
}

int list_traces(Context& context, const TraceFilter& filter, const Page& page) {
  const std::string query = query_of(filter).add("limit", page.limit).add("cursor", page.cursor).text();
  return context.show(context.client().get("/traces" + query),
                      [&](const json& list) { return traces_view(context.terminal(), list); });
}

int show_trace_facets(Context& context, const TraceFilter& filter) {
  return context.show(context.client().get("/traces/facets" + query_of(filter).text()),
                      [&](const json& facets) { return trace_facets_view(context.terminal(), facets); });
}

int show_trace(Context& context, const std::string& call) {
  return context.show(context.client().get(trace_path_of(call)),
                      [&](const json& found) { return trace_view(context.terminal(), found); });
}

int show_trace_sources(Context& context) {
  return context.show(context.client().get("/traces/sources"),
                      [&](const json& list) { return trace_sources_view(context.terminal(), list); });
}

int pull_trace_source(Context& context, const std::string& source) {
  return context.show(context.client().send("POST", source_path_of(source), json::object()),
                      [&](const json& item) {
                        return trace_sources_view(context.terminal(), json{{"items", json::array({item})}});
                      });
}

int pull_traces(Context& context, const std::string& dataset, const TracePull& wanted) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  json body = selection_of(wanted.selection);
  if (wanted.categorize) body["categorize"] = true;
  const std::string query = wanted.preview ? "?preview=true" : "";
  const auto answer = context.client().send("POST", path_of({*id, "pull"}) + query, body, Patience::endless);
  const int code =
      context.show(answer, [&](const json& pulled) { return pulled_view(pulled, wanted.preview); });
  // A pull that found nothing new has no run to wait for.
  if (code != exit_ok || !wanted.wait || text(answer->document(), "run").empty()) return code;
  return show_requested_run(context, *id, answer, true);
}

int create_from_traces(Context& context, const std::string& name, const std::string& objective,
                       const TraceSelection& selection) {
  json source{{"type", "traces"}};
  source.update(selection_of(selection));
  if (selection.ids.empty() && !source.contains("filter")) source["filter"] = json::object();
  const json body{{"name", name}, {"objective", objective}, {"source", std::move(source)}};
  return context.show(context.client().send("POST", "/datasets", body, Patience::endless),
                      [](const json& dataset) {
                        return fmt::format("created {}  {}; its first pull has been started\n",
                                           text(dataset, "id"), printable(text(dataset, "name")));
                      });
}

}  // namespace rftctl
