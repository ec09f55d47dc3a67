// Between our words and the JSON of the OpenAI API. Pure; any thread. Internal to steps/llm.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"
#include "steps/llm/chat.hpp"
#include "steps/llm/dialect.hpp"
#include "steps/text/json_index.hpp"

namespace steps::llm {

// The body of POST /chat/completions. `messages`, `tools` and `schema` of the request must be JSON.
[[nodiscard]] std::string chat_body(const ChatRequest& request, const std::string& model,
                                    const Dialect& dialect, bool stream);
[[nodiscard]] std::string embeddings_body(const std::string& model, std::span<const std::string> texts,
                                          std::uint32_t dimensions);

// corrupt when it is not of the expected kind; `found` quotes its beginning.
[[nodiscard]] schemas::Result<ChatAnswer> read_chat(std::string_view body);
[[nodiscard]] schemas::Result<std::vector<std::vector<float>>> read_embeddings(std::string_view body,
                                                                               std::size_t count,
                                                                               Usage& usage);
[[nodiscard]] schemas::Result<std::vector<std::string>> read_models(std::string_view body);

// The server's own words about an error: error.message, else message, else detail, else the beginning of the
// body.
struct Complaint {
  std::string message;
  std::string code;  // error.code or error.type
};
[[nodiscard]] Complaint read_complaint(std::string_view body);

// Shared with the reader of streams.
[[nodiscard]] Finish finish_from(std::string_view reason);
[[nodiscard]] std::string string_field(const text::JsonIndex& json, text::JsonRef object,
                                       std::string_view name);
[[nodiscard]] Usage usage_of(const text::JsonIndex& json, text::JsonRef root);
// The beginning of a text for a message, on one line.
[[nodiscard]] std::string beginning(std::string_view text, std::size_t bytes = 200);

}  // namespace steps::llm
