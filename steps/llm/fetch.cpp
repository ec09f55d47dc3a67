#include "steps/llm/fetch.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "steps/llm/connection_impl.hpp"
#include "steps/llm/wire_head_impl.hpp"

namespace steps::llm {

namespace asio = boost::asio;

namespace {
constexpr auto idle_max = std::chrono::seconds(20);
}

struct Fetch::Impl {
  explicit Impl(FetchOptions given)
      : options(std::move(given)),
        url(parse_url(options.base_url).value_or(Url{})),
        trust(trust_for(url, options.ca_file)) {}

  Response exchange(const std::string& request, const std::stop_token& stop);

  FetchOptions options;
  Url url;
  asio::io_context io{1};
  Trust trust;
  std::shared_ptr<Connection> connection;
};

Fetch::Fetch(FetchOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Fetch::~Fetch() = default;

Response Fetch::Impl::exchange(const std::string& request, const std::stop_token& stop) {
  const auto now = std::chrono::steady_clock::now();
  if (connection && (!connection->is_reusable() || now - connection->idle_since > idle_max)) {
    connection->close();
    connection.reset();
  }
  if (!connection)
    connection = std::make_shared<Connection>(io, trust.context ? &*trust.context : nullptr, url);
  Response got;
  bool is_over = false;
  asio::steady_timer timer(io);
  const auto give_up = [&](Failure failure) {
    if (is_over) return;
    is_over = true;
    got = {};
    got.failure = std::move(failure);
    connection->close();
    timer.cancel();
  };
  timer.expires_after(options.timeout);
  timer.async_wait([&](const boost::system::error_code& problem) {
    if (!problem) give_up({.timed_out = true});
  });
  connection->exchange(request, options.answer_bytes_max, {}, [&](Response response) {
    if (is_over) return;
    is_over = true;
    got = std::move(response);
    timer.cancel();
  });
  io.restart();
  {
    const std::stop_callback on_stop(stop, [&] { asio::post(io, [&] { give_up({.message = "stopped"}); }); });
    io.run();
  }
  // What the stop callback posted after the end must not wait for the next request.
  io.restart();
  io.poll();
  if (connection->is_reusable()) {
    connection->idle_since = std::chrono::steady_clock::now();
  } else {
    connection->close();
    connection.reset();
  }
  return got;
}

Fetched Fetch::get(const std::string& path, const std::vector<std::string>& headers,
                   const std::stop_token& stop) {
  Fetched fetched;
  if (!impl_->trust.problem.empty()) {
    fetched.failure.code = "tls";
    fetched.failure.message = impl_->trust.problem;
    return fetched;
  }
  std::string request = "GET " + impl_->url.path + path + " HTTP/1.1\r\nHost: " + host_header(impl_->url) +
                        "\r\nUser-Agent: rftd\r\nAccept: application/json\r\n";
  for (const std::string& header : headers) request += header + "\r\n";
  request += "\r\n";
  const bool was_kept = impl_->connection != nullptr;
  Response response = impl_->exchange(request, stop);
  // The server may have closed a kept connection just when it was wanted.
  if (was_kept && response.failure.status == 0 && !response.has_bytes && !response.failure.timed_out &&
      !stop.stop_requested())
    response = impl_->exchange(request, stop);
  fetched.cancelled = stop.stop_requested() && response.failure.status == 0;
  fetched.failure = std::move(response.failure);
  fetched.is_ok = response.is_ok;
  fetched.too_large = response.too_large;
  fetched.body = std::move(response.body);
  return fetched;
}

std::string query_escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").contains(c);
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

}  // namespace steps::llm
