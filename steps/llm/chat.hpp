// What is asked of a language model and what it answers, free of any wire format.
// An answer can be kept: to_json gives what becomes part of an event, answer_from_json gives it back.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"

namespace steps::llm {

struct ChatRequest {
  std::string model;                        // "provider/model", or a name that one provider lists
  std::string messages;                     // JSON array of OpenAI chat messages
  std::string tools;                        // JSON array; empty: none
  std::optional<double> temperature;        // 0..2; none: the model's default
  std::optional<double> top_p;              // 0..1
  std::optional<std::uint32_t> max_tokens;  // of the answer
  std::optional<std::int64_t> seed;
  std::string reasoning_effort;  // "low", "medium" ...; empty: not sent
  std::string schema_name;       // of `schema`: letters, digits, '_' and '-'
  // JSON schema the answer must follow. A server without response_format json_schema is asked for a JSON
  // object, then in words; the answer is then not guaranteed to conform, so check it all the same.
  std::string schema;
  // Tells apart calls that are meant to be answered anew (the k samples of one prompt). Part of the hash,
  // never sent.
  std::uint32_t sample = 0;
};

enum class Finish : std::uint8_t {
  stop,        // said all it had to say
  length,      // cut at max_tokens: the text is a beginning
  tool_calls,  // wants tools called
  refused,     // the model declined; `refusal` says how
  filtered,    // the provider's content filter withheld the answer
  other,       // a reason we do not know
};
[[nodiscard]] std::string_view finish_name(Finish finish);

struct Usage {
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
};

struct ChatAnswer {
  std::string request_hash;  // of the request it answers; see request_hash()
  std::string model;         // as the server named it
  std::string text;
  std::string tool_calls;  // JSON array; empty: none
  std::string refusal;
  Finish finish = Finish::stop;
  Usage usage;  // zeros where the server tells none
  std::optional<double> cost_usd;
  std::chrono::milliseconds latency{0};  // from the first attempt's start, waits included
  std::uint32_t attempts = 0;
  bool remembered = false;  // given by CallOptions::known; nobody was asked

  // True when the answer is whole: neither cut, refused nor withheld.
  [[nodiscard]] bool complete() const { return finish == Finish::stop || finish == Finish::tool_calls; }
};

[[nodiscard]] std::string to_json(const ChatAnswer& answer);
[[nodiscard]] schemas::Result<ChatAnswer> answer_from_json(std::string_view json);

// SHA-256 in hex of everything that shapes the answer: model, messages, tools, parameters, schema, sample.
// The same on every machine and in every version; the provider's address and key are not in it.
[[nodiscard]] std::string request_hash(const ChatRequest& request);

struct CallOptions {
  std::stop_token stop;  // asked to stop: calls under way end with `cancelled`
  // Asked with the request's hash before the model is; what it gives is the answer. May be empty.
  // Runs on: the calling thread.
  std::function<std::optional<ChatAnswer>(std::string_view request_hash)> known;
};

// Called with each piece of text as it arrives. Runs on: the client's thread; must be quick.
using OnText = std::function<void(std::string_view piece)>;

// Who can be asked. The daemon has one, llm::Client; tests have their own.
class Models {
 public:
  virtual ~Models() = default;
  // Whether it could be asked at all; the Error says which models there are.
  [[nodiscard]] virtual schemas::Result<void> check_model(const std::string& model) const = 0;
  // Asks all, as many at a time as the providers' limits allow, and waits. One result a request, in order.
  // Errors: invalid_argument (unknown model, request refused by the server), unauthenticated, not_found, busy
  // (still limited after the last attempt), unavailable (not reached, 5xx, timed out), too_large, corrupt
  // (the answer is no JSON of the kind expected), blocked (no provider is configured), cancelled.
  [[nodiscard]] virtual std::vector<schemas::Result<ChatAnswer>> chat_all(
      std::span<const ChatRequest> requests, const CallOptions& options) = 0;
  // One vector a text, all of one length; as many requests as the provider's texts_per_request_max makes it,
  // all or nothing. `dimensions` 0: the model's own. Errors as above.
  [[nodiscard]] virtual schemas::Result<std::vector<std::vector<float>>> embed(
      const std::string& model, std::span<const std::string> texts, std::uint32_t dimensions,
      const CallOptions& options) = 0;
};

}  // namespace steps::llm
