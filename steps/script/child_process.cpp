#include "steps/script/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

namespace steps::script {

namespace {

constexpr auto start_limit = std::chrono::seconds(20);
constexpr auto dying_takes = std::chrono::milliseconds(500);
constexpr std::size_t read_bytes = 256U << 10U;

// Descriptors that others opened without close-on-exec must not reach the child.
bool spawn_child(const std::string& program, const std::string& memory, int socket, int progress,
                 pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, socket, socket_fd);
  posix_spawn_file_actions_adddup2(&actions, progress, progress_fd);
  posix_spawn_file_actions_addclosefrom_np(&actions, progress_fd + 1);
  // An empty environment: what the daemon keeps there is nobody's business.
  std::array<char*, 3> arguments{const_cast<char*>(program.c_str()), const_cast<char*>(memory.c_str()),
                                 nullptr};
  std::array<char*, 1> environment{nullptr};
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  errno = posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return errno == 0;
}

// dup2 onto a descriptor that is the source of the next dup2 would lose it.
int above_reserved(int fd) {
  if (fd > progress_fd) return fd;
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, progress_fd + 1);
  close(fd);
  return moved;
}

}  // namespace

schemas::Result<void> ChildProcess::spawn(const std::string& program, std::uint64_t memory_bytes) {
  std::array<int, 2> ends{-1, -1};
  int page = -1;
  const auto failed = [&](const char* what) {
    const std::string found = std::string(what) + ": " + std::strerror(errno);
    for (const int fd : {ends[0], ends[1], page}) {
      if (fd >= 0) close(fd);
    }
    return schemas::fail(schemas::ErrorCode::unavailable, "to start " + program, found);
  };
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return failed("no socket pair");
  page = memfd_create("rftd-script", MFD_CLOEXEC);
  if (page < 0 || ftruncate(page, sizeof(Progress)) != 0) return failed("no shared memory");
  page = above_reserved(page);
  ends[1] = above_reserved(ends[1]);
  if (page < 0 || ends[1] < 0) return failed("no descriptor");
  void* mapped = mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED, page, 0);
  if (mapped == MAP_FAILED) return failed("no shared memory");
  progress_ = static_cast<Progress*>(mapped);
  const std::string memory = "--memory=" + std::to_string(memory_bytes);
  if (!spawn_child(program, memory, ends[1], page, pid_)) {
    pid_ = 0;
    munmap(mapped, sizeof(Progress));
    progress_ = nullptr;
    return failed("no process");
  }
  close(ends[1]);
  close(page);
  socket_ = ends[0];
  fcntl(socket_, F_SETFL, O_NONBLOCK);
  return {};
}

schemas::Result<void> ChildProcess::begin(const std::string& program, std::uint64_t memory_bytes) {
  end();
  program_ = program;
  return spawn(program, memory_bytes);
}

schemas::Result<void> ChildProcess::need_ready() {
  if (is_ready_) return {};
  reset_progress();
  FrameType type{};
  std::string body;
  if (receive(type, body, start_limit, [] { return false; }) != Wait::frame || type != FrameType::hello) {
    end();
    return schemas::fail(schemas::ErrorCode::unavailable, "rftd-script to start", "it ended: " + last_words_,
                         "run `" + program_ + " --self-test` to see what its sandbox can do here");
  }
  FrameReader in(body);
  jit_ = in.number<std::uint8_t>() != 0;
  layers_ = in.text();
  is_ready_ = true;
  return {};
}

void ChildProcess::end() {
  if (pid_ > 0) {
    int status = 0;
    // One that closed its socket is dying by itself; how tells what happened.
    const auto patience =
        std::chrono::steady_clock::now() + (has_hung_up_ ? dying_takes : std::chrono::milliseconds(0));
    pid_t gone = 0;
    while ((gone = waitpid(pid_, &status, WNOHANG)) == 0 && std::chrono::steady_clock::now() < patience)
      usleep(200);
    if (gone == 0) kill(pid_, SIGKILL);
    while (gone == 0 && waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    last_words_ = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status)) + " (" +
                                            strsignal(WTERMSIG(status)) + ")"
                                      : "exit status " + std::to_string(WEXITSTATUS(status));
  }
  if (socket_ >= 0) close(socket_);
  if (progress_ != nullptr) munmap(progress_, sizeof(Progress));
  pid_ = 0;
  is_ready_ = false;
  socket_ = -1;
  progress_ = nullptr;
  has_hung_up_ = false;
  held_.clear();
}

void ChildProcess::reset_progress() {
  progress_->started.store(0, std::memory_order_release);
  seen_ = 0;
  seen_at_ = std::chrono::steady_clock::now();
  seen_processor_ = processor_time();
}

std::uint32_t ChildProcess::started() const {
  return progress_ == nullptr ? 0 : progress_->started.load(std::memory_order_acquire);
}

std::chrono::nanoseconds ChildProcess::processor_time() const {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

bool ChildProcess::is_overdue(std::chrono::milliseconds limit) {
  const std::uint32_t at = started();
  const auto now = std::chrono::steady_clock::now();
  if (at != seen_) {
    seen_ = at;
    seen_at_ = now;
    seen_processor_ = processor_time();
    return false;
  }
  return now - seen_at_ >= 4 * limit ||
         (now - seen_at_ >= limit && processor_time() - seen_processor_ >= limit);
}

Wait ChildProcess::wait_for(short events, std::chrono::milliseconds limit,
                            const std::function<bool()>& stop) {
  const auto tick = std::clamp(limit / 10, std::chrono::milliseconds(1), std::chrono::milliseconds(20));
  while (true) {
    pollfd waiting{socket_, events, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(tick.count()));
    if (ready > 0) return Wait::frame;
    if (ready < 0 && errno != EINTR) return Wait::died;
    if (stop()) return Wait::cancelled;
    if (is_overdue(limit)) return Wait::time;
  }
}

Wait ChildProcess::send(std::string_view frame, std::chrono::milliseconds limit,
                        const std::function<bool()>& stop) {
  while (!frame.empty()) {
    const ssize_t put = ::send(socket_, frame.data(), frame.size(), MSG_NOSIGNAL);
    if (put > 0) {
      frame.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (const Wait wait = wait_for(POLLOUT, limit, stop); wait != Wait::frame) return wait;
    } else if (errno != EINTR) {
      return Wait::died;
    }
  }
  return Wait::frame;
}

Wait ChildProcess::receive(FrameType& type, std::string& body, std::chrono::milliseconds limit,
                           const std::function<bool()>& stop) {
  while (true) {
    std::uint32_t size = 0;
    if (held_.size() >= sizeof size) {
      std::memcpy(&size, held_.data(), sizeof size);
      if (size < 1 || size > frame_bytes_max) return Wait::died;
      if (held_.size() >= sizeof size + size) {
        type = static_cast<FrameType>(held_[4]);
        body.assign(held_, 5, size - 1);
        held_.erase(0, sizeof size + size);
        return Wait::frame;
      }
    }
    const std::size_t had = held_.size();
    held_.resize(had + read_bytes);
    const ssize_t got = recv(socket_, held_.data() + had, read_bytes, 0);
    held_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0) continue;
    if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
      has_hung_up_ = true;
      return Wait::died;
    }
    if (const Wait wait = wait_for(POLLIN, limit, stop); wait != Wait::frame) return wait;
  }
}

}  // namespace steps::script
