#include "api/model_names.hpp"

#include "steps/llm/client.hpp"

namespace api {

namespace {
// The name by which everybody calls it: vectors and answers are kept under it.
std::string whole_name(const Call& call, Fields& fields, std::string_view name, const std::string& given,
                       std::string_view others) {
  const auto target = call.services->models.resolve(given);
  if (target) return target->provider->name + "/" + target->model;
  const Error& error = target.error();
  fields.refuse(name, std::string(others) + error.wanted, error.found + " (asked for '" + given + "')",
                error.hint);
  return {};
}
}  // namespace

std::string embedder_in(const Call& call, Fields& fields, std::string_view name,
                        const std::string& fallback) {
  const auto given = fields.optional_text(name);
  if (!given) return fallback;
  if (*given == "quality" || *given == "fast" || *given == "words") return *given;
  return whole_name(call, fields, name, *given, "quality, fast, words, or ");
}

std::string model_in(const Call& call, const Json& body, Fields& fields, std::string_view name,
                     const std::string& fallback) {
  if (const auto found = body.find(name); found != body.end() && found->is_null()) return {};
  const auto given = fields.optional_text(name);
  return given ? whole_name(call, fields, name, *given, "") : fallback;
}

}  // namespace api
