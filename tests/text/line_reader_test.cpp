#include "steps/text/line_reader.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/text/compress.hpp"

using namespace steps::text;
using schemas::ErrorCode;

namespace {

struct ReadLine {
  std::uint64_t number;
  std::string text;
  std::uint64_t original_length;
  bool operator==(const ReadLine&) const = default;
};

struct Reading {
  std::vector<ReadLine> lines;
  LineCounts counts;
  std::size_t blocks = 0;
  schemas::Result<void> end;
};

Reading read_chunks(const std::vector<std::string_view>& chunks, Encoding encoding = Encoding::identity,
                    LineReaderOptions options = {}) {
  Reading reading;
  LineReader reader(
      encoding,
      [&reading](const LineBlock& block) -> schemas::Result<void> {
        ++reading.blocks;
        std::size_t begin = 0;
        for (std::size_t i = 0; i < block.size(); ++i) {
          reading.lines.push_back(
              {block.lines[i], block.bytes.substr(begin, block.lengths[i]), block.original_lengths[i]});
          begin += block.lengths[i];
        }
        if (begin != block.bytes.size()) throw std::runtime_error("lengths do not add up");
        return {};
      },
      options);
  for (const std::string_view chunk : chunks) {
    reading.end = reader.feed(chunk);
    if (!reading.end) break;
  }
  if (reading.end) reading.end = reader.finish();
  reading.counts = reader.counts();
  return reading;
}

Reading read_whole(std::string_view text, Encoding encoding = Encoding::identity,
                   LineReaderOptions options = {}) {
  return read_chunks({text}, encoding, options);
}

std::vector<std::pair<std::uint64_t, std::string>> lines_of(const Reading& reading) {
  std::vector<std::pair<std::uint64_t, std::string>> lines;
  for (const ReadLine& line : reading.lines) lines.emplace_back(line.number, line.text);
  return lines;
}

using Lines = std::vector<std::pair<std::uint64_t, std::string>>;

const std::string awkward =
    std::string("\xef\xbb\xbf{\"a\":1}\r\n\r\n  \t \nlone\rcr\n\xef\xbb\xbf not first\n") +
    std::string("nul\0here\n", 9) + "\r\n\ncaf\xc3\xa9\r\r\nlast\r";
const Lines awkward_lines{
    {1, "{\"a\":1}"},     {4, "lone\rcr"}, {5, "\xef\xbb\xbf not first"}, {6, std::string("nul\0here", 8)},
    {9, "caf\xc3\xa9\r"}, {10, "last\r"}};

}  // namespace

TEST_CASE("lines end at LF or CRLF, blank ones are counted and not handed over", "[text][reader]") {
  const Reading reading = read_whole(awkward);
  REQUIRE(reading.end);
  REQUIRE(lines_of(reading) == awkward_lines);
  REQUIRE(reading.counts.lines == 10);
  REQUIRE(reading.counts.blank == 4);
  REQUIRE(reading.counts.bytes_in == awkward.size());
  REQUIRE(reading.counts.bytes_out == awkward.size());
}

TEST_CASE("an empty file, a lone byte order mark and a lone line end have no records", "[text][reader]") {
  REQUIRE(read_whole("").counts.lines == 0);
  REQUIRE(read_whole("\xef\xbb\xbf").counts.lines == 0);
  REQUIRE(read_whole("\n").counts.lines == 1);
  REQUIRE(read_whole("\n").counts.blank == 1);
  REQUIRE(lines_of(read_whole("\xef\xbb")) == Lines{{1, "\xef\xbb"}});
  REQUIRE(lines_of(read_whole("\xef\xbbx\n")) == Lines{{1, "\xef\xbbx"}});
}

TEST_CASE("every place where the input can be split gives the same lines", "[text][reader]") {
  const auto [bytes, encoding] =
      GENERATE(table<std::string, Encoding>({{awkward, Encoding::identity},
                                             {tests::text::gzip(awkward), Encoding::gzip},
                                             {tests::text::gzip(awkward), Encoding::identity},
                                             {tests::text::zstd(awkward), Encoding::zstd},
                                             {tests::text::zstd(awkward), Encoding::identity}}));
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    const std::string_view view = bytes;
    for (std::size_t second = first; second <= bytes.size(); second += 3) {
      const Reading reading = read_chunks(
          {view.substr(0, first), view.substr(first, second - first), view.substr(second)}, encoding);
      INFO("split at " << first << " and " << second);
      REQUIRE(reading.end);
      REQUIRE(lines_of(reading) == awkward_lines);
      REQUIRE(reading.counts.lines == 10);
      REQUIRE(reading.counts.bytes_in == bytes.size());
      REQUIRE(reading.counts.bytes_out == awkward.size());
    }
  }
}

TEST_CASE("random texts in random chunks and small blocks read as the whole does", "[text][reader]") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    std::string text;
    const std::string_view alphabet("ab \t\r\n\n\xef\xbb\xbf\0x", 13);
    for (unsigned i = random() % 400; i > 0; --i) text += alphabet[random() % alphabet.size()];
    const unsigned packing = random() % 3;
    const std::string bytes =
        packing == 0 ? text : (packing == 1 ? tests::text::gzip(text) : tests::text::zstd(text));
    const Encoding encoding =
        packing == 0 ? Encoding::identity : (packing == 1 ? Encoding::gzip : Encoding::zstd);
    std::vector<std::string_view> chunks;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t length = std::min<std::size_t>(bytes.size() - at, random() % 9);
      chunks.push_back(std::string_view(bytes).substr(at, length));
      at += length;
    }
    if (chunks.empty()) chunks.emplace_back(bytes);
    const Reading whole = read_whole(text);
    const Reading pieces =
        read_chunks(chunks, encoding, {.block_bytes = 1 + random() % 40, .block_lines = 3});
    INFO("seed " << seed);
    REQUIRE(pieces.end);
    REQUIRE(pieces.lines == whole.lines);
    REQUIRE(pieces.counts.lines == whole.counts.lines);
    REQUIRE(pieces.counts.blank == whole.counts.blank);
    REQUIRE(pieces.lines.size() + pieces.counts.blank == pieces.counts.lines);
  }
}

TEST_CASE("a block is handed over when it is full in bytes or in lines", "[text][reader]") {
  REQUIRE(read_whole("a\nb\nc\nd\ne\n", Encoding::identity, {.block_lines = 2}).blocks == 3);
  REQUIRE(read_whole("aaa\nb\nccc\n", Encoding::identity, {.block_bytes = 3}).blocks == 2);
}

TEST_CASE("a line over the limit keeps its beginning, its number and its true length", "[text][reader]") {
  const LineReaderOptions options{.max_line_bytes = 4};
  const Reading reading =
      read_whole("abcd\nabcd\r\nabcde\n        \n      x\nz", Encoding::identity, options);
  REQUIRE(reading.lines ==
          std::vector<ReadLine>{{1, "abcd", 4}, {2, "abcd", 4}, {3, "abcd", 5}, {5, "    ", 7}, {6, "z", 1}});
  REQUIRE(reading.counts.cut == 2);
  REQUIRE(reading.counts.blank == 1);
}

TEST_CASE("a line of 100 MB passes through memory bounded by the line limit", "[text][reader]") {
  const std::string piece(1 << 20, 'x');
  std::size_t largest = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> seen;
  LineReader reader(Encoding::identity,
                    [&](const LineBlock& block) -> schemas::Result<void> {
                      largest = std::max(largest, block.bytes.capacity());
                      for (std::size_t i = 0; i < block.size(); ++i)
                        seen.emplace_back(block.lines[i], block.original_lengths[i]);
                      return {};
                    },
                    {.max_line_bytes = 1 << 20});
  for (int i = 0; i < 100; ++i) REQUIRE(reader.feed(piece));
  REQUIRE(reader.feed("\nshort\n"));
  REQUIRE(reader.finish());
  REQUIRE(seen == std::vector<std::pair<std::uint64_t, std::uint64_t>>{{1, 100ULL << 20}, {2, 5}});
  REQUIRE(largest < (3U << 20));
}

TEST_CASE("concatenated gzip members and zstd frames are one file", "[text][reader]") {
  using namespace tests::text;
  const Lines expected{{1, "one"}, {2, "two"}};
  REQUIRE(lines_of(read_whole(gzip("on") + gzip("e\ntwo"), Encoding::gzip)) == expected);
  REQUIRE(lines_of(read_whole(zstd("on") + zstd("e\ntwo"), Encoding::zstd)) == expected);
  const std::string skippable("\x50\x2a\x4d\x18\x02\0\0\0..", 10);
  REQUIRE(lines_of(read_whole(skippable + zstd("one\ntwo"))) == expected);
}

TEST_CASE("every truncation of a compressed file is told with its offset", "[text][reader]") {
  const auto [bytes, encoding] = GENERATE(table<std::string, Encoding>(
      {{tests::text::gzip(awkward), Encoding::gzip}, {tests::text::zstd(awkward), Encoding::zstd}}));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const Reading reading = read_whole(std::string_view(bytes).substr(0, length), encoding);
    INFO("cut to " << length);
    REQUIRE_FALSE(reading.end);
    REQUIRE(reading.end.error().code == ErrorCode::invalid_argument);
    REQUIRE(reading.end.error().at == "byte " + std::to_string(length));
  }
}

TEST_CASE("bytes after a compressed file are refused where they begin", "[text][reader]") {
  const auto [bytes, encoding] = GENERATE(table<std::string, Encoding>(
      {{tests::text::gzip(awkward), Encoding::gzip}, {tests::text::zstd(awkward), Encoding::zstd}}));
  const Reading reading = read_whole(bytes + "{\"messages\": []}", encoding);
  REQUIRE_FALSE(reading.end);
  REQUIRE(reading.end.error().code == ErrorCode::invalid_argument);
  REQUIRE_THAT(reading.end.error().wanted, Catch::StartsWith("the end of the data or another"));
  if (encoding == Encoding::gzip) REQUIRE(reading.end.error().at == "byte " + std::to_string(bytes.size()));
}

TEST_CASE("a damaged compressed file is an error and never another text", "[text][reader]") {
  const auto [bytes, encoding] = GENERATE(table<std::string, Encoding>(
      {{tests::text::gzip(awkward), Encoding::gzip}, {tests::text::zstd(awkward), Encoding::zstd}}));
  for (std::size_t at = 10; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    const Reading reading = read_whole(damaged, encoding);
    INFO("byte " << at);
    // zstd without a content checksum cannot notice a flipped literal; gzip has a CRC and must.
    if (encoding == Encoding::gzip) REQUIRE_FALSE(reading.end);
    if (!reading.end) REQUIRE(reading.end.error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("plain text declared as compressed is refused with a hint", "[text][reader]") {
  const Reading reading = read_whole("{\"messages\": []}\n", GENERATE(Encoding::gzip, Encoding::zstd));
  REQUIRE_FALSE(reading.end);
  REQUIRE(reading.end.error().at == "byte 0");
  REQUIRE_THAT(reading.end.error().hint, Catch::Contains("Content-Encoding"));
}

TEST_CASE("more decoded text than allowed is too large, however small it was when packed", "[text][reader]") {
  const std::string packed = tests::text::gzip(std::string(1 << 20, ' '));
  const Reading reading = read_whole(packed, Encoding::gzip, {.max_total_bytes = 1 << 19});
  REQUIRE_FALSE(reading.end);
  REQUIRE(reading.end.error().code == ErrorCode::too_large);
  REQUIRE(read_whole("123\n", Encoding::identity, {.max_total_bytes = 4}).end);
}

TEST_CASE("what the sink refuses stops the reader for good", "[text][reader]") {
  int calls = 0;
  LineReader reader(Encoding::identity,
                    [&calls](const LineBlock&) -> schemas::Result<void> {
                      ++calls;
                      return schemas::fail(ErrorCode::no_space, "room on the disk", "none");
                    },
                    {.block_lines = 1});
  REQUIRE(reader.feed("a\nb\n").error().code == ErrorCode::no_space);
  REQUIRE(reader.feed("c\n").error().code == ErrorCode::no_space);
  REQUIRE(reader.finish().error().code == ErrorCode::no_space);
  REQUIRE(calls == 1);
}

TEST_CASE("content encodings are read as HTTP writes them", "[text][reader]") {
  REQUIRE(parse_encoding("").value() == Encoding::identity);
  REQUIRE(parse_encoding(" GZip ").value() == Encoding::gzip);
  REQUIRE(parse_encoding("x-gzip").value() == Encoding::gzip);
  REQUIRE(parse_encoding("zstd").value() == Encoding::zstd);
  REQUIRE(parse_encoding("identity").value() == Encoding::identity);
  REQUIRE(parse_encoding("br").error().code == ErrorCode::unsupported_media_type);
  REQUIRE(parse_encoding("gzip, gzip").error().code == ErrorCode::unsupported_media_type);
}
