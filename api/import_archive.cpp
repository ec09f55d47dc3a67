// POST …/datasets/import-archive: a dataset that was exported as an archive, here or elsewhere, with its
// whole history. Its payloads are staged as they come; the dataset is there when all of it is, or not at all.
#include "api/archive_reader.hpp"
#include "api/digest.hpp"
#include "api/engine_handle.hpp"
#include "api/handlers.hpp"
#include "api/past.hpp"
#include "api/past_states.hpp"
#include "api/workers.hpp"

namespace api {

namespace asio = boost::asio;

namespace {
constexpr std::size_t piece_bytes = 512U << 10U;

Result<steps::text::Encoding> encoding_of(const Request& request) {
  const std::string_view type = request.header("content-type").value_or("application/x-tar");
  const std::string essence = lower_case(trimmed(type.substr(0, type.find(';'))));
  if (essence != "application/x-tar" && essence != "application/octet-stream") {
    return fail(ErrorCode::unsupported_media_type, "application/x-tar", "'" + std::string(type) + "'",
                "send the archive as the body itself", "Content-Type");
  }
  auto encoding = steps::text::parse_encoding(request.header("content-encoding").value_or(""));
  if (!encoding) encoding.error().at = "Content-Encoding";
  return encoding;
}

// What is staged under one number.
struct Staging {
  std::uint64_t number = 0;
  engine::Origin origin;  // without key and If-Match
};

asio::awaitable<Result<void>> stage(const Call& call, Staging& staging, std::vector<store::Blob> blobs) {
  engine::ArchiveWish wish = engine::StageBlobs{staging.number, std::move(blobs)};
  const auto staged = co_await EngineHandle(call.services->engine).take_in(std::move(wish), staging.origin);
  if (!staged) co_return std::unexpected(staged.error());
  staging.number = staged->subject;
  co_return Result<void>{};
}

// Reads, checks and stages the whole body; gives the hash of the request.
asio::awaitable<Result<schemas::Hash>> receive(Stream& stream, const Call& call, ArchiveReader& reader,
                                               Staging& staging) {
  Digest digest;
  add_question(digest, call.request.method, call.request.target);
  std::string piece;
  bool ended = false;
  while (!ended) {
    if (auto read = co_await stream.read_body(piece, piece_bytes); !read)
      co_return std::unexpected(read.error());
    ended = piece.empty();
    std::function<Result<void>()> work = [&]() -> Result<void> {
      digest.add(piece);
      return ended ? reader.finish() : reader.feed(piece);
    };
    if (auto done = co_await on_worker(call.services->workers, std::move(work)); !done)
      co_return std::unexpected(done.error());
    std::vector<store::Blob> blobs = reader.take_blobs();
    if (blobs.empty() && staging.number != 0) continue;
    if (auto staged = co_await stage(call, staging, std::move(blobs)); !staged)
      co_return std::unexpected(staged.error());
  }
  co_return digest.result();
}

asio::awaitable<Result<Reply>> reply_for(const Call& call, engine::Answer answer) {
  const engine::StatePtr newest = call.services->hub.state(answer.dataset);
  std::function<Result<Reply>()> render = [&]() -> Result<Reply> {
    const auto state = call.services->past.at(answer.dataset, answer.position, newest);
    if (!state) return std::unexpected(state.error());
    return answer_created(call, answer, **state);
  };
  auto reply = co_await on_worker(call.services->workers, std::move(render));
  if (reply) add_position(*reply, answer.position, call.services->durability);
  co_return reply;
}

asio::awaitable<Result<engine::Answer>> take_in(Stream& stream, const Call& call,
                                                steps::text::Encoding encoding, engine::Origin origin,
                                                Staging& staging) {
  ArchiveReader reader(encoding, call.services->engine.log().statistics().epoch);
  const auto question = co_await receive(stream, call, reader, staging);
  if (!question) co_return std::unexpected(question.error());
  origin.request = *question;
  const std::string name(call.request.parameter("name").value_or(reader.name()));
  engine::ArchiveWish wish = engine::ImportArchive{
      name, staging.number, std::make_shared<const engine::ArchivedDataset>(reader.take_dataset())};
  auto answer = co_await EngineHandle(call.services->engine).take_in(std::move(wish), std::move(origin));
  if (!answer && answer.error().code == ErrorCode::conflict && answer.error().at == "/name") {
    answer.error().at = "?name";
    answer.error().hint = "give the imported dataset another name with ?name=";
  }
  co_return answer;
}

asio::awaitable<Result<Reply>> import_archive(Stream& stream, const Call& call) {
  const auto encoding = encoding_of(call.request);
  if (!encoding) co_return std::unexpected(encoding.error());
  engine::Origin origin;
  if (auto good = fill_origin(call, origin); !good) co_return std::unexpected(good.error());
  stream.limit_body(call.services->config.limits.upload_bytes);
  if (!origin.idempotency_key.empty()) {
    const auto known = co_await remembered(*call.services, origin.idempotency_key);
    if (!known) co_return std::unexpected(known.error());
    if (*known) {
      const auto question = co_await hash_body(stream, call);
      if (!question) co_return std::unexpected(question.error());
      if (!same_hash(*question, (*known)->request)) co_return std::unexpected(key_used_error(call));
      const engine::Answer first{schemas::DatasetId((*known)->stream), (*known)->position, (*known)->subject,
                                 true};
      co_return co_await reply_for(call, first);
    }
  }
  origin.if_match.reset();
  Staging staging{0, origin};
  staging.origin.idempotency_key.clear();
  const auto answer = co_await take_in(stream, call, *encoding, origin, staging);
  if (staging.number != 0) {
    engine::ArchiveWish drop = engine::DropStaged{staging.number};
    // What cannot be dropped now is dropped by the next start.
    const auto dropped =
        co_await EngineHandle(call.services->engine).take_in(std::move(drop), staging.origin);
    static_cast<void>(dropped);
  }
  if (!answer) co_return std::unexpected(answer.error());
  co_return co_await reply_for(call, *answer);
}
}  // namespace

asio::awaitable<void> post_import_archive(Stream& stream, Call call) {
  auto reply = co_await import_archive(stream, call);
  if (!reply) reply = problem_of(call, reply.error());
  co_await stream.send(std::move(*reply));
}

}  // namespace api
