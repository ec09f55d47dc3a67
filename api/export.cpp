// GET …/export: made on a worker piece by piece, written as fast as the client takes it.
#include "api/export_pieces.hpp"
#include "api/handlers.hpp"
#include "api/past.hpp"
#include "api/workers.hpp"

namespace api {

namespace asio = boost::asio;

namespace {
// An archive carries the facts as they are, and those up to here name payloads that are gone.
Result<void> check_nothing_erased_since(const Call& call) {
  if (call.request.parameter("what") != "archive") return {};
  const engine::StatePtr newest = call.services->hub.state(*call.dataset);
  if (!newest || newest->erasures.empty()) return {};
  const schemas::Position erased = newest->erasures.back().position;
  if (erased <= call.state->position) return {};
  return fail(ErrorCode::gone,
              "a position from " + std::to_string(erased) + " on, where contents of records were erased",
              std::to_string(call.state->position), "an archive of an earlier moment would lack them", "?at");
}
}  // namespace

asio::awaitable<void> get_export(Stream& stream, Call call) {
  if (const auto whole = check_nothing_erased_since(call); !whole) {
    co_await stream.send(problem_of(call, whole.error()));
    co_return;
  }
  Workers& workers = call.services->workers;
  Export made;
  std::function<Result<std::string>()> first = [&call, &made]() -> Result<std::string> {
    auto opened = export_of(call);
    if (!opened) return std::unexpected(opened.error());
    made = std::move(*opened);
    return made.next();
  };
  // The first piece before the head: what goes wrong until then has a status of its own.
  auto piece = co_await on_worker(workers, std::move(first));
  if (!piece) {
    co_await stream.send(problem_of(call, piece.error()));
    co_return;
  }
  Reply head;
  head.content_type = made.content_type;
  add_position(head, call.state->position, call.services->durability);
  head.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + made.file_name + "\"");
  if (!co_await stream.begin(std::move(head))) co_return;
  while (piece && !piece->empty()) {
    if (!co_await stream.write(*piece)) co_return;
    std::function<Result<std::string>()> next = [&made] { return made.next(); };
    piece = co_await on_worker(workers, std::move(next));
  }
  if (!piece) co_return stream.abort();
  co_await stream.end();
}

}  // namespace api
