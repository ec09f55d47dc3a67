// POST /v1/traces and /v1/logs: OTLP over HTTP. What is answered with 200 is durable; what cannot be taken
// now is answered so that the sender tries again.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/handlers.hpp"
#include "api/past.hpp"
#include "api/stream.hpp"
#include "api/workers.hpp"
#include "steps/text/decoder.hpp"
#include "steps/traces/collector.hpp"
#include "steps/traces/otlp_answer.hpp"

namespace api {

namespace asio = boost::asio;
namespace traces = steps::traces;
using traces::Signal;
using traces::Wire;

namespace {
constexpr std::size_t piece_bytes = 512U << 10U;
constexpr std::chrono::milliseconds slow_down_step{25};
constexpr std::chrono::seconds slow_down_max{2};

Result<Wire> wire_of(const Request& request) {
  const std::string_view type = request.header("content-type").value_or("");
  const std::string essence = lower_case(trimmed(type.substr(0, type.find(';'))));
  if (essence == "application/x-protobuf" || essence == "application/protobuf") return Wire::protobuf;
  if (essence == "application/json") return Wire::json;
  return fail(ErrorCode::unsupported_media_type, "application/x-protobuf or application/json",
              type.empty() ? "no Content-Type" : "'" + std::string(type) + "'",
              "set the exporter's protocol to http/protobuf or http/json", "Content-Type");
}

// google.rpc.Code
int rpc_code(const Error& error) {
  switch (error.code) {
    case ErrorCode::busy:
    case ErrorCode::too_large:
      return 8;  // RESOURCE_EXHAUSTED
    case ErrorCode::unavailable:
    case ErrorCode::cancelled:
    case ErrorCode::no_space:
    case ErrorCode::io:
      return 14;  // UNAVAILABLE
    case ErrorCode::invalid_argument:
    case ErrorCode::unsupported_media_type:
      return 3;  // INVALID_ARGUMENT
    default:
      return 13;  // INTERNAL
  }
}

// Of the specification's retryable ones where another try may do: nothing is to be lost for a full disk.
unsigned export_status(const Error& error) {
  if (error.code == ErrorCode::no_space || error.code == ErrorCode::io) return 503;
  return status_of(error);
}

Reply refused(Wire wire, const Error& error) {
  Reply reply;
  reply.status = export_status(error);
  reply.content_type = wire == Wire::json ? "application/json" : "application/x-protobuf";
  reply.body = traces::status_answer(wire, rpc_code(error), error.message());
  // Exporters give up after 10 s by default: a long wait would leave them one more try.
  if (reply.status == 503 || reply.status == 429) reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

Error too_large(std::uint64_t bytes_max) {
  return {ErrorCode::too_large, "an export of at most " + std::to_string(bytes_max) + " bytes, decompressed",
          "a larger one", "send fewer spans at once (OTEL_BSP_MAX_EXPORT_BATCH_SIZE)", ""};
}

Result<std::string> inflated(std::string body, steps::text::Encoding encoding, std::uint64_t bytes_max) {
  if (encoding == steps::text::Encoding::identity) return body;
  steps::text::Decoder decoder(encoding);
  std::string plain;
  const auto sink = [&](std::string_view piece) -> Result<void> {
    if (plain.size() + piece.size() > bytes_max) return std::unexpected(too_large(bytes_max));
    plain += piece;
    return {};
  };
  if (auto fed = decoder.feed(body, sink); !fed) return std::unexpected(fed.error());
  if (auto ended = decoder.finish(sink); !ended) return std::unexpected(ended.error());
  return plain;
}

// Decodes and keeps; on a worker.
Result<Reply> take(traces::Collector& collector, Signal signal, Wire wire, std::string_view body,
                   const traces::DecodeLimits& limits) {
  traces::Arrivals arrivals;
  std::size_t rejected = 0;
  std::string why;
  const auto note = [&](auto& decoded, auto& items) -> Result<void> {
    if (!decoded) return std::unexpected(decoded.error());
    items = std::move(decoded->items);
    rejected = decoded->rejected;
    why = std::move(decoded->rejection);
    return {};
  };
  Result<void> noted;
  if (signal == Signal::traces) {
    auto decoded = wire == Wire::json ? traces::decode_traces_json(body, limits)
                                      : traces::decode_traces_proto(body, limits);
    noted = note(decoded, arrivals.spans);
  } else {
    auto decoded =
        wire == Wire::json ? traces::decode_logs_json(body, limits) : traces::decode_logs_proto(body, limits);
    noted = note(decoded, arrivals.log_records);
  }
  if (noted) noted = collector.take(std::move(arrivals));
  if (!noted) return std::unexpected(noted.error());
  Reply reply;
  reply.content_type = wire == Wire::json ? "application/json" : "application/x-protobuf";
  reply.body = traces::export_answer(signal, wire, rejected, why);
  return reply;
}

// A share of the memory for exports that are being taken in; given back at the end.
class Share {
 public:
  Share(std::uint64_t& used, std::uint64_t bytes_max) : used_(used), bytes_max_(bytes_max) {}
  ~Share() { used_ -= own_; }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;

  // Whether so much in all is there for this one.
  bool grow_to(std::uint64_t bytes) {
    if (bytes <= own_) return true;
    if (used_ + (bytes - own_) > bytes_max_) return false;
    used_ += bytes - own_;
    own_ = bytes;
    return true;
  }

 private:
  std::uint64_t& used_;
  std::uint64_t bytes_max_;
  std::uint64_t own_ = 0;
};

Error no_room(std::uint64_t bytes_max) {
  return {ErrorCode::unavailable, "room for " + std::to_string(bytes_max) + " bytes of exports at a time",
          "none", "send this export again a little later", ""};
}

asio::awaitable<Result<std::string>> read_whole(Stream& stream, const Call& call, Share& share) {
  const TraceConfig& config = call.services->config.traces;
  const std::uint64_t told = call.request.content_length.value_or(0);
  if (told > config.body_bytes) co_return std::unexpected(too_large(config.body_bytes));
  if (!share.grow_to(told)) co_return std::unexpected(no_room(config.in_flight_bytes));
  stream.limit_body(config.body_bytes);
  std::string body;
  body.reserve(told);
  std::string piece;
  do {
    if (auto read = co_await stream.read_body(piece, piece_bytes); !read)
      co_return std::unexpected(read.error());
    body += piece;
    if (!share.grow_to(body.size())) co_return std::unexpected(no_room(config.in_flight_bytes));
  } while (!piece.empty());
  co_return body;
}

// Lets the collector catch up, but not for so long that an exporter would give up.
asio::awaitable<void> slow_down(const traces::Collector& collector) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  const auto latest = std::chrono::steady_clock::now() + slow_down_max;
  while (collector.is_behind() && std::chrono::steady_clock::now() < latest) {
    pause.expires_after(slow_down_step);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

asio::awaitable<Result<Reply>> take_export(Stream& stream, const Call& call, Signal signal, Wire wire) {
  auto encoding = steps::text::parse_encoding(call.request.header("content-encoding").value_or(""));
  if (!encoding) {
    encoding.error().at = "Content-Encoding";
    co_return std::unexpected(encoding.error());
  }
  Share share(call.services->trace_bytes, call.services->config.traces.in_flight_bytes);
  auto body = co_await read_whole(stream, call, share);
  if (!body) co_return std::unexpected(body.error());
  co_await slow_down(call.services->traces);
  std::function<Result<Reply>()> job = [&]() -> Result<Reply> {
    traces::DecodeLimits limits;
    limits.bytes_max = call.services->config.traces.body_bytes;
    const auto plain = inflated(std::move(*body), *encoding, limits.bytes_max);
    if (!plain) return std::unexpected(plain.error());
    return take(call.services->traces, signal, wire, *plain, limits);
  };
  co_return co_await on_worker(call.services->workers, std::move(job));
}

asio::awaitable<void> post_export(Stream& stream, const Call& call, Signal signal) {
  const auto wire = wire_of(call.request);
  if (!wire) {
    Reply reply = problem_of(call, wire.error());
    co_await stream.send(std::move(reply));
    co_return;
  }
  auto reply = co_await take_export(stream, call, signal, *wire);
  if (!reply) reply = refused(*wire, reply.error());
  co_await stream.send(std::move(*reply));
}
}  // namespace

asio::awaitable<void> post_otlp_traces(Stream& stream, Call call) {
  co_await post_export(stream, call, Signal::traces);
}

asio::awaitable<void> post_otlp_logs(Stream& stream, Call call) {
  co_await post_export(stream, call, Signal::logs);
}

}  // namespace api
