#include "tools/rftctl/client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <random>
#include <thread>

#include "tools/rftctl/problem.hpp"

namespace rftctl {

namespace {

constexpr long connect_timeout_s = 5;
constexpr long answer_timeout_s = 60;
constexpr std::size_t problem_bytes_max = std::size_t{1} << 20U;

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::string fresh_key() {
  std::random_device random;
  return fmt::format("rftctl-{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

bool is_refusal(long status) {
  return status >= 400;
}

// Broke off after the request had gone out: whether it took effect is unknown.
bool lost_on_the_way(CURLcode code) {
  return code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
         code == CURLE_PARTIAL_FILE;
}

}  // namespace

// One request and its answer.
struct Exchange {
  std::string method = "GET";
  std::string path;
  std::vector<std::string> headers;
  std::string body;
  const Upload* upload = nullptr;
  bool bounded_in_time = true;
  // Takes bytes of a successful answer instead of Response::body; false breaks off.
  std::function<bool(std::string_view)> on_bytes;

  CURL* handle = nullptr;
  Response response;
  std::int64_t sent = 0;
  bool broken_off = false;
};

namespace {

size_t on_answer_bytes(char* bytes, size_t, size_t size, void* user) {
  auto* exchange = static_cast<Exchange*>(user);
  long status = 0;
  curl_easy_getinfo(exchange->handle, CURLINFO_RESPONSE_CODE, &status);
  if (exchange->on_bytes && !is_refusal(status)) {
    if (exchange->on_bytes({bytes, size})) return size;
    exchange->broken_off = true;
    return 0;
  }
  if (is_refusal(status) && exchange->response.body.size() > problem_bytes_max) return size;
  exchange->response.body.append(bytes, size);
  return size;
}

size_t on_bytes_wanted(char* buffer, size_t size, size_t times, void* user) {
  auto* exchange = static_cast<Exchange*>(user);
  const size_t read = std::fread(buffer, 1, size * times, exchange->upload->from);
  if (read == 0 && std::ferror(exchange->upload->from) != 0) return CURL_READFUNC_ABORT;
  exchange->sent += static_cast<std::int64_t>(read);
  if (exchange->upload->on_sent) exchange->upload->on_sent(exchange->sent);
  return read;
}

// So that curl can begin again when the daemon has closed an idle connection.
int on_seek(void* user, curl_off_t offset, int origin) {
  auto* exchange = static_cast<Exchange*>(user);
  exchange->sent = offset;
  return fseeko(exchange->upload->from, offset, origin) == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_CANTSEEK;
}

void set_body(CURL* handle, Exchange& exchange) {
  if (exchange.upload != nullptr) {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange.upload->size));
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, &on_bytes_wanted);
    curl_easy_setopt(handle, CURLOPT_READDATA, &exchange);
    curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, &on_seek);
    curl_easy_setopt(handle, CURLOPT_SEEKDATA, &exchange);
    curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, 512L * 1024);
    if (exchange.upload->size < 0) exchange.headers.emplace_back("Transfer-Encoding: chunked");
  } else if (exchange.method != "GET") {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, exchange.body.c_str());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange.body.size()));
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, exchange.method.c_str());
}

}  // namespace

Client::Client(std::string server, std::string token, std::string idempotency_key)
    : server_(std::move(server)), token_(std::move(token)), idempotency_key_(std::move(idempotency_key)) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  while (server_.ends_with('/')) server_.pop_back();
}

Result<Response> Client::perform(Exchange& exchange) {
  const std::unique_ptr<CURL, CloseHandle> owner(curl_easy_init());
  CURL* handle = exchange.handle = owner.get();
  if (handle == nullptr) return failed("libcurl could not be started");
  exchange.response = {};
  const std::string url = server_ + "/api/v1" + exchange.path;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "rftctl");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
  if (exchange.bounded_in_time) curl_easy_setopt(handle, CURLOPT_TIMEOUT, answer_timeout_s);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &on_answer_bytes);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &exchange);
  set_body(handle, exchange);
  if (!token_.empty()) exchange.headers.push_back("Authorization: Bearer " + token_);
  curl_slist* list = nullptr;
  for (const std::string& header : exchange.headers) list = curl_slist_append(list, header.c_str());
  const std::unique_ptr<curl_slist, CloseHandle> list_owner(list);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list);

  CURLcode code = curl_easy_perform(handle);
  if (lost_on_the_way(code) && exchange.upload == nullptr && !exchange.on_bytes) {
    exchange.response = {};
    code = curl_easy_perform(handle);
  }
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &exchange.response.status);
  // A refusal may arrive before all of an upload has been sent.
  if (is_refusal(exchange.response.status)) {
    Failure failure = problem(exchange.response.status, exchange.response.body);
    return std::unexpected(std::move(failure));
  }
  if (exchange.broken_off) return std::move(exchange.response);
  if (code == CURLE_ABORTED_BY_CALLBACK) return failed("the file could not be read to its end");
  if (code != CURLE_OK) {
    return failed(fmt::format("expected an answer of rftd at {}, found: {}\n  hint    is it running? "
                              "--server or RFTD_URL names another address",
                              server_, curl_easy_strerror(code)),
                  exit_unreachable);
  }
  return std::move(exchange.response);
}

Result<Response> Client::get(const std::string& path) {
  Exchange exchange;
  exchange.path = path;
  exchange.headers = {"Accept: application/json"};
  return perform(exchange);
}

Result<Response> Client::send(const char* method, const std::string& path, const json& body,
                              Patience patience) {
  Exchange exchange;
  exchange.bounded_in_time = patience == Patience::minute;
  exchange.method = method;
  exchange.path = path;
  exchange.body = body.is_null() ? std::string{} : body.dump();
  exchange.headers = {"Accept: application/json", "Content-Type: application/json",
                      "Idempotency-Key: " + (idempotency_key_.empty() ? fresh_key() : idempotency_key_)};
  return perform(exchange);
}

Result<Response> Client::upload(const std::string& path, const Upload& upload) {
  Exchange exchange;
  exchange.method = "POST";
  exchange.path = path;
  exchange.upload = &upload;
  exchange.bounded_in_time = false;
  exchange.headers = {"Accept: application/json", "Content-Type: " + upload.content_type,
                      "Idempotency-Key: " + (idempotency_key_.empty() ? fresh_key() : idempotency_key_)};
  if (!upload.content_encoding.empty())
    exchange.headers.push_back("Content-Encoding: " + upload.content_encoding);
  return perform(exchange);
}

Result<Response> Client::download(const std::string& path, std::FILE* to) {
  Exchange exchange;
  exchange.path = path;
  exchange.bounded_in_time = false;
  exchange.on_bytes = [to](std::string_view bytes) {
    return std::fwrite(bytes.data(), 1, bytes.size(), to) == bytes.size();
  };
  auto response = perform(exchange);
  if (exchange.broken_off || (response && std::fflush(to) != 0))
    return failed("the answer could not be written: is the disk full?");
  return response;
}

Result<void> Client::follow(const std::string& path, std::string last_event_id,
                            const std::function<bool(const ServerEvent&)>& on_event) {
  for (bool seen_any = false;;) {
    EventStreamParser parser;
    Exchange exchange;
    exchange.path = path;
    exchange.bounded_in_time = false;
    exchange.headers = {"Accept: text/event-stream"};
    if (!last_event_id.empty()) exchange.headers.push_back("Last-Event-ID: " + last_event_id);
    exchange.on_bytes = [&](std::string_view bytes) {
      return parser.feed(bytes, [&](const ServerEvent& event) {
        seen_any = true;
        if (!event.id.empty()) last_event_id = event.id;
        return on_event(event);
      });
    };
    auto response = perform(exchange);
    if (exchange.broken_off) return {};
    if (!response && (response.error().exit_code != exit_unreachable || !seen_any))
      return std::unexpected(response.error());
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

}  // namespace rftctl
