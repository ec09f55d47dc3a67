#include "steps/llm/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>

namespace steps::llm {

using schemas::ErrorCode;

namespace {

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end.ec != std::errc{} || end.ptr != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value) || value < 0) return std::nullopt;
  return std::min(value, 1e9);
}

}  // namespace

bool may_succeed_later(const Failure& failure) {
  if (failure.code == "insufficient_quota" || failure.code == "tls") return false;
  const unsigned status = failure.status;
  return status == 0 || status == 408 || status == 409 || status == 425 || status == 429 ||
         (status >= 500 && status != 501 && status != 505);
}

std::optional<std::chrono::milliseconds> wished_wait(const Failure& failure,
                                                     std::chrono::system_clock::time_point now) {
  using std::chrono::milliseconds;
  if (const auto wish = number(failure.retry_after_ms)) return milliseconds(static_cast<std::int64_t>(*wish));
  if (const auto wish = number(failure.retry_after))
    return milliseconds(static_cast<std::int64_t>(*wish * 1000));
  std::tm date{};
  if (strptime(failure.retry_after.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date) == nullptr)
    return std::nullopt;
  const auto until = std::chrono::system_clock::from_time_t(timegm(&date));
  return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(until - now));
}

std::chrono::milliseconds back_off(std::uint32_t attempt, double chance) {
  const double whole = std::min(30'000.0, 500.0 * std::exp2(static_cast<double>(attempt) - 1));
  return std::chrono::milliseconds(static_cast<std::int64_t>(whole * (1 - chance / 2)));
}

schemas::Error to_error(const Failure& failure, const std::string& where, std::uint32_t attempts) {
  const std::string tried = attempts > 1 ? fmt::format(" ({} attempts)", attempts) : "";
  const std::string wanted = "an answer of " + where;
  const auto found = [&](const std::string& what) {
    return failure.message.empty() ? what + tried : what + ": " + failure.message + tried;
  };
  const auto status = fmt::format("status {}", failure.status);
  if (failure.timed_out)
    return {ErrorCode::unavailable, wanted, "none in time" + tried, "raise the provider's timeouts", {}};
  switch (failure.status) {
    case 0:
      return {ErrorCode::unavailable,
              wanted,
              found("no connection"),
              "is the server running at its base_url?",
              {}};
    case 400:
    case 422:
      return {
          ErrorCode::invalid_argument, wanted, found(status), "the server refused the request as it is", {}};
    case 401:
    case 403:
      return {ErrorCode::unauthenticated, wanted, found(status), "check the provider's credential", {}};
    case 404:
      return {ErrorCode::not_found, wanted, found(status), "check the model's name and the base_url", {}};
    case 413:
      return {ErrorCode::too_large, wanted, found(status), "the request is larger than the server takes", {}};
    case 429:
      return {ErrorCode::busy,
              wanted,
              found(status),
              failure.code == "insufficient_quota" ? "the account has no quota left"
                                                   : "lower the provider's limits, or try later",
              {}};
    default:
      break;
  }
  if (failure.status >= 300 && failure.status < 400) {
    return {ErrorCode::unavailable,
            wanted,
            "a redirect to " + failure.location,
            "redirects are not followed; set base_url to where the API is",
            {}};
  }
  return {ErrorCode::unavailable, wanted, found(status), {}, {}};
}

}  // namespace steps::llm
