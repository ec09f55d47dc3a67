#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <random>

#include "steps/llm/lane_impl.hpp"
#include "steps/llm/wire.hpp"

namespace steps::llm {

namespace asio = boost::asio;
using schemas::ErrorCode;
using std::chrono::milliseconds;

namespace {
constexpr auto idle_max = std::chrono::seconds(20);
}

Lane::Lane(asio::io_context& io, const Provider& provider)
    : io_(io),
      provider_(provider),
      url_(parse_url(provider.base_url).value_or(Url{})),
      trust_(trust_for(url_, provider.ca_file)),
      pace_(provider.requests_per_minute, provider.tokens_per_minute, provider.requests_in_flight_max),
      rng_(std::random_device{}()),
      pump_timer_(io) {
  traffic_.provider = provider.name;
}

void Lane::enqueue(const Shared& call) {
  open_.insert(call);
  if (call->total_timeout) return start(call);
  waiting_.push_back(call);
  pump();
}

void Lane::pump() {
  while (!is_held_ && !waiting_.empty() && in_flight_ < provider_.requests_in_flight_max) {
    const auto now = Clock::now();
    const Shared call = waiting_.front();
    if (call->is_over) {
      waiting_.pop_front();
      continue;
    }
    const auto wait = std::max(paused_until_ - now, pace_.wait(now, call->tokens));
    if (wait > Clock::duration::zero()) {
      pump_timer_.expires_after(wait);
      pump_timer_.async_wait([this](const auto& problem) {
        if (!problem) pump();
      });
      return;
    }
    waiting_.pop_front();
    pace_.start(now, call->tokens);
    start(call);
  }
}

void Lane::start(const Shared& call) {
  if (call->attempts == 0) call->began = Clock::now();
  ++call->attempts;
  ++in_flight_;
  call->is_in_flight = true;
  attempt(call, false);
}

schemas::Result<std::string> Lane::request_text(const Call& call) {
  if (key_.empty()) {
    auto key = read_credential(provider_.credential);
    if (!key) return std::unexpected(key.error());
    key_ = *key;
  }
  const std::string body = call.body ? call.body(dialects_[call.model]) : std::string{};
  std::string text = fmt::format(
      "{} {}{}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: rftd\r\nAccept: application/json, "
      "text/event-stream\r\n",
      call.method, url_.path, call.path,
      provider_.api_version.empty() ? "" : "?api-version=" + provider_.api_version, host_header(url_));
  if (!key_.empty())
    text +=
        (provider_.key_header == KeyHeader::bearer ? "Authorization: Bearer " : "api-key: ") + key_ + "\r\n";
  if (call.body) text += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  return text + "\r\n" + body;
}

std::shared_ptr<Connection> Lane::connection(bool fresh) {
  const auto now = Clock::now();
  while (!idle_.empty() && !fresh) {
    auto kept = idle_.back();
    idle_.pop_back();
    if (now - kept->idle_since < idle_max) return kept;
    kept->close();
  }
  return std::make_shared<Connection>(io_, trust_.context ? &*trust_.context : nullptr, url_);
}

milliseconds Lane::time_left(const Call& call) const {
  const auto total = call.total_timeout.value_or(provider_.total_timeout);
  return std::chrono::duration_cast<milliseconds>(call.began + total - Clock::now());
}

void Lane::attempt(const Shared& call, bool fresh) {
  const std::uint64_t turn = ++call->turn;
  auto text = trust_.problem.empty()
                  ? request_text(*call)
                  : schemas::Result<std::string>(
                        schemas::fail(ErrorCode::invalid_argument, "certificates to trust", trust_.problem));
  if (!text) {
    // From the loop, not from within the caller: an end is always told later than the start.
    asio::post(io_, [this, call, error = text.error()] { failed(call, {.status = 400}, error); });
    return;
  }
  call->connection = connection(fresh);
  Connection::OnPiece on_piece;
  if (call->read_piece) {
    on_piece = [this, call, turn](std::string_view piece) {
      if (call->turn != turn || call->is_over) return false;
      const auto read = call->read_piece(piece);
      if (!read) failed(call, {.message = read.error().found}, read.error());
      return read.has_value();
    };
  }
  call->attempt_timer.expires_after(
      std::min(provider_.attempt_timeout, std::max(milliseconds(1), time_left(*call))));
  call->attempt_timer.async_wait([this, call, turn](const auto& problem) {
    if (!problem && call->turn == turn && !call->is_over) failed(call, {.timed_out = true});
  });
  call->connection->exchange(
      std::move(*text), provider_.answer_bytes_max, on_piece,
      [this, call, turn](Response response) { take(call, turn, std::move(response)); });
}

void Lane::take(const Shared& call, std::uint64_t turn, Response response) {
  if (call->turn != turn || call->is_over) return;
  // The server may have closed a kept connection just when it was wanted.
  if (response.failure.status == 0 && !response.has_bytes && call->connection->was_used()) {
    call->connection->close();
    return attempt(call, true);
  }
  if (response.too_large) {
    return failed(call, {.status = 413},
                  schemas::Error{ErrorCode::too_large,
                                 fmt::format("an answer of at most {} bytes", provider_.answer_bytes_max),
                                 "a longer one",
                                 "raise answer_bytes_max of provider " + provider_.name,
                                 {}});
  }
  if (response.is_ok) return take_answer(call, response);
  if (response.failure.status != 0) {
    Complaint complaint = read_complaint(response.body);
    Dialect& dialect = dialects_[call->model];
    const Dialect adapted = call->body ? adapt(dialect, response.failure.status, complaint.message) : dialect;
    if (!(adapted == dialect)) {
      dialect = adapted;
      if (!call->connection->is_reusable()) call->connection->close();
      return attempt(call, !call->connection->is_reusable());
    }
    response.failure.message = scrubbed(complaint.message);
    response.failure.code = complaint.code;
    if (response.failure.status == 401) key_.clear();  // it may have been changed
  }
  failed(call, response.failure);
}

void Lane::take_answer(const Shared& call, const Response& response) {
  auto usage = call->read(response.body, response.is_event_stream);
  if (!usage) return failed(call, {.message = usage.error().found}, usage.error());
  pace_.settle(call->tokens, std::max(usage->input_tokens + usage->output_tokens, std::uint64_t{1}));
  traffic_.usage.input_tokens += usage->input_tokens;
  traffic_.usage.output_tokens += usage->output_tokens;
  if (const auto price = provider_.prices.find(call->model); price != provider_.prices.end()) {
    traffic_.cost_usd += (price->second.input * static_cast<double>(usage->input_tokens) +
                          price->second.output * static_cast<double>(usage->output_tokens)) /
                         1e6;
  }
  const auto latency = std::chrono::duration_cast<milliseconds>(Clock::now() - call->began);
  end(call, Ended{call->attempts, latency});
}

void Lane::failed(const Shared& call, const Failure& failure, std::optional<schemas::Error> error) {
  const auto where = provider_.name + (call->model.empty() ? "" : " (" + call->model + ")");
  if (!error) error = to_error(failure, where, call->attempts);
  if (failure.status == 429) ++traffic_.limited;
  const bool begun = call->has_begun && call->has_begun();
  const auto now = Clock::now();
  const auto wish = wished_wait(failure, std::chrono::system_clock::now());
  const auto wait = wish.value_or(back_off(provider_.retry_delay, call->attempts, rng_.uniform()));
  const bool again = may_succeed_later(failure) && !begun && call->attempts < provider_.attempts_max &&
                     wait < time_left(*call);
  if (!again) return end(call, std::unexpected(*error));
  leave(call);
  ++traffic_.retries;
  if (failure.status == 429 && wish) paused_until_ = std::max(paused_until_, now + wait);
  call->wait_timer.expires_after(wait);
  call->wait_timer.async_wait([this, call](const auto& problem) {
    if (problem || call->is_over) return;
    if (call->total_timeout) return start(call);
    waiting_.push_front(call);
    pump();
  });
  pump();
}

void Lane::leave(const Shared& call) {
  ++call->turn;
  call->attempt_timer.cancel();
  if (call->is_in_flight) --in_flight_;
  call->is_in_flight = false;
  if (!call->connection) return;
  if (call->connection->is_reusable()) {
    call->connection->idle_since = Clock::now();
    idle_.push_back(call->connection);
  } else {
    call->connection->close();
  }
  call->connection.reset();
}

void Lane::end(const Shared& call, schemas::Result<Ended> result) {
  if (call->is_over) return;
  const Shared keep = call;  // NOLINT(performance-unnecessary-copy-initialization): `call` may stand in open_
  call->is_over = true;
  leave(call);
  call->wait_timer.cancel();
  open_.erase(keep);
  ++traffic_.calls;
  if (!result) ++traffic_.failed;
  const auto done = std::move(keep->done);
  done(std::move(result));
  keep->read = nullptr;
  keep->read_piece = nullptr;
  pump();
}

void Lane::cancel(const Shared& call) {
  end(call, schemas::fail(ErrorCode::cancelled, "an answer of " + provider_.name, "the wish to stop"));
}

void Lane::hold(bool held) {
  is_held_ = held;
  pump();
}

void Lane::cancel_all() {
  hold(true);
  const auto all = open_;
  for (const Shared& call : all) cancel(call);
  for (const auto& kept : idle_) kept->close();
  idle_.clear();
  pump_timer_.cancel();
}

Traffic Lane::traffic() const {
  Traffic traffic = traffic_;
  traffic.in_flight = in_flight_;
  traffic.waiting = static_cast<std::uint32_t>(open_.size()) - in_flight_;
  return traffic;
}

// A server may repeat the key it did not like.
std::string Lane::scrubbed(std::string text) const {
  if (key_.size() < 4) return text;
  for (auto at = text.find(key_); at != std::string::npos; at = text.find(key_))
    text.replace(at, key_.size(), "[key]");
  return text;
}

}  // namespace steps::llm
