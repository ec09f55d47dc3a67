#include "api/past.hpp"

#include "api/engine_handle.hpp"
#include "api/json.hpp"
#include "api/json_views.hpp"
#include "api/past_states.hpp"
#include "api/time_text.hpp"
#include "api/version.hpp"
#include "api/workers.hpp"

namespace api {

namespace asio = boost::asio;
using schemas::Position;

std::string etag_of(Position position) {
  return "\"" + std::to_string(projection_version) + "-" + std::to_string(position) + "\"";
}

bool names_etag(std::string_view header, std::string_view etag) {
  while (!header.empty()) {
    std::string_view one = header.substr(0, header.find(','));
    header.remove_prefix(std::min(one.size() + 1, header.size()));
    one = trimmed(one);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag || one == "*") return true;
  }
  return false;
}

void add_position(Reply& reply, Position position, std::string_view durability) {
  reply.headers.emplace_back("ETag", etag_of(position));
  reply.headers.emplace_back("X-Position", std::to_string(position));
  reply.headers.emplace_back("X-Durability", durability);
  reply.headers.emplace_back("Cache-Control", "private, no-cache");
}

asio::awaitable<Result<engine::StatePtr>> state_at(const Services& services, schemas::DatasetId dataset,
                                                   Position position) {
  const engine::StatePtr newest = services.hub.state(dataset);
  if (newest && newest->position == position && !newest->outline) co_return newest;
  std::function<Result<engine::StatePtr>()> fold = [&services, dataset, position, &newest] {
    return services.past.at(dataset, position, newest);
  };
  co_return co_await on_worker(services.workers, std::move(fold));
}

asio::awaitable<Result<Position>> position_from(const Call& call, std::string text, std::string parameter) {
  if (const auto position = whole_number(text)) {
    if (*position <= call.head) co_return *position;
    co_return fail(ErrorCode::invalid_argument,
                   "a position up to " + std::to_string(call.head) + ", the newest of this dataset", text,
                   "leave it out for the newest", "?" + parameter);
  }
  const auto time = from_rfc3339(text);
  if (!time) {
    co_return fail(ErrorCode::invalid_argument,
                   "a position such as 120, or an RFC 3339 time such as 2026-07-22T12:03:11Z",
                   "'" + text + "'", "a '+' in a query is written %2B", "?" + parameter);
  }
  std::function<Result<Position>()> find = [&call, time] {
    return call.services->engine.position_at(*call.dataset, *time);
  };
  co_return co_await on_worker(call.services->workers, std::move(find));
}

asio::awaitable<Result<void>> go_to(Call& call, std::string at) {
  const auto position = co_await position_from(call, std::move(at), "at");
  if (!position) co_return std::unexpected(position.error());
  auto state = co_await state_at(*call.services, *call.dataset, *position);
  if (!state) co_return std::unexpected(state.error());
  if ((*state)->purged) co_return std::unexpected(deleted_error(**state));
  call.state = std::move(*state);
  call.in_past = true;
  co_return Result<void>{};
}

Result<void> fill_origin(const Call& call, engine::Origin& origin) {
  origin.actor = call.identity.actor;
  origin.command = call.id;
  if (const auto key = call.request.header("idempotency-key")) {
    if (key->empty() || key->size() > 200) {
      return fail(ErrorCode::invalid_argument, "a key of 1 to 200 characters",
                  std::to_string(key->size()) + " characters", {}, "Idempotency-Key");
    }
    origin.idempotency_key = call.identity.actor + ":" + std::string(*key);
  }
  if (const auto header = call.request.header("if-match"); header && trimmed(*header) != "*") {
    std::string_view text = trimmed(*header);
    if (text.starts_with("W/")) text.remove_prefix(2);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    const std::size_t dash = text.rfind('-');
    const auto position = whole_number(dash == std::string_view::npos ? text : text.substr(dash + 1));
    if (!position) {
      return fail(ErrorCode::invalid_argument, "a position in quotes such as \"226\", or an ETag",
                  "'" + std::string(*header) + "'", {}, "If-Match");
    }
    origin.if_match = *position;
  }
  return {};
}

asio::awaitable<Result<std::optional<store::Receipt>>> remembered(const Services& services, std::string key) {
  std::function<Result<std::optional<store::Receipt>>()> look = [&services, &key] {
    return services.engine.remembered(key);
  };
  co_return co_await on_worker(services.workers, std::move(look));
}

asio::awaitable<Result<engine::Answer>> submit(const Call& call, Wish wish, engine::Origin origin) {
  EngineHandle engine(call.services->engine);
  if (auto* create = std::get_if<engine::CreateDataset>(&wish))
    co_return co_await engine.create(std::move(*create), std::move(origin));
  if (auto* fork = std::get_if<engine::ForkDataset>(&wish))
    co_return co_await engine.fork(*call.dataset, std::move(*fork), std::move(origin));
  co_return co_await engine.submit(*call.dataset, std::move(std::get<engine::Command>(wish)),
                                   std::move(origin));
}

Error deleted_error(const engine::DatasetState& state) {
  return {ErrorCode::gone,
          "a dataset that exists",
          "'" + state.name + "', deleted at position " + std::to_string(state.deleted_at),
          state.purged ? "its contents have been erased"
                       : "read it as it was with ?at=" + std::to_string(state.deleted_at - 1),
          {}};
}

Error key_used_error(const Call& call) {
  return {
      ErrorCode::conflict, "a new Idempotency-Key, or the same request as before",
      "'" + std::string(call.request.header("idempotency-key").value_or("")) + "', used for another request",
      "use a fresh key", "Idempotency-Key"};
}

Reply problem_of(const Call& call, const Error& error) {
  std::string extra = "\"request\":\"" + call.id + "\"";
  if (error.code == ErrorCode::blocked && call.state) {
    if (const auto step = schemas::step_from(error.at))
      extra += ",\"blocked\":" + to_bytes(blocked_view(engine::blocked(*call.state, *step)));
  }
  return problem(error, 0, extra);
}

}  // namespace api
