// schemas/openapi.yaml against the table of routes and against live answers.
#include <set>

#include "api/openapi.hpp"
#include "api/routes.hpp"
#include "tests/api/api_support.hpp"

namespace {
const Json& document() {
  static const Json parsed = Json::parse(api::openapi_json());
  return parsed;
}

const Json& resolved(const Json& schema) {
  if (!schema.contains("$ref")) return schema;
  const std::string pointer = schema["$ref"].get<std::string>().substr(1);
  return resolved(document().at(Json::json_pointer(pointer)));
}

bool is_of(const Json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return type == "null" && value.is_null();
}

// What of `value` is not as `schema` says, by JSON pointer; empty when all is.
std::string fault_in(const Json& value, const Json& unresolved, const std::string& at);

std::string fault_in_object(const Json& value, const Json& schema, const std::string& at) {
  for (const Json& name : schema.value("required", Json::array())) {
    if (!value.contains(name.get<std::string>())) return at + "/" + name.get<std::string>() + ": missing";
  }
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [name, member] : value.items()) {
    std::string wrong;
    if (properties.contains(name)) {
      wrong = fault_in(member, properties[name], at + "/" + name);
    } else if (schema.contains("additionalProperties")) {
      const Json& others = schema["additionalProperties"];
      if (others == false) return at + "/" + name + ": not described";
      if (others.is_object()) wrong = fault_in(member, others, at + "/" + name);
    }
    if (!wrong.empty()) return wrong;
  }
  return {};
}

std::string fault_in(const Json& value, const Json& unresolved, const std::string& at) {
  const Json& schema = resolved(unresolved);
  if (schema.contains("anyOf")) {
    std::string first;
    for (const Json& one : schema["anyOf"]) {
      const std::string wrong = fault_in(value, one, at);
      if (wrong.empty()) return {};
      if (first.empty()) first = wrong;
    }
    return first;
  }
  if (schema.contains("type")) {
    const Json types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
    bool fits = false;
    for (const Json& type : types) fits = fits || is_of(value, type.get<std::string>());
    if (!fits) return at + ": " + value.dump().substr(0, 60) + " is not " + types.dump();
  }
  if (schema.contains("enum") && !value.is_null()) {
    const Json& allowed = schema["enum"];
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
      return at + ": " + value.dump() + " is none of " + allowed.dump();
  }
  if (schema.contains("minimum") && value.is_number() && value < schema["minimum"]) return at + ": too small";
  if (value.is_array() && schema.contains("items")) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string wrong = fault_in(value[i], schema["items"], at + "/" + std::to_string(i));
      if (!wrong.empty()) return wrong;
    }
  }
  return value.is_object() ? fault_in_object(value, schema, at) : std::string{};
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// Asks, and holds the answer against what the document says of that path, verb and status.
Json check(TestDaemon& t, const std::string& verb, const std::string& path, const std::string& target,
           const std::string& body = {}, int status = 0) {
  const HttpAnswer answer = t.client->ask(verb, target, body);
  const Json& operation = document()["paths"][path][lower(verb)];
  const std::string told = std::to_string(answer.status);
  INFO(verb << " " << target << ": " << answer.status << " " << answer.body.substr(0, 500));
  if (status != 0) REQUIRE(answer.status == status);
  const bool described = operation["responses"].contains(told);
  const Json& response = resolved(operation["responses"][described ? told : "default"]);
  const std::string type = answer.header("content-type");
  REQUIRE(response["content"].contains(type));
  const std::string wrong = fault_in(Json::parse(answer.body), response["content"][type]["schema"], "");
  REQUIRE(wrong == "");
  return Json::parse(answer.body);
}

const std::string D = "/api/v1/datasets";
const std::string X = D + "/{dataset}";
}  // namespace

TEST_CASE("every route is described, and everything described is a route", "[api][contract]") {
  std::set<std::string> described;
  for (const auto& [path, item] : document()["paths"].items()) {
    for (const auto& [verb, operation] : item.items()) described.insert(verb + " " + path);
  }
  std::set<std::string> routed;
  for (const api::Route& route : api::routes())
    routed.insert(lower(std::string(api::name_of(route.verb))) + " " + std::string(route.pattern));
  REQUIRE(described == routed);
}

TEST_CASE("the query parameters of each route are those that are described", "[api][contract]") {
  for (const api::Route& route : api::routes()) {
    if (route.parameters == "*") continue;
    const Json& operation =
        document()["paths"][std::string(route.pattern)][lower(std::string(api::name_of(route.verb)))];
    std::set<std::string> described;
    for (const Json& parameter : operation.value("parameters", Json::array())) {
      const Json& whole = resolved(parameter);
      if (whole["in"] == "query" && whole["name"] != "at") described.insert(whole["name"].get<std::string>());
    }
    std::set<std::string> taken;
    std::istringstream names{std::string(route.parameters)};
    for (std::string name; names >> name;) taken.insert(name);
    INFO(route.pattern);
    REQUIRE(described == taken);
  }
}

TEST_CASE("operation ids differ, references lead somewhere, examples fit their schemas", "[api][contract]") {
  std::set<std::string> ids;
  for (const auto& [path, item] : document()["paths"].items()) {
    for (const auto& [verb, operation] : item.items()) {
      INFO(verb << " " << path);
      REQUIRE(ids.insert(operation["operationId"].get<std::string>()).second);
      if (!operation.contains("requestBody")) continue;
      for (const auto& [type, media] : operation["requestBody"]["content"].items()) {
        if (media.contains("example")) REQUIRE(fault_in(media["example"], media["schema"], "") == "");
      }
    }
  }
  const Json& example =
      document()["components"]["responses"]["Problem"]["content"]["application/problem+json"];
  REQUIRE(fault_in(example["example"], example["schema"], "") == "");
}

TEST_CASE("a schema that is violated is noticed", "[api][contract]") {
  const Json schema = Json::parse(R"({"$ref":"#/components/schemas/RunStarted"})");
  REQUIRE(fault_in(Json::parse(R"({"run":"run1","position":2})"), schema, "") == "");
  REQUIRE(fault_in(Json::parse(R"({"run":"run1"})"), schema, "") == "/position: missing");
  REQUIRE(fault_in(Json::parse(R"({"run":7,"position":2})"), schema, "") == "/run: 7 is not [\"string\"]");
  REQUIRE(fault_in(Json::parse(R"({"run":"run1","position":2,"more":1})"), schema, "") ==
          "/more: not described");
}

TEST_CASE("live answers are exactly what is described", "[api][contract]") {
  TestDaemon t;
  check(t, "GET", "/healthz", "/healthz", "", 200);
  check(t, "GET", "/readyz", "/readyz", "", 200);
  check(t, "GET", "/api/v1/system", "/api/v1/system", "", 200);
  check(t, "POST", D, D, R"({"name":"chess","objective":"explain"})", 201);
  check(t, "GET", X + "/canvas", D + "/d1/canvas", "", 200);
  check(t, "GET", X + "/topics", D + "/d1/topics", "", 200);
  check(t, "GET", X + "/coverage", D + "/d1/coverage", "", 200);
  check(t, "POST", X + "/steps/{step}/trigger", D + "/d1/steps/topics/trigger", "{}", 409);
  const HttpAnswer imported =
      t.import(D + "/d1", test_data("chat/mixed_topics.jsonl") + test_data("bad/dirty.jsonl"));
  REQUIRE(imported.status == 202);
  const Json& result =
      document()["paths"][X + "/import"]["post"]["responses"]["202"]["content"]["application/json"];
  REQUIRE(fault_in(Json::parse(imported.body), result["schema"], "") == "");
  t.settled(D + "/d1");
  check(t, "GET", D, D, "", 200);
  check(t, "GET", X, D + "/d1", "", 200);
  check(t, "GET", X, D + "/d9", "", 404);
  check(t, "GET", X + "/canvas", D + "/d1/canvas", "", 200);
  check(t, "GET", X + "/canvas", D + "/d1/canvas?at=3", "", 200);
  check(t, "GET", X + "/health", D + "/d1/health", "", 200);
  const Json list = check(t, "GET", X + "/records", D + "/d1/records?limit=200", "", 200);
  for (const Json& item : list["items"])
    check(t, "GET", X + "/records/{record}", D + "/d1/records/" + item["id"].get<std::string>(), "", 200);
  check(t, "GET", X + "/topics", D + "/d1/topics", "", 200);
  check(t, "GET", X + "/coverage", D + "/d1/coverage", "", 200);
  check(t, "GET", X + "/runs", D + "/d1/runs", "", 200);
  check(t, "GET", X + "/runs/{run}", D + "/d1/runs/run1", "", 200);
  check(t, "GET", X + "/events", D + "/d1/events?limit=1000", "", 200);
  check(t, "GET", X + "/events", D + "/d1/events?limit=1000&detail=full", "", 200);
  check(t, "GET", X + "/events/histogram", D + "/d1/events/histogram", "", 200);
  check(t, "PATCH", X, D + "/d1", R"({"name":"chess coach"})", 200);
  check(t, "PATCH", X + "/records/{record}", D + "/d1/records/r1", R"({"topic":null})", 200);
  check(t, "DELETE", X + "/records/{record}", D + "/d1/records/r2", "", 200);
  check(t, "POST", X + "/records/bulk", D + "/d1/records/bulk", R"({"action":"delete","ids":["r3"]})", 200);
  check(t, "PUT", X + "/topics", D + "/d1/topics",
        R"({"topics":[{"name":"a"},{"name":"b"}],"assignments":"clear"})", 200);
  t.settled(D + "/d1");
  check(t, "POST", X + "/categorize", D + "/d1/categorize", "{}", 202);
  t.settled(D + "/d1");
  check(t, "PUT", X + "/coverage/targets", D + "/d1/coverage/targets", R"({"targets":"uniform"})", 200);
  check(t, "POST", X + "/steps/{step}/skip", D + "/d1/steps/coverage/skip", "{}", 200);
  check(t, "POST", X + "/topics/generate", D + "/d1/topics/generate", R"({"confirm":true})", 202);
  t.settled(D + "/d1");
  check(t, "POST", X + "/runs/{run}/cancel", D + "/d1/runs/run1/cancel", "{}", 409);
  check(t, "POST", X + "/runs/{run}/resume", D + "/d1/runs/run1/resume", "", 409);
  check(t, "GET", X + "/diff", D + "/d1/diff?from=1", "", 200);
  check(t, "POST", X + "/duplicate", D + "/d1/duplicate", R"({"name":"copy","at":3})", 201);
  check(t, "DELETE", X, D + "/d2", "", 409);
  check(t, "DELETE", X, D + "/d2?confirm=true", "", 200);
  check(t, "GET", X, D + "/d2", "", 410);
  REQUIRE(Json::parse(t.client->get("/api/v1/openapi.json").body) == document());
}
