#include "api/digest.hpp"
#include "api/stream.hpp"

namespace api {

namespace {
constexpr std::size_t piece_bytes = 512U << 10U;
}  // namespace

boost::asio::awaitable<Result<schemas::Hash>> hash_body(Stream& stream, const Call& call) {
  Digest digest;
  add_question(digest, call.request.method, call.request.target);
  std::string piece;
  do {
    const auto read = co_await stream.read_body(piece, piece_bytes);
    if (!read) co_return std::unexpected(read.error());
    digest.add(piece);
  } while (!piece.empty());
  co_return digest.result();
}

}  // namespace api
