#include "steps/traces/pull_run.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>

#include "steps/llm/provider.hpp"
#include "steps/llm/wire.hpp"
#include "steps/traces/call_values.hpp"
#include "steps/traces/json_calls.hpp"
#include "steps/traces/otlp_codec.hpp"
#include "steps/traces/otlp_parts.hpp"

namespace steps::traces {

using schemas::Error;
using schemas::ErrorCode;
using schemas::Result;
using std::chrono::microseconds;

namespace {

constexpr std::int64_t hour = 3'600'000'000;  // µs
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t width_min = hour / 60;
constexpr std::int64_t width_max = 366 * day;
constexpr std::chrono::milliseconds catch_up{20};
constexpr std::size_t id_bytes_max = 1024;
constexpr unsigned many_pages = 16;  // of a window: the next one is narrower

std::string state_key(const TraceSource& source) {
  return "source/" + source.name;
}

std::string lately_key(const TraceSource& source) {
  return "source_lately/" + source.name;
}

// A server may repeat the key it did not like.
void scrub(std::string& text, const std::string& secret) {
  if (secret.size() < 4) return;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret))
    text.replace(at, secret.size(), "[key]");
}

PullFailure failure_of(const Error& error) {
  const bool may_heal = error.code != ErrorCode::invalid_argument && error.code != ErrorCode::not_found &&
                        error.code != ErrorCode::too_large && error.code != ErrorCode::unauthenticated;
  return {.error = error, .may_heal = may_heal};
}

}  // namespace

PullRun::PullRun(Collector& collector, const TraceSource& source, const PullerOptions& options,
                 OnState on_state)
    : collector_(collector),
      source_(source),
      options_(options),
      on_state_(std::move(on_state)),
      api_(make_pull_source(source)),
      fetch_({source.base_url, source.ca_file, options.timeout, source.answer_bytes_max}),
      width_(hour) {
  state_.server = server_of(source);
}

Result<void> PullRun::load() {
  const auto kept = collector_.note(state_key(source_));
  if (!kept) return std::unexpected(kept.error());
  if (!*kept) return {};
  auto state = decode_source_state(**kept);
  // Under this name there was another server: what is known of that one says nothing of this one.
  if (!state || state->server != state_.server) return {};
  state_ = std::move(*state);
  const auto lately = collector_.note(lately_key(source_));
  if (!lately) return std::unexpected(lately.error());
  if (*lately) lately_.decode(**lately);
  return {};
}

std::int64_t PullRun::begin() const {
  if (state_.watermark)
    return std::max<std::int64_t>(0, *state_.watermark - microseconds(source_.overlap).count());
  if (const auto from = read_time({true, source_.from})) return static_cast<std::int64_t>(*from / 1000);
  return std::max<std::int64_t>(0, options_.now() - microseconds(options_.first_age).count());
}

// The last window has no end, so that a clock ahead of ours hides nothing.
PullWindow PullRun::window_from(std::int64_t from) const {
  PullWindow window{from, std::nullopt};
  if (from + width_ < options_.now()) window.to = from + width_;
  return window;
}

std::optional<PullFailure> PullRun::pull(const std::stop_token& stop) {
  if (!std::exchange(has_begun_, true)) {
    state_.last_taken = 0;
    refused_ = 0;
    limit_ = page_items_max;
  }
  const auto key = llm::read_credential(source_.credential);
  if (!key) return PullFailure{.error = key.error(), .may_heal = false};
  if (!position_) position_ = Position{.window = window_from(begin())};
  while (true) {
    auto failed = pull_window(*key, stop);
    if (!failed) {
      if (const auto finished = finish_window(); !finished) failed = failure_of(finished.error());
    }
    if (failed) {
      if (!failed->may_heal) position_.reset();
      return failed;
    }
    const auto reached = position_->window.to;
    if (!reached) break;
    position_ = Position{.window = window_from(*reached)};
  }
  position_.reset();
  has_begun_ = false;
  if (refused_ > 0) spdlog::warn("trace source {}: {} items could not be read", source_.name, refused_);
  return std::nullopt;
}

std::optional<PullFailure> PullRun::pull_window(const std::string& key, const std::stop_token& stop) {
  do {
    if (auto failed = pull_page(key, stop)) return failed;
  } while (!position_->cursor.empty());
  return std::nullopt;
}

std::optional<PullFailure> PullRun::pull_page(const std::string& key, const std::stop_token& stop) {
  while (collector_.is_behind() && !stop.stop_requested()) std::this_thread::sleep_for(catch_up);
  while (true) {
    const auto request = api_->request(position_->window, position_->cursor, limit_, key);
    if (!request) return failure_of(request.error());
    const llm::Fetched fetched = fetch_.get(request->path, request->headers, stop);
    if (fetched.cancelled) return PullFailure{.error = {}, .stopped = true};
    if (fetched.too_large && limit_ > 1) {
      limit_ /= 2;
      continue;
    }
    if (!fetched.is_ok && !fetched.too_large && api_->asks_otherwise(fetched.failure.status)) {
      position_->cursor.clear();
      continue;
    }
    if (!fetched.is_ok) return refused(fetched, key);
    const auto page = api_->read(fetched.body, position_->cursor, limit_);
    if (!page) return failure_of(page.error());
    if (!page->next.empty() && page->next == position_->cursor) {
      return failure_of(
          {ErrorCode::corrupt, "a cursor that goes on", "the same one again", api_->hint(0), {}});
    }
    if (const auto taken = take(*page); !taken) return failure_of(taken.error());
    position_->cursor = page->next;
    ++position_->pages;
    return std::nullopt;
  }
}

std::optional<PullFailure> PullRun::refused(const llm::Fetched& fetched, const std::string& key) {
  const std::string where = source_.name + " (" + source_.base_url + ")";
  if (fetched.too_large) {
    return failure_of(
        {ErrorCode::too_large,
         "an item of at most " + std::to_string(source_.answer_bytes_max) + " bytes of " + where,
         "a larger one",
         "raise answer_bytes of this source",
         {}});
  }
  llm::Failure failure = fetched.failure;
  // A smaller page may be less than the server cannot do.
  if ((failure.timed_out || failure.status >= 500) && limit_ > 1) limit_ /= 2;
  if (failure.status != 0) failure.message = llm::read_complaint(fetched.body).message;
  failure.message = llm::beginning(failure.message);
  scrub(failure.message, key);
  scrub(failure.message, base64(key));
  Error error = llm::to_error(failure, where, 1);
  if (failure.timed_out) error.hint = "is the server overloaded? It is asked again";
  if (failure.status == 429) error.hint = "it is asked again when it says so";
  if (failure.status != 0) {
    if (std::string hint = api_->hint(failure.status); !hint.empty()) error.hint = std::move(hint);
  }
  return PullFailure{.error = std::move(error),
                     .may_heal = llm::may_succeed_later(failure),
                     .wished = llm::wished_wait(failure, std::chrono::system_clock::now())};
}

Result<void> PullRun::take(const PullPage& page) {
  Arrivals arrivals;
  std::vector<std::pair<std::uint64_t, std::int64_t>> told;
  std::int64_t newest = position_->newest;
  const auto is_new = [&](const std::string& trace, const std::string& span, std::string_view bytes,
                          std::uint64_t start_ns) {
    if (trace.size() > id_bytes_max || span.size() > id_bytes_max) {
      ++refused_;
      return false;
    }
    const auto begun = static_cast<std::int64_t>(start_ns / 1000);
    newest = std::max(newest, begun);
    const std::uint64_t hash = ToldLately::hash(trace, span, bytes);
    if (lately_.contains(hash)) return false;
    told.emplace_back(hash, begun);
    return true;
  };
  for (const std::string_view item : page.items) {
    auto content = read_call_line(item);
    if (!content) {
      if (refused_++ == 0) spdlog::warn("trace source {}: {}", source_.name, content.error().message());
    } else if (auto* call = std::get_if<Call>(&*content)) {
      if (is_new(call->trace_id, call->span_id, item, call->start_ns))
        arrivals.lines.push_back({call->trace_id, call->span_id, std::string(item)});
    } else if (auto* span = std::get_if<Span>(&*content)) {
      if (is_new(span->trace_id, span->span_id, encode(*span), span->start_ns))
        arrivals.spans.push_back(std::move(*span));
    }
  }
  SourceState next = state_;
  if (!told.empty()) {
    const auto taken = collector_.take_new(std::move(arrivals), state_key(source_), [&](std::size_t count) {
      next.last_taken += count;
      next.taken_total += count;
      return encode(next);
    });
    if (!taken) return std::unexpected(taken.error());
  }
  state_ = std::move(next);
  on_state_(state_);
  position_->newest = newest;
  for (const auto& [hash, begun] : told) lately_.add(hash, begun);
  return {};
}

Result<void> PullRun::keep(SourceState state) {
  const auto kept = collector_.take_new({}, state_key(source_), [&](std::size_t) { return encode(state); });
  if (!kept) return std::unexpected(kept.error());
  state_ = std::move(state);
  on_state_(state_);
  return {};
}

Result<void> PullRun::finish_window() {
  const std::int64_t now = options_.now();
  const std::int64_t covered = position_->window.to.value_or(now);
  // A source that tells of nothing for a day moves on all the same: clocks do not differ by so much.
  const std::int64_t reached = std::max(std::min(position_->newest, now), std::min(covered, now - day));
  SourceState next = state_;
  if (reached > next.watermark.value_or(0)) {
    next.watermark = reached;
    if (auto kept = keep(std::move(next)); !kept) return kept;
  }
  if (position_->pages <= 1) width_ = std::min(width_ * 2, width_max);
  if (position_->pages > many_pages) width_ = std::max(width_ / 2, width_min);
  return {};
}

Result<void> PullRun::ended(const std::string& error) {
  lately_.forget_before(begin());
  SourceState next = state_;
  next.last_pull_at = options_.now();
  next.last_error = error;
  if (std::string lately = lately_.encode(); lately != lately_kept_) {
    const auto kept = collector_.take_new({}, lately_key(source_), [&](std::size_t) { return lately; });
    if (!kept) return std::unexpected(kept.error());
    lately_kept_ = std::move(lately);
  }
  return keep(std::move(next));
}

}  // namespace steps::traces
