// rftd-script: grades records by a script that nobody trusts. Started by ScriptPool with a socket and a page
// of shared memory; by hand it has one use, rftd-script --self-test.
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "steps/script/javascript.hpp"
#include "steps/script/protocol.hpp"
#include "steps/script/sandbox.hpp"

namespace {

using namespace steps::script;
using Clock = std::chrono::steady_clock;

constexpr std::size_t results_bytes = 256U << 10U;
// What has been graded is told at least so often, so that little is graded again when a record kills the
// process.
constexpr auto results_after = std::chrono::milliseconds(5);

bool read_all(char* into, std::size_t size) {
  while (size > 0) {
    const ssize_t got = read(socket_fd, into, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

void write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(socket_fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) _exit(0);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

bool read_frame(FrameType& type, std::string& body) {
  std::uint32_t size = 0;
  if (!read_all(reinterpret_cast<char*>(&size), sizeof size)) return false;
  if (size < 1 || size > frame_bytes_max) return false;
  char first = 0;
  if (!read_all(&first, 1)) return false;
  type = static_cast<FrameType>(first);
  body.resize(size - 1);
  return read_all(body.data(), body.size());
}

void answer_load(JavaScript& javascript, std::string_view body) {
  FrameReader in(body);
  Setting setting;
  setting.seed = in.number<std::uint64_t>();
  setting.console_bytes = in.number<std::uint32_t>();
  const auto flags = in.number<std::uint8_t>();
  setting.has_clock = (flags & flag_clock) != 0;
  setting.fresh_context = (flags & flag_fresh_context) != 0;
  const ScriptError error = javascript.load(in.text(), setting);
  FrameWriter out(FrameType::loaded);
  out.text(error.message);
  out.number(error.line);
  out.number(error.column);
  write_all(out.finish());
}

void append(FrameWriter& out, const Result& result) {
  out.number(static_cast<std::uint8_t>(result.fault));
  out.number(result.score);
  out.number(result.error.line);
  out.number(result.error.column);
  out.text(result.reason);
  out.text(result.error.message);
  out.text(result.console);
}

void answer_batch(JavaScript& javascript, std::string_view body, Progress& progress) {
  FrameReader in(body);
  const auto count = in.number<std::uint32_t>();
  FrameWriter out(FrameType::results);
  constexpr std::size_t count_at = 5;
  std::uint32_t held = 0;
  out.number(held);
  auto told = Clock::now();
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto number = in.number<std::uint64_t>();
    const auto sample = in.text();
    const auto item = in.text();
    if (!in.is_whole()) _exit(1);
    progress.started.store(i + 1, std::memory_order_release);
    Result result;
    javascript.grade(sample, item, number, result);
    append(out, result);
    ++held;
    const auto now = Clock::now();
    if (i + 1 == count || out.size() > results_bytes || now - told > results_after) {
      out.number_at(count_at, held);
      write_all(out.finish());
      out.begin(FrameType::results);
      held = 0;
      out.number(held);
      told = now;
    }
  }
}

int serve(std::uint64_t memory_bytes) {
  std::string layers = leave_the_world(memory_bytes);
  void* page = mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED, progress_fd, 0);
  if (page == MAP_FAILED) return 1;
  close(progress_fd);
  auto& progress = *static_cast<Progress*>(page);
  const bool jit = can_make_executable();
  JavaScript javascript(memory_bytes, jit);
  if (!close_the_door(layers)) return 3;
  FrameWriter hello(FrameType::hello);
  hello.number(static_cast<std::uint8_t>(jit ? 1 : 0));
  hello.text(layers);
  write_all(hello.finish());
  FrameType type{};
  std::string body;
  while (read_frame(type, body)) {
    if (type == FrameType::load) {
      progress.started.store(1, std::memory_order_release);
      answer_load(javascript, body);
    } else if (type == FrameType::batch) {
      answer_batch(javascript, body, progress);
    } else {
      return 1;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view argument = argc == 2 ? argv[1] : "";
  if (argument == "--self-test") return self_test() == 0 ? 0 : 1;
  constexpr std::string_view memory = "--memory=";
  const std::uint64_t bytes =
      argument.starts_with(memory) ? std::strtoull(argument.data() + memory.size(), nullptr, 10) : 0;
  if (bytes == 0) {
    std::fputs("rftd-script: started by rftd to run graders; by hand: rftd-script --self-test\n", stderr);
    return 2;
  }
  _exit(serve(bytes));
}
