// Positions in requests and answers: ?at=, ETag, If-Match, Idempotency-Key, and the ways from a call to the
// engine. Lives on the api thread.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/handler.hpp"

namespace api {

std::string etag_of(schemas::Position position);
// True when an If-None-Match value names it, weakly compared.
bool names_etag(std::string_view header, std::string_view etag);
void add_position(Reply& reply, schemas::Position position, std::string_view durability);

// Turns `call.state` to the position or time that `at` names. invalid_argument: beyond head, or neither form.
boost::asio::awaitable<Result<void>> go_to(Call& call, std::string at);
// The position that a text names: a number up to head, or a time.
boost::asio::awaitable<Result<schemas::Position>> position_from(const Call& call, std::string text,
                                                                std::string parameter);
// A dataset's state there; recent ones are kept.
boost::asio::awaitable<Result<engine::StatePtr>> state_at(const Services& services,
                                                          schemas::DatasetId dataset,
                                                          schemas::Position position);

// Actor, request id, Idempotency-Key and If-Match; `request` (the hash) is the caller's.
Result<void> fill_origin(const Call& call, engine::Origin& origin);
boost::asio::awaitable<Result<std::optional<store::Receipt>>> remembered(const Services& services,
                                                                         std::string key);
boost::asio::awaitable<Result<engine::Answer>> submit(const Call& call, Wish wish, engine::Origin origin);

Error deleted_error(const engine::DatasetState& state);
Error key_used_error(const Call& call);
// With what belongs to the call: its id, and what blocks a step.
Reply problem_of(const Call& call, const Error& error);

}  // namespace api
