// One V8 isolate that grades: loads a script, then gives records to it. Lives in rftd-script alone, on its
// one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "steps/script/protocol.hpp"

namespace steps::script {

struct Setting {
  std::uint64_t seed = 0;
  std::uint32_t console_bytes = 0;
  bool has_clock = false;
  bool fresh_context = false;
};

struct ScriptError {
  std::string message;  // empty: none
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct Result {
  ChildFault fault = ChildFault::none;
  double score = 0;
  std::string reason;
  ScriptError error;
  std::string console;
};

class JavaScript {
 public:
  JavaScript(std::uint64_t memory_bytes, bool jit);
  ~JavaScript();

  ScriptError load(std::string_view source, const Setting& setting);
  // `load` must have given no error.
  void grade(std::string_view sample, std::string_view item, std::uint64_t number, Result& result);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace steps::script
