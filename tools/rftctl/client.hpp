// The HTTP side of rftctl: libcurl, one request at a time, bodies streamed both ways. Never retries a request
// that the daemon may have begun, except writes that carry an Idempotency-Key and can be repeated as they
// are.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/rftctl/answer.hpp"
#include "tools/rftctl/json.hpp"

namespace rftctl {

struct Response {
  long status = 0;
  std::string body;
  [[nodiscard]] json document() const { return parse(body); }
};

// The bytes to send, and what to tell while they go out.
struct Upload {
  std::FILE* from = nullptr;
  std::int64_t size = -1;        // bytes; -1 when unknown (a pipe)
  std::string content_encoding;  // gzip, zstd or empty
  std::string content_type = "application/x-ndjson";
  std::function<void(std::int64_t sent)> on_sent;
};

// One message of a text/event-stream.
struct ServerEvent {
  std::string id;
  std::string name;
  std::string data;
};

struct Exchange;  // one request and its answer, in client.cpp

// How long an answer may take: a minute, or as long as the work does that is done before it.
enum class Patience : std::uint8_t { minute, endless };

class Client {
 public:
  Client(std::string server, std::string token, std::string idempotency_key);

  // `path` begins with '/', below /api/v1; percent-encoded by path_of() and Query. A status of 400 and above
  // is a Failure (exit_failed); no connection, or no answer within a minute, is one with exit_unreachable.
  Result<Response> get(const std::string& path);
  Result<Response> send(const char* method, const std::string& path, const json& body,
                        Patience patience = Patience::minute);
  Result<Response> upload(const std::string& path, const Upload& upload);
  // Writes the body to `to` as it comes.
  Result<Response> download(const std::string& path, std::FILE* to);
  // Calls on_event until it returns false. Opens the stream again after a break, from the last id seen.
  Result<void> follow(const std::string& path, std::string last_event_id,
                      const std::function<bool(const ServerEvent&)>& on_event);

 private:
  Result<Response> perform(Exchange& exchange);

  std::string server_;
  std::string token_;
  std::string idempotency_key_;  // empty: a fresh one for each write
};

// "/datasets/" + encoded parts joined by '/'.
std::string path_of(std::initializer_list<std::string_view> parts);
// Of one call in the trace store, encoded.
std::string trace_path_of(std::string_view call);
// To pull from a source of traces, encoded.
std::string source_path_of(std::string_view source);

// "?a=b&c=d", encoded; parameters with an empty value are left out.
class Query {
 public:
  Query& add(std::string_view name, std::string_view value);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// gzip or zstd by the first bytes, empty for anything else.
std::string content_encoding_of(std::string_view first_bytes);

// Splits a text/event-stream into messages, however the bytes were cut.
class EventStreamParser {
 public:
  // Returns false as soon as on_event does.
  bool feed(std::string_view bytes, const std::function<bool(const ServerEvent&)>& on_event);

 private:
  bool take_line(std::string_view line, const std::function<bool(const ServerEvent&)>& on_event);

  std::string buffer_;
  ServerEvent event_;
  bool has_data_ = false;
};

}  // namespace rftctl
