#include "steps/traces/source_state.hpp"

#include <xxhash.h>

#include <algorithm>
#include <vector>

#include "steps/traces/bytes.hpp"

namespace steps::traces {

namespace {

constexpr std::uint64_t version = 1;

void write(ByteWriter& out, const std::optional<std::int64_t>& time) {
  out.number(time ? static_cast<std::uint64_t>(*time) + 1 : 0);
}

std::optional<std::int64_t> read_time(ByteReader& in) {
  const std::uint64_t value = in.number();
  return value == 0 ? std::nullopt : std::optional(static_cast<std::int64_t>(value - 1));
}

}  // namespace

std::string server_of(const TraceSource& source) {
  return source.kind + " " + source.base_url + " " + source.project;
}

std::string encode(const SourceState& state) {
  ByteWriter out;
  out.number(version);
  out.text(state.server);
  write(out, state.watermark);
  write(out, state.last_pull_at);
  out.number(state.last_taken);
  out.number(state.taken_total);
  out.text(state.last_error);
  return out.take();
}

std::optional<SourceState> decode_source_state(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.number() != version) return std::nullopt;
  SourceState state;
  state.server = in.text();
  state.watermark = read_time(in);
  state.last_pull_at = read_time(in);
  state.last_taken = in.number();
  state.taken_total = in.number();
  state.last_error = in.text();
  return in.good() ? std::optional(std::move(state)) : std::nullopt;
}

std::uint64_t ToldLately::hash(std::string_view trace, std::string_view span, std::string_view bytes) {
  return XXH3_64bits_withSeed(
      bytes.data(), bytes.size(),
      XXH3_64bits_withSeed(span.data(), span.size(), XXH3_64bits(trace.data(), trace.size())));
}

void ToldLately::add(std::uint64_t hash, std::int64_t begun) {
  if (begun_.size() < size_max) begun_.emplace(hash, begun);
}

void ToldLately::forget_before(std::int64_t time) {
  std::erase_if(begun_, [&](const auto& entry) { return entry.second < time; });
}

std::string ToldLately::encode() const {
  std::vector<std::pair<std::int64_t, std::uint64_t>> newest;
  newest.reserve(begun_.size());
  for (const auto& [hash, begun] : begun_) newest.emplace_back(begun, hash);
  std::ranges::sort(newest, std::greater<>{});
  newest.resize(std::min(newest.size(), kept_max));
  ByteWriter out;
  out.number(version);
  out.number(newest.size());
  for (const auto& [begun, hash] : newest) {
    out.number(static_cast<std::uint64_t>(begun));
    out.number(hash);
  }
  return out.take();
}

void ToldLately::decode(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.number() != version) return;
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && in.good(); ++i) {
    const auto begun = static_cast<std::int64_t>(in.number());
    const std::uint64_t hash = in.number();
    if (in.good()) add(hash, begun);
  }
}

}  // namespace steps::traces
