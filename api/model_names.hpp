// Fields of a body that name an embedder or a model of [[models]]. Included by .cpp files only.
#pragma once

#include "api/json_body.hpp"

namespace api {

// quality, fast, words, or a model as provider/model; `fallback` when absent. Refuses what is not configured.
std::string embedder_in(const Call& call, Fields& fields, std::string_view name, const std::string& fallback);
// A model as provider/model, empty for null; `fallback` when absent.
std::string model_in(const Call& call, const Json& body, Fields& fields, std::string_view name,
                     const std::string& fallback);

}  // namespace api
