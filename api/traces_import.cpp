// POST /api/v1/traces/import and /litellm: calls as lines or as an array of JSON, of any size, in pieces.
// Each line is taken or refused by itself; what was answered is durable.
#include "api/grading_json.hpp"
#include "api/handlers.hpp"
#include "api/past.hpp"
#include "api/stream.hpp"
#include "api/workers.hpp"
#include "steps/text/json_index.hpp"
#include "steps/text/line_reader.hpp"
#include "steps/traces/collector.hpp"
#include "steps/traces/json_calls.hpp"

namespace api {

namespace asio = boost::asio;
namespace traces = steps::traces;

namespace {
constexpr std::size_t piece_bytes = 512U << 10U;
constexpr std::size_t refused_max = 100;

// Takes lines in, counts them, and keeps them in groups.
class Taking {
 public:
  Taking(traces::Collector& collector, std::uint64_t array_bytes_max)
      : collector_(collector), array_bytes_max_(array_bytes_max) {}

  Result<void> take(const steps::text::LineBlock& block) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < block.size(); ++i) {
      const std::string_view line = std::string_view(block.bytes).substr(at, block.lengths[i]);
      at += block.lengths[i];
      if (lines_ == 0)
        is_array_ = line.find_first_not_of(" \t") != std::string_view::npos &&
                    line[line.find_first_not_of(" \t")] == '[';
      ++lines_;
      if (is_array_) {
        if (array_.size() + line.size() > array_bytes_max_) {
          return fail(ErrorCode::too_large,
                      "an array of at most " + std::to_string(array_bytes_max_) + " bytes", "a larger one",
                      "send one object a line instead: those may be any number");
        }
        array_.append(line).append("\n");
      } else if (block.is_cut(i)) {
        refuse(block.lines[i], "the line is too long");
      } else {
        take_one(line, block.lines[i]);
      }
    }
    return is_array_ ? Result<void>{} : keep();
  }

  Result<Json> finish() {
    if (is_array_) {
      if (auto good = take_array(); !good) return std::unexpected(good.error());
    }
    if (auto kept = keep(); !kept) return std::unexpected(kept.error());
    return Json{{"lines", lines_},         {"calls", calls_},     {"spans", spans_},
                {"not_calls", not_calls_}, {"refused", refused_}, {"refused_total", refused_total_}};
  }

 private:
  Result<void> take_array() {
    steps::text::JsonIndex json;
    if (const auto fault = json.parse(array_)) {
      return fail(ErrorCode::invalid_argument, "a JSON array of calls, or one JSON object a line",
                  "text that is not JSON: " + std::string(fault.what), "see the documentation on traces");
    }
    lines_ = 0;
    for (auto one = json.first(json.root()); one != json.end(json.root()); one = json.next(one))
      take_one(json.raw(one), ++lines_);
    return {};
  }

  void take_one(std::string_view line, std::uint64_t number) {
    auto content = traces::read_call_line(line);
    if (!content) return refuse(number, content.error().message());
    if (auto* call = std::get_if<traces::Call>(&*content)) {
      ++calls_;
      arrivals_.lines.push_back({call->trace_id, call->span_id, std::string(line)});
    } else if (auto* span = std::get_if<traces::Span>(&*content)) {
      ++spans_;
      arrivals_.spans.push_back(std::move(*span));
    } else {
      ++not_calls_;
    }
  }

  void refuse(std::uint64_t line, const std::string& why) {
    if (refused_total_++ < refused_max) refused_.push_back({{"line", line}, {"error", why}});
  }

  Result<void> keep() {
    traces::Arrivals arrivals = std::exchange(arrivals_, {});
    return collector_.take(std::move(arrivals));
  }

  traces::Collector& collector_;
  std::uint64_t array_bytes_max_;
  traces::Arrivals arrivals_;
  bool is_array_ = false;
  std::string array_;
  std::uint64_t lines_ = 0;
  std::uint64_t calls_ = 0;
  std::uint64_t spans_ = 0;
  std::uint64_t not_calls_ = 0;
  Json refused_ = Json::array();
  std::uint64_t refused_total_ = 0;
};

asio::awaitable<Result<Reply>> take_in(Stream& stream, const Call& call) {
  const auto encoding = steps::text::parse_encoding(call.request.header("content-encoding").value_or(""));
  if (!encoding) co_return std::unexpected(encoding.error());
  stream.limit_body(call.services->config.limits.upload_bytes);
  Taking taking(call.services->traces, call.services->config.traces.body_bytes);
  steps::text::LineReaderOptions options;
  options.max_line_bytes = call.services->config.limits.line_bytes;
  steps::text::LineReader reader(
      *encoding, [&](const steps::text::LineBlock& block) { return taking.take(block); }, options);
  std::string piece;
  do {
    if (auto read = co_await stream.read_body(piece, piece_bytes); !read)
      co_return std::unexpected(read.error());
    std::function<Result<void>()> work = [&] { return piece.empty() ? reader.finish() : reader.feed(piece); };
    if (auto worked = co_await on_worker(call.services->workers, std::move(work)); !worked)
      co_return std::unexpected(worked.error());
  } while (!piece.empty());
  std::function<Result<Json>()> last = [&] { return taking.finish(); };
  const auto counts = co_await on_worker(call.services->workers, std::move(last));
  if (!counts) co_return std::unexpected(counts.error());
  co_return reply_with(*counts);
}
}  // namespace

asio::awaitable<void> post_traces_import(Stream& stream, Call call) {
  auto reply = co_await take_in(stream, call);
  if (!reply) reply = problem_of(call, reply.error());
  co_await stream.send(std::move(*reply));
}

}  // namespace api
