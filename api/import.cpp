// POST …/import: a body of any size on its way into the log, in pieces and in flat memory. What cannot be
// read to its end leaves nothing behind.
#include <vector>

#include "api/digest.hpp"
#include "api/handlers.hpp"
#include "api/import_blocks.hpp"
#include "api/json.hpp"
#include "api/past.hpp"
#include "api/workers.hpp"
#include "engine/projections/canvas.hpp"
#include "steps/import_lines.hpp"

namespace api {

namespace asio = boost::asio;
using schemas::RunId;

namespace {
constexpr std::size_t piece_bytes = 512U << 10U;

Result<steps::text::Encoding> check_type(const Request& request) {
  const std::string_view type = request.header("content-type").value_or("application/x-ndjson");
  const std::string essence = lower_case(trimmed(type.substr(0, type.find(';'))));
  constexpr std::array<std::string_view, 6> accepted{"application/x-ndjson", "application/jsonl",
                                                     "application/json",     "application/octet-stream",
                                                     "text/plain",           "application/x-jsonlines"};
  if (std::find(accepted.begin(), accepted.end(), essence) == accepted.end()) {
    return fail(
        ErrorCode::unsupported_media_type,
        "application/x-ndjson, application/jsonl, application/json, application/octet-stream or text/plain",
        "'" + std::string(type) + "'", "send the lines of the file as the body itself", "Content-Type");
  }
  auto encoding = steps::text::parse_encoding(request.header("content-encoding").value_or(""));
  if (!encoding) encoding.error().at = "Content-Encoding";
  return encoding;
}

struct Upload {
  engine::BeginImport begin;
  steps::text::Encoding encoding = steps::text::Encoding::identity;
};

Result<Upload> upload_from(const Call& call) {
  Upload upload;
  const std::string_view mode = call.request.parameter("mode").value_or("append");
  if (mode != "append" && mode != "replace")
    return fail(ErrorCode::invalid_argument, "append or replace", "'" + std::string(mode) + "'", {}, "?mode");
  const auto confirm = flag_parameter(call.request, "confirm");
  if (!confirm) return std::unexpected(confirm.error());
  const auto categorize = flag_parameter(call.request, "categorize");
  if (!categorize) return std::unexpected(categorize.error());
  const auto encoding = check_type(call.request);
  if (!encoding) return std::unexpected(encoding.error());
  upload.encoding = *encoding;
  upload.begin.confirm = confirm->value_or(false);
  auto& parameters = upload.begin.parameters;
  parameters.mode = mode == "append" ? schemas::ImportMode::append : schemas::ImportMode::replace;
  parameters.categorize = categorize->value_or(false);
  parameters.name = std::string(call.request.parameter("name").value_or(""));
  parameters.encoding = std::string(call.request.header("content-encoding").value_or("identity"));
  parameters.bytes_expected = call.request.content_length.value_or(0);
  return upload;
}

struct Received {
  steps::text::LineCounts counts;
  schemas::Hash question;
};

// Reads, hashes, cuts into lines and stages the whole body.
asio::awaitable<Result<Received>> receive(Stream& stream, const Call& call, const Upload& upload, RunId run,
                                          const engine::Origin& origin) {
  std::vector<engine::ImportBlock> cut;
  steps::text::LineReaderOptions options;
  options.max_line_bytes = call.services->config.limits.line_bytes;
  steps::ImportLines lines(
      upload.encoding,
      [&cut, run](engine::ImportBlock block) -> Result<void> {
        block.run = run;
        cut.push_back(std::move(block));
        return {};
      },
      options);
  Digest digest;
  add_question(digest, call.request.method, call.request.target);
  ImportBlocks blocks(call, stream.executor());
  std::string piece;
  Received received;
  Result<void> outcome;
  bool ended = false;
  while (outcome && !ended) {
    outcome = co_await stream.read_body(piece, piece_bytes);
    if (!outcome) break;
    ended = piece.empty();
    std::function<Result<void>()> work = [&]() -> Result<void> {
      digest.add(piece);
      if (!piece.empty()) return lines.feed(piece);
      auto counts = lines.finish();
      if (!counts) return std::unexpected(counts.error());
      received.counts = *counts;
      return {};
    };
    outcome = co_await on_worker(call.services->workers, std::move(work));
    for (engine::ImportBlock& block : cut) {
      if (outcome) outcome = co_await blocks.send(std::move(block), origin);
    }
    cut.clear();
  }
  // Blocks under way refer to this frame: wait for them whatever happened.
  const auto landed = co_await blocks.until_at_most(0);
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!landed) co_return std::unexpected(landed.error());
  received.question = digest.result();
  co_return received;
}

Reply import_reply(const engine::Run& run) {
  const engine::ImportProgress& import = *run.import;
  Json body{{"run", to_text(RunId(run.id))}, {"lines", import.lines},
            {"imported", import.imported},   {"valid", import.validated - import.invalid},
            {"invalid", import.invalid},     {"duplicates", import.duplicates},
            {"blank", import.blank},         {"replaced", import.replaced},
            {"position", run.ended_at}};
  Reply reply;
  reply.status = 202;
  reply.body = to_bytes(body);
  return reply;
}

// The import's own end: when every line is durable and validated.
asio::awaitable<Result<Reply>> result_of(const Call& call, RunId run) {
  const auto ended = co_await import_ended(*call.services, *call.dataset, run);
  if (!ended) co_return std::unexpected(ended.error());
  Reply reply = import_reply(*ended);
  add_position(reply, ended->ended_at, call.services->durability);
  co_return reply;
}

asio::awaitable<Result<Reply>> import_once(Stream& stream, const Call& call) {
  auto upload = upload_from(call);
  if (!upload) co_return std::unexpected(upload.error());
  engine::Origin origin;
  if (auto good = fill_origin(call, origin); !good) co_return std::unexpected(good.error());
  stream.limit_body(call.services->config.limits.upload_bytes);
  const std::string key = origin.idempotency_key;
  if (!key.empty()) {
    const auto known = co_await remembered(*call.services, key);
    if (!known) co_return std::unexpected(known.error());
    if (*known) {
      const auto question = co_await hash_body(stream, call);
      if (!question) co_return std::unexpected(question.error());
      if (!same_hash(*question, (*known)->request)) co_return std::unexpected(key_used_error(call));
      co_return co_await result_of(call, RunId((*known)->subject));
    }
  }
  origin.idempotency_key.clear();
  engine::Command begin(std::move(upload->begin));
  const auto begun = co_await submit(call, std::move(begin), origin);
  if (!begun) co_return std::unexpected(begun.error());
  const RunId run(begun->subject);
  origin.if_match.reset();
  auto received = co_await receive(stream, call, *upload, run, origin);
  Result<engine::Answer> answer = Result<engine::Answer>(engine::Answer{});
  if (received) {
    engine::Origin last = origin;
    last.idempotency_key = key;
    last.request = received->question;
    engine::Command receive_all(engine::ReceiveImport{run, received->counts.lines, received->counts.blank,
                                                      received->counts.bytes_out});
    answer = co_await submit(call, std::move(receive_all), std::move(last));
  }
  if (received && answer && !answer->repeated) co_return co_await result_of(call, run);
  // Nothing of a body that did not come in whole, or that somebody else has sent already, is kept.
  const std::string why = !received ? received.error().message()
                          : !answer ? answer.error().message()
                                    : std::string("the same request has been answered already");
  engine::Command drop(engine::FailImport{run, why});
  const auto dropped = co_await submit(call, std::move(drop), origin);
  if (!received) co_return std::unexpected(received.error());
  if (!answer) co_return std::unexpected(answer.error());
  co_return co_await result_of(call, RunId(answer->subject));
}
}  // namespace

asio::awaitable<void> post_import(Stream& stream, Call call) {
  auto reply = co_await import_once(stream, call);
  if (!reply) reply = problem_of(call, reply.error());
  co_await stream.send(std::move(*reply));
}

}  // namespace api
