#include "api/tar.hpp"

#include <algorithm>

namespace api {

using schemas::ErrorCode;
using schemas::Result;

namespace {
constexpr std::size_t block_bytes = 512;
constexpr std::uint64_t octal_size_max = std::uint64_t{1} << 33U;

std::string octal(std::uint64_t value, std::size_t digits) {
  std::string text(digits, '0');
  for (std::size_t i = digits; i-- > 0; value >>= 3U) text[i] = static_cast<char>('0' + (value & 7U));
  return text;
}

// Over the header with blanks in the place of the sum.
unsigned sum_of(std::string_view header) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < block_bytes; ++i)
    sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(header[i]);
  return sum;
}

std::uint64_t number_in(std::string_view field) {
  std::uint64_t value = 0;
  if ((static_cast<unsigned char>(field[0]) & 0x80U) != 0) {  // base 256
    for (const char byte : field.substr(field.size() - 8))
      value = value << 8U | static_cast<unsigned char>(byte);
    return value;
  }
  for (const char digit : field) {
    if (digit < '0' || digit > '7') {
      if (value == 0 && digit == ' ') continue;
      break;
    }
    value = value << 3U | static_cast<unsigned>(digit - '0');
  }
  return value;
}

std::unexpected<schemas::Error> no_archive(std::string found) {
  return schemas::fail(ErrorCode::invalid_argument, "a tar archive as export?what=archive writes it",
                       std::move(found), "export the dataset again, and send the file as it is", "body");
}
}  // namespace

std::string tar_header(const std::string& name, std::uint64_t size, std::int64_t time) {
  std::string header(block_bytes, '\0');
  const auto put = [&](std::size_t offset, std::string_view text) {
    header.replace(offset, text.size(), text);
  };
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  if (size < octal_size_max) {
    put(124, octal(size, 11));
  } else {
    header[124] = static_cast<char>(0x80);  // base 256, as GNU and pax readers take it
    for (std::size_t i = 0; i < 8; ++i) header[135 - i] = static_cast<char>(size >> (8 * i));
  }
  put(136, octal(static_cast<std::uint64_t>(time / 1'000'000), 11));
  put(156, "0");
  put(257, std::string_view("ustar\00000", 8));
  put(148, octal(sum_of(header), 6) + std::string("\0 ", 2));
  return header;
}

std::string tar_padding(std::uint64_t size) {
  return std::string((block_bytes - size % block_bytes) % block_bytes, '\0');
}

std::string tar_file(const std::string& name, const std::string& bytes, std::int64_t time) {
  return tar_header(name, bytes.size(), time) + bytes + tar_padding(bytes.size());
}

std::string tar_end() {
  return std::string(2 * block_bytes, '\0');
}

Result<void> TarReader::read_header() {
  if (header_.find_first_not_of('\0') == std::string::npos) {
    ended_ = true;
    return {};
  }
  if (number_in(std::string_view(header_).substr(148, 8)) != sum_of(header_))
    return no_archive("a file header that contradicts its checksum");
  if (header_[156] != '0' && header_[156] != '\0') return no_archive("something that is not a plain file");
  const std::string_view name = std::string_view(header_).substr(0, 100);
  left_ = number_in(std::string_view(header_).substr(124, 12));
  padding_ = (block_bytes - left_ % block_bytes) % block_bytes;
  in_file_ = true;
  return callbacks_.begin(name.substr(0, name.find('\0')), left_);
}

Result<void> TarReader::feed(std::string_view piece) {
  while (!piece.empty() && !ended_) {
    if (in_file_ && left_ > 0) {
      const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece.size()));
      if (auto taken = callbacks_.bytes(piece.substr(0, take)); !taken) return taken;
      left_ -= take;
      piece.remove_prefix(take);
    }
    if (in_file_ && left_ == 0) {
      in_file_ = false;
      if (auto ended = callbacks_.end(); !ended) return ended;
    }
    const std::size_t skip =
        in_file_ ? 0 : static_cast<std::size_t>(std::min<std::uint64_t>(padding_, piece.size()));
    padding_ -= skip;
    piece.remove_prefix(skip);
    if (in_file_ || padding_ > 0) continue;
    const std::size_t take = std::min(block_bytes - header_.size(), piece.size());
    header_ += piece.substr(0, take);
    piece.remove_prefix(take);
    if (header_.size() < block_bytes) continue;
    if (auto read = read_header(); !read) return read;
    header_.clear();
    if (in_file_ && left_ == 0) {  // an empty file has no bytes to wait for
      in_file_ = false;
      if (auto ended = callbacks_.end(); !ended) return ended;
    }
  }
  return {};
}

Result<void> TarReader::finish() const {
  if (ended_) return {};
  return no_archive("a file that was cut short");
}

}  // namespace api
