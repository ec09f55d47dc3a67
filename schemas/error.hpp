// What goes wrong and how it is told: one list of codes, one shape of message, shared by every layer.
// Holds no behaviour; api/problem.cpp alone turns a code into an HTTP status.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace schemas {

enum class ErrorCode {
  invalid_argument,        // the request itself is wrong; repeating it will not help
  unsupported_media_type,  // a content type or content encoding we do not read
  too_large,               // over a limit that the message names
  not_found,               // no such dataset, record, run, topic, position
  gone,                    // it was there and has been deleted; the message says at which position
  conflict,            // the state moved on, another writer is active, or a key was used for something else
  blocked,             // the step cannot run yet; the hint says what to do first
  needs_confirmation,  // would destroy something; the message says what, `confirm` lets it through
  unauthenticated,
  forbidden,
  busy,             // a bounded queue is full; try again later
  unavailable,      // shutting down, or a dependency does not answer
  cancelled,        // a person or a shutdown stopped it
  no_space,         // the disk is full; nothing was written
  io,               // the operating system or the database refused; nothing was acknowledged
  corrupt,          // stored bytes contradict their checksum or their chain
  unknown_outcome,  // the write may or may not have happened: read the tail before going on
  internal,         // a promise between our own functions was broken
};

// `wanted`: what was expected; `found`: what was there instead; `hint`: what to do about it.
// `at`: where, as a JSON pointer, a header name, a line number or a file; empty when it is the whole request.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string wanted;
  std::string found;
  std::string hint;
  std::string at;

  // One sentence for logs and terminals: "wanted …, found …; hint".
  [[nodiscard]] std::string message() const {
    std::string text = at.empty() ? std::string{} : at + ": ";
    text += "expected " + wanted + ", found " + found;
    if (!hint.empty()) text += "; " + hint;
    return text;
  }
};

template <class T>
using Result = std::expected<T, Error>;

// Shortens `return std::unexpected(Error{...})`.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string wanted, std::string found,
                                                 std::string hint = {}, std::string at = {}) {
  return std::unexpected(Error{code, std::move(wanted), std::move(found), std::move(hint), std::move(at)});
}

}  // namespace schemas
