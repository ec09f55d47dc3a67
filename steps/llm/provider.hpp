// Where language models are asked: one provider is one base URL with its key, limits and prices.
// Plain values, no behaviour but checks. Secrets are not in them: a provider names its credential.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"

namespace steps::llm {

enum class KeyHeader : std::uint8_t {
  bearer,   // Authorization: Bearer KEY (OpenAI, vLLM, llama-server, most others)
  api_key,  // api-key: KEY (Azure OpenAI)
};

// US dollars per million tokens.
struct Price {
  double input = 0;
  double output = 0;
};

struct Provider {
  std::string name;      // "openai": lower case letters, digits, '-', '_' and '.'
  std::string base_url;  // what "/chat/completions" is appended to: "https://api.openai.com/v1"
  // Name of a file in $CREDENTIALS_DIRECTORY or, where there is none, of an environment variable. Empty: no
  // key.
  std::string credential;
  KeyHeader key_header = KeyHeader::bearer;
  std::string api_version;              // Azure's ?api-version=; empty: none
  std::string ca_file;                  // PEM, trusted beside the system's certificates; empty: only those
  std::vector<std::string> models;      // what it is asked for by bare name; any other by "provider/model"
  std::map<std::string, Price> prices;  // by model; without one, cost_usd of an answer is not known

  std::uint32_t requests_in_flight_max = 8;  // 1..1024
  std::uint32_t texts_per_request_max = 32;  // of /embeddings, 1..2048
  std::uint32_t requests_per_minute = 0;     // 0: no limit
  std::uint32_t tokens_per_minute = 0;       // 0: no limit; input as estimated (bytes / 4) plus max_tokens
  std::uint32_t attempts_max = 6;            // 1..20; the first one counts
  std::chrono::milliseconds attempt_timeout{120'000};  // of one request, from connect to the last byte
  std::chrono::milliseconds total_timeout{600'000};    // of all attempts and waits of one call
  std::chrono::milliseconds retry_delay{500};  // before the second attempt, doubled from then on up to 30 s;
                                               // a server's Retry-After goes before it
  std::uint64_t answer_bytes_max = 8U << 20U;  // a longer answer is an error, not cut
};

struct Url {
  bool tls = false;
  std::string host;  // without brackets
  std::string port;
  std::string path;  // "" or "/v1", never a trailing '/'
};

// invalid_argument unless scheme://host[:port][/path] with http or https and no user, query or fragment.
[[nodiscard]] schemas::Result<Url> parse_url(std::string_view text);

// Whether what is sent there stays on this machine.
[[nodiscard]] bool is_loopback(std::string_view host);

// invalid_argument for names given twice, bad names or URLs, limits out of range, and a key that would
// travel unencrypted: http with a credential is for loopback addresses only.
[[nodiscard]] schemas::Result<void> check_providers(const std::vector<Provider>& providers);

// The key a provider names. Empty when it names none; not_found, with both places, when it is in neither.
[[nodiscard]] schemas::Result<std::string> read_credential(const std::string& name);

}  // namespace steps::llm
