// Records and events as lines, piece by piece. Each lives on one worker at a time; empty at the end.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/export_pieces.hpp"
#include "steps/text/normalize.hpp"

namespace api {

inline constexpr std::size_t piece_bytes = 256U << 10U;

// One line a record; of a shape, the records that can be written in it.
class RecordLines {
 public:
  RecordLines(const Call& call, std::vector<std::uint64_t> numbers, std::optional<steps::text::Shape> shape)
      : call_(&call), numbers_(std::move(numbers)), shape_(shape) {}
  Result<std::string> operator()();

 private:
  void add(std::string_view line, std::string& piece);

  const Call* call_;
  std::vector<std::uint64_t> numbers_;
  std::optional<steps::text::Shape> shape_;
  std::size_t at_ = 0;
  std::shared_ptr<steps::text::Scratch> scratch_ = std::make_shared<steps::text::Scratch>();
};

// One line an event, with all of its data.
class EventLines {
 public:
  explicit EventLines(const Call& call) : call_(&call) {}
  Result<std::string> operator()();

 private:
  const Call* call_;
  schemas::Position next_ = 1;
};

}  // namespace api
