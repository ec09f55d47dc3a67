// Clocks and sizes for the programs of bench/. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

class Stopwatch {
 public:
  Stopwatch() : began_(std::chrono::steady_clock::now()) {}
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }

 private:
  std::chrono::steady_clock::time_point began_;
};

double process_cpu_seconds();  // all threads
double thread_cpu_seconds();   // the calling one
std::uint64_t peak_memory();   // bytes resident, the most so far

double median(std::vector<double> values);

// Reads "--name value" from the command line.
std::string option(int argc, char** argv, const std::string& name, const std::string& otherwise);
std::uint64_t number_option(int argc, char** argv, const std::string& name, std::uint64_t otherwise);

// Says why and ends the program: a bench has nobody to report to.
[[noreturn]] void give_up(const std::string& why);
template <class Result>
auto must(Result result) {
  if (!result) give_up(result.error().message());
  if constexpr (!std::is_void_v<typename Result::value_type>) return std::move(*result);
}

}  // namespace bench
