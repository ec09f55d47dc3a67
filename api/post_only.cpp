#include "api/post_only.hpp"

#include "api/past.hpp"
#include "api/workers.hpp"

namespace api {

namespace asio = boost::asio;

asio::awaitable<void> post_only(Stream& stream, Call call, Read handler) {
  stream.limit_body(call.services->config.limits.body_bytes);
  std::string piece;
  do {
    const auto read = co_await stream.read_body(piece, std::size_t{256} << 10U);
    if (!read) {
      Reply refused = problem_of(call, read.error());
      co_await stream.send(std::move(refused));
      co_return;
    }
    call.request.body += piece;
  } while (!piece.empty());
  if (call.state && call.state->deleted_at != 0) {
    Reply refused = problem_of(call, deleted_error(*call.state));
    co_await stream.send(std::move(refused));
    co_return;
  }
  std::function<Result<Reply>()> job = [&call, handler] { return handler(call); };
  auto reply = co_await on_worker(call.services->workers, std::move(job));
  if (!reply) {
    reply = problem_of(call, reply.error());
  } else if (call.dataset) {
    add_position(*reply, call.state->position, call.services->durability);
  }
  co_await stream.send(std::move(*reply));
}

}  // namespace api
