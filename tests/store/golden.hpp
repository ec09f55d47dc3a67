// The frozen events: one file for every event type and version ever written,
// tests/store/golden/<type>.v<n>.event, holding a stored event (store/codec.hpp), and beside it what it says
// as JSON.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "schemas/facts.hpp"

namespace store_test {

inline std::filesystem::path golden_file(schemas::EventType type, std::uint16_t version,
                                         const std::string& ending) {
  return std::filesystem::path(RFTD_TEST_SOURCE) / "tests/store/golden" /
         (std::string(schemas::name_of(type)) + ".v" + std::to_string(version) + ending);
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace store_test
