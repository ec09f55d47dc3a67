#include "steps/text/decoder.hpp"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

namespace steps::text {
namespace {

using schemas::ErrorCode;
using schemas::Result;

constexpr std::size_t output_bytes = 128 * 1024;
constexpr std::size_t magic_bytes = 4;
constexpr int zstd_window_log_max = 27;
// zlib counts in 32 bits, so a larger piece is fed in slices.
constexpr std::size_t slice_bytes_max = std::size_t{1} << 30;

std::string at_byte(std::uint64_t offset) {
  return "byte " + std::to_string(offset);
}

bool is_gzip(std::string_view head) {
  return head.starts_with(std::string_view("\x1f\x8b\x08", 3));
}

// A zstd frame, or a skippable frame (which parallel compressors write first).
bool is_zstd(std::string_view head) {
  if (head.starts_with(std::string_view("\x28\xb5\x2f\xfd", 4))) return true;
  return head.size() >= 4 && (static_cast<unsigned char>(head[0]) & 0xf0U) == 0x50 &&
         head.substr(1, 3) == std::string_view("\x2a\x4d\x18", 3);
}

struct InflateEnd {
  void operator()(z_stream* stream) const {
    inflateEnd(stream);
    delete stream;
  }
};
struct DStreamEnd {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

}  // namespace

Result<Encoding> parse_encoding(std::string_view header_value) {
  std::string name;
  for (const char c : header_value) {
    if (c != ' ' && c != '\t') name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (name.empty() || name == "identity") return Encoding::identity;
  if (name == "gzip" || name == "x-gzip") return Encoding::gzip;
  if (name == "zstd") return Encoding::zstd;
  return schemas::fail(ErrorCode::unsupported_media_type, "identity, gzip or zstd", "'" + name + "'",
                       "send the file as it is, or compressed with gzip or zstd", "Content-Encoding");
}

struct Decoder::State {
  explicit State(Encoding declared) : encoding(declared) {}

  Encoding encoding;
  bool is_decided = false;
  std::string head;                // the first bytes of an identity stream, until its nature is known
  std::uint64_t bytes_in = 0;      // encoded bytes taken
  bool is_between_members = true;  // a further member or the end may follow here
  bool is_any_member_done = false;
  std::vector<char> output;
  std::unique_ptr<z_stream, InflateEnd> gzip;
  std::unique_ptr<ZSTD_DStream, DStreamEnd> zstd;

  Result<void> start();
  Result<void> decode(std::string_view encoded, const ByteSink& sink);
  Result<void> inflate_slice(std::string_view encoded, const ByteSink& sink);
  Result<void> decode_zstd(std::string_view encoded, const ByteSink& sink);
  std::unexpected<schemas::Error> broken(const char* what, const char* reason, std::size_t consumed) const;
};

std::unexpected<schemas::Error> Decoder::State::broken(const char* what, const char* reason,
                                                       std::size_t consumed) const {
  const std::string name = what;
  if (is_between_members && is_any_member_done) {
    return schemas::fail(ErrorCode::invalid_argument, "the end of the data or another " + name + " stream",
                         "bytes that are not " + name, "remove what follows the compressed data",
                         at_byte(bytes_in + consumed));
  }
  if (is_between_members) {
    return schemas::fail(ErrorCode::invalid_argument, name + " data", "bytes that are not " + name,
                         "leave Content-Encoding out when the file is not compressed",
                         at_byte(bytes_in + consumed));
  }
  return schemas::fail(ErrorCode::invalid_argument, "undamaged " + name + " data", reason,
                       "compress the file again and send it anew", at_byte(bytes_in + consumed));
}

Result<void> Decoder::State::start() {
  is_decided = true;
  if (encoding == Encoding::identity) return {};
  output.resize(output_bytes);
  if (encoding == Encoding::gzip) {
    auto stream = std::make_unique<z_stream>();
    if (inflateInit2(stream.get(), 15 + 16) != Z_OK) {
      return schemas::fail(ErrorCode::internal, "a gzip decoder", "zlib refused to start one");
    }
    gzip.reset(stream.release());
  } else {
    zstd.reset(ZSTD_createDStream());
    if (!zstd) return schemas::fail(ErrorCode::internal, "a zstd decoder", "libzstd refused to start one");
    ZSTD_DCtx_setParameter(zstd.get(), ZSTD_d_windowLogMax, zstd_window_log_max);
  }
  return {};
}

Result<void> Decoder::State::inflate_slice(std::string_view encoded, const ByteSink& sink) {
  // zlib's interface is older than const; it does not write to its input.
  gzip->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(encoded.data()));
  gzip->avail_in = static_cast<uInt>(encoded.size());
  bool may_hold_more = true;
  while (gzip->avail_in > 0 || may_hold_more) {
    if (is_between_members && gzip->avail_in == 0) break;
    const std::size_t consumed_before = encoded.size() - gzip->avail_in;
    const bool is_first_byte = is_between_members;
    if (is_first_byte && static_cast<unsigned char>(*gzip->next_in) != 0x1f) {
      return broken("gzip", "", consumed_before);
    }
    is_between_members = false;
    gzip->next_out = reinterpret_cast<Bytef*>(output.data());
    gzip->avail_out = static_cast<uInt>(output.size());
    const int status = inflate(gzip.get(), Z_NO_FLUSH);
    const std::size_t produced = output.size() - gzip->avail_out;
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      return broken("gzip", gzip->msg != nullptr ? gzip->msg : "corrupted data",
                    encoded.size() - gzip->avail_in);
    }
    if (produced > 0) {
      if (auto taken = sink({output.data(), produced}); !taken) return taken;
    }
    may_hold_more = gzip->avail_out == 0;
    if (status == Z_STREAM_END) {
      is_between_members = is_any_member_done = true;
      inflateReset(gzip.get());
    }
  }
  return {};
}

Result<void> Decoder::State::decode_zstd(std::string_view encoded, const ByteSink& sink) {
  ZSTD_inBuffer in{encoded.data(), encoded.size(), 0};
  bool may_hold_more = true;
  while (in.pos < in.size || may_hold_more) {
    if (is_between_members && in.pos == in.size) break;
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    const std::size_t left = ZSTD_decompressStream(zstd.get(), &out, &in);
    if (ZSTD_isError(left) != 0) {
      if (ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge) {
        return schemas::fail(ErrorCode::invalid_argument, "a zstd window of at most 128 MiB", "a larger one",
                             "compress without --long and --ultra", at_byte(bytes_in + in.pos));
      }
      is_between_members = is_between_members || ZSTD_getErrorCode(left) == ZSTD_error_prefix_unknown;
      return broken("zstd", ZSTD_getErrorName(left), in.pos);
    }
    if (out.pos > 0) {
      if (auto taken = sink({output.data(), out.pos}); !taken) return taken;
    }
    may_hold_more = out.pos == out.size;
    is_between_members = left == 0;
    is_any_member_done = is_any_member_done || left == 0;
  }
  return {};
}

Result<void> Decoder::State::decode(std::string_view encoded, const ByteSink& sink) {
  if (encoding == Encoding::identity) {
    bytes_in += encoded.size();
    return encoded.empty() ? Result<void>{} : sink(encoded);
  }
  while (!encoded.empty()) {
    const std::string_view slice = encoded.substr(0, slice_bytes_max);
    auto done = encoding == Encoding::gzip ? inflate_slice(slice, sink) : decode_zstd(slice, sink);
    if (!done) return done;
    bytes_in += slice.size();
    encoded.remove_prefix(slice.size());
  }
  return {};
}

Decoder::Decoder(Encoding declared) : state_(std::make_unique<State>(declared)) {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

Encoding Decoder::encoding() const {
  return state_->encoding;
}
std::uint64_t Decoder::bytes_in() const {
  return state_->bytes_in + state_->head.size();
}

Result<void> Decoder::feed(std::string_view encoded, const ByteSink& sink) {
  State& state = *state_;
  if (state.is_decided) return state.decode(encoded, sink);
  if (state.encoding != Encoding::identity) {
    if (auto started = state.start(); !started) return started;
    return state.decode(encoded, sink);
  }
  const std::size_t wanted = std::min(encoded.size(), magic_bytes - state.head.size());
  state.head.append(encoded.substr(0, wanted));
  encoded.remove_prefix(wanted);
  if (state.head.size() < magic_bytes) return {};
  if (is_gzip(state.head)) state.encoding = Encoding::gzip;
  if (is_zstd(state.head)) state.encoding = Encoding::zstd;
  if (auto started = state.start(); !started) return started;
  const std::string head = std::exchange(state.head, {});
  if (auto done = state.decode(head, sink); !done) return done;
  return state.decode(encoded, sink);
}

Result<void> Decoder::finish(const ByteSink& sink) {
  State& state = *state_;
  if (state.encoding == Encoding::identity) {
    const std::string head = std::exchange(state.head, {});
    state.is_decided = true;
    return state.decode(head, sink);
  }
  if (state.is_between_members && state.is_any_member_done) return {};
  const std::string name = state.encoding == Encoding::gzip ? "gzip" : "zstd";
  return schemas::fail(ErrorCode::invalid_argument, "a whole " + name + " stream",
                       state.bytes_in == 0 ? "no bytes at all" : "a stream that ends early",
                       "the upload was cut off or the file is incomplete: send it again",
                       at_byte(state.bytes_in));
}

}  // namespace steps::text
