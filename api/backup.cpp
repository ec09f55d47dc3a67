// POST /api/v1/system/backup: a consistent copy of the store while the daemon runs.
#include "api/handlers.hpp"
#include "api/json.hpp"
#include "api/json_body.hpp"
#include "api/past.hpp"
#include "api/workers.hpp"

namespace api {

namespace asio = boost::asio;

namespace {
Result<Reply> back_up(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"to"});
  const std::string to = fields.text("to");
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  if (!to.starts_with('/')) {
    return fail(ErrorCode::invalid_argument,
                "the absolute path of an empty or new folder on the daemon's machine", "'" + to + "'", {},
                "/to");
  }
  const store::EventLog& log = call.services->engine.log();
  if (auto copied = log.backup(to); !copied) return std::unexpected(copied.error());
  Reply reply;
  reply.body = to_bytes(Json{{"folder", to}, {"global_position", log.statistics().global_position}});
  return reply;
}
}  // namespace

asio::awaitable<void> post_backup(Stream& stream, Call call) {
  stream.limit_body(call.services->config.limits.body_bytes);
  std::string piece;
  do {
    const auto read = co_await stream.read_body(piece, std::size_t{64} << 10U);
    if (!read) {
      Reply refused = problem_of(call, read.error());
      co_await stream.send(std::move(refused));
      co_return;
    }
    call.request.body += piece;
  } while (!piece.empty());
  std::function<Result<Reply>()> job = [&call] { return back_up(call); };
  auto reply = co_await on_worker(call.services->workers, std::move(job));
  if (!reply) reply = problem_of(call, reply.error());
  co_await stream.send(std::move(*reply));
}

}  // namespace api
