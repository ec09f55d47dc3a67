// Pictures in messages, in the forms that libraries have for them. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "steps/text/json_index.hpp"

namespace steps::traces {

// The part of a message as OpenAI's {"type":"image_url",…} of the chat API: a blob or uri of the GenAI
// conventions, an image of OpenInference or the responses API, an image or file of Vercel's AI SDK. Empty
// when it is no picture, or has that form already.
[[nodiscard]] std::string image_part(const text::JsonIndex& json, text::JsonRef part, std::string_view type);

}  // namespace steps::traces
