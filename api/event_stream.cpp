// GET …/events: a page of JSON, or, for who accepts text/event-stream, the log live.
#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>

#include "api/event_json.hpp"
#include "api/handlers.hpp"
#include "api/past.hpp"
#include "api/workers.hpp"

namespace api {

namespace asio = boost::asio;
using schemas::Position;

namespace {
constexpr std::size_t catch_up_bytes = 256U << 10U;  // of frames rendered in one go on a worker

// What waits for one reader. Bounded: over it the reader is told to start over.
struct Queue {
  std::deque<std::pair<Position, Bytes>> frames;
  std::size_t frames_max = 0;
  bool overflowed = false;

  void add(Change& change) {
    if (overflowed) return;
    for (const auto& frame : change.frames()) frames.push_back(frame);
    if (frames.size() > frames_max) {
      overflowed = true;
      frames.clear();
    }
  }
};

std::string resync_frame(Position head) {
  return "event: resync\ndata: {\"head\":" + std::to_string(head) + "}\n\n";
}

struct CaughtUp {
  std::string frames;
  Position last = 0;
};

Result<CaughtUp> frames_from_log(const Call& call, Position after, Position to) {
  CaughtUp caught{{}, after};
  const auto scanned = call.services->engine.log().scan(call.dataset->value(), after + 1, to,
                                                        [&](const store::EventView& event) {
                                                          caught.frames += sse_frame(event);
                                                          caught.last = event.position();
                                                          return caught.frames.size() < catch_up_bytes;
                                                        });
  if (!scanned) return std::unexpected(scanned.error());
  return caught;
}

// The position that the client has seen: Last-Event-ID, else one before `from`, else the newest.
Result<Position> seen_by(const Call& call) {
  if (const auto id = call.request.header("last-event-id")) {
    const auto position = whole_number(trimmed(*id));
    if (!position || *position > call.head) {
      return fail(ErrorCode::invalid_argument, "a position up to " + std::to_string(call.head),
                  "'" + std::string(*id) + "'", "leave it out for new events only", "Last-Event-ID");
    }
    return *position;
  }
  const auto from = number_parameter(call.request, "from", call.head + 1, 0, call.head + 1);
  if (!from) return std::unexpected(from.error());
  return *from == 0 ? 0 : *from - 1;
}

// From the log up to what the queue begins with. False: the reader is gone, or the log failed.
asio::awaitable<bool> catch_up(Stream& stream, const Call& call, Position& sent) {
  const Position head = call.services->hub.state(*call.dataset)->position;
  if (head - sent > call.services->config.limits.catch_up_events) {
    sent = head;
    co_return co_await stream.write(resync_frame(head));
  }
  while (sent < head) {
    std::function<Result<CaughtUp>()> render = [&call, &sent, head] {
      return frames_from_log(call, sent, head);
    };
    const auto caught = co_await on_worker(call.services->workers, std::move(render));
    if (!caught || caught->last == sent) co_return false;
    sent = caught->last;
    if (!co_await stream.write(caught->frames)) co_return false;
  }
  co_return true;
}

// Everything that waits goes out in one write.
std::string drained(Queue& queue, Position& sent) {
  std::string frames;
  for (const auto& [position, frame] : queue.frames) {
    if (position <= sent) continue;
    frames += *frame;
    sent = position;
  }
  queue.frames.clear();
  return frames;
}

asio::awaitable<void> stream_events(Stream& stream, Call call, Position sent) {
  Hub& hub = call.services->hub;
  asio::steady_timer wake(stream.executor());
  Queue queue;
  queue.frames_max = call.services->config.limits.stream_frames;
  const Hub::Subscription subscription(hub, *call.dataset, [&queue, &wake](Change& change) {
    queue.add(change);
    wake.cancel();
  });
  Reply head;
  head.content_type = "text/event-stream";
  head.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  if (!co_await stream.begin(std::move(head))) co_return;
  if (!co_await stream.write("retry: 1000\n: " + to_text(*call.dataset) + "\n\n")) co_return;
  if (!co_await catch_up(stream, call, sent)) co_return stream.abort();
  while (!hub.closing()) {
    if (queue.overflowed) {
      co_await stream.write(resync_frame(hub.state(*call.dataset)->position));
      break;
    }
    if (!queue.frames.empty()) {
      const std::string frames = drained(queue, sent);
      if (!co_await stream.write(frames)) co_return;
      continue;
    }
    wake.expires_after(call.services->config.limits.heartbeat);
    const auto [interrupted] = co_await wake.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!interrupted && !co_await stream.write(": still here\n\n")) co_return;
  }
  if (hub.closing()) co_await stream.write("event: closing\ndata: {}\n\n");
  co_await stream.end();
}
}  // namespace

asio::awaitable<void> get_events(Stream& stream, Call call) {
  const std::string_view accept = call.request.header("accept").value_or("");
  if (accept.find("text/event-stream") != std::string_view::npos && !call.in_past) {
    const auto sent = seen_by(call);
    if (!sent) {
      co_await stream.send(problem_of(call, sent.error()));
      co_return;
    }
    co_await stream_events(stream, std::move(call), *sent);
    co_return;
  }
  std::function<Result<Reply>()> list = [&call] { return list_events(call); };
  auto reply = co_await on_worker(call.services->workers, std::move(list));
  if (reply) add_position(*reply, call.state->position, call.services->durability);
  if (!reply) reply = problem_of(call, reply.error());
  co_await stream.send(std::move(*reply));
}

}  // namespace api
