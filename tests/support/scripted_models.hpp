// A server for chat and embeddings that answers by a rule: vectors by words, chat by what the test says.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/llm/scripted_server.hpp"

namespace support {

class ScriptedModels {
 public:
  using Json = nlohmann::json;
  // Gets the parsed request; gives the text of the answer, or a whole response when it begins with "HTTP/".
  using Chat = std::function<std::string(const Json& request)>;

  explicit ScriptedModels(Chat chat)
      : chat_(std::move(chat)),
        server_([this](const std::string& request, unsigned) { return answer(request); }) {}

  [[nodiscard]] steps::llm::Provider provider() const {
    steps::llm::Provider made = tests::provider(server_.base_url());
    made.name = "local";
    made.models = {"small", "writer", "judge"};
    return made;
  }

  std::atomic<unsigned> dims = 32;
  std::atomic<bool> is_down = false;
  std::atomic<unsigned> embedding_requests = 0;
  std::atomic<unsigned> chat_requests = 0;
  // The highest number of texts in one request, and how often each text was asked for.
  std::atomic<std::size_t> texts_at_once = 0;
  std::atomic<std::size_t> texts_embedded = 0;
  std::atomic<unsigned> embeddings_before_down = 1'000'000;

 private:
  // A bag of words: texts with words in common are near each other.
  [[nodiscard]] std::vector<float> vector_of(const std::string& text) const {
    std::vector<float> vector(dims, 0.01F);
    std::string word;
    for (const char byte : text + " ") {
      if (byte != ' ') {
        word += byte;
      } else if (!word.empty()) {
        vector[std::hash<std::string>{}(word) % dims] += 1;
        word.clear();
      }
    }
    return vector;
  }

  std::string answer(const std::string& request) {
    if (is_down) return tests::response(503, R"({"error":{"message":"resting"}})");
    const Json body = Json::parse(request.substr(request.find("\r\n\r\n") + 4), nullptr, false);
    if (request.starts_with("POST /v1/embeddings")) {
      if (embedding_requests >= embeddings_before_down)
        return tests::response(503, R"({"error":{"message":"resting"}})");
      ++embedding_requests;
      Json data = Json::array();
      const Json& texts = body["input"];
      texts_at_once = std::max(texts_at_once.load(), texts.size());
      texts_embedded += texts.size();
      for (std::size_t i = 0; i < texts.size(); ++i)
        data.push_back({{"index", i}, {"embedding", vector_of(texts[i])}});
      return tests::response(200, Json{{"data", data}, {"usage", {{"prompt_tokens", 3}}}}.dump());
    }
    if (!request.starts_with("POST /v1/chat/completions")) return tests::response(200, R"({"data":[]})");
    ++chat_requests;
    const std::string said = chat_(body);
    if (said.starts_with("HTTP/")) return said;
    const std::string quoted = Json(said).dump();
    return tests::response(200, tests::completion(quoted.substr(1, quoted.size() - 2)));
  }

  Chat chat_;
  tests::ScriptedServer server_;
};

}  // namespace support
