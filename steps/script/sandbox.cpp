#include "steps/script/sandbox.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace steps::script {

namespace {

void add(std::string& layers, const char* layer) {
  if (!layers.empty()) layers += ' ';
  layers += layer;
}

bool limit(__rlimit_resource_t what, rlim_t value) {
  const rlimit wanted{value, value};
  return setrlimit(what, &wanted) == 0;
}

// A ruleset that handles every kind of access and allows none.
bool leave_file_system() {
  landlock_ruleset_attr nothing{};
  nothing.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1;
  const long ruleset = syscall(SYS_landlock_create_ruleset, &nothing, sizeof nothing.handled_access_fs, 0U);
  if (ruleset < 0) return false;
  const bool closed = syscall(SYS_landlock_restrict_self, static_cast<int>(ruleset), 0U) == 0;
  close(static_cast<int>(ruleset));
  return closed;
}

constexpr int allowed[] = {SCMP_SYS(read),
                           SCMP_SYS(write),
                           SCMP_SYS(readv),
                           SCMP_SYS(writev),
                           SCMP_SYS(poll),
                           SCMP_SYS(ppoll),
                           SCMP_SYS(close),
                           SCMP_SYS(mmap),
                           SCMP_SYS(munmap),
                           SCMP_SYS(mremap),
                           SCMP_SYS(mprotect),
                           SCMP_SYS(madvise),
                           SCMP_SYS(brk),
                           SCMP_SYS(futex),
                           SCMP_SYS(clock_gettime),
                           SCMP_SYS(clock_getres),
                           SCMP_SYS(gettimeofday),
                           SCMP_SYS(time),
                           SCMP_SYS(getpid),
                           SCMP_SYS(gettid),
                           SCMP_SYS(sched_yield),
                           SCMP_SYS(getrandom),
                           SCMP_SYS(sigaltstack),
                           SCMP_SYS(rt_sigaction),
                           SCMP_SYS(rt_sigreturn),
                           SCMP_SYS(exit),
                           SCMP_SYS(rt_sigprocmask),
                           SCMP_SYS(exit_group),
                           SCMP_SYS(restart_syscall),
                           SCMP_SYS(rseq),
                           SCMP_SYS(membarrier),
                           SCMP_SYS(getrusage),
                           SCMP_SYS(pkey_alloc),
                           SCMP_SYS(pkey_free),
                           SCMP_SYS(pkey_mprotect),
                           SCMP_SYS(sched_getaffinity)};

// Asked by libraries that go on without an answer.
constexpr int refused[] = {SCMP_SYS(open),     SCMP_SYS(openat),    SCMP_SYS(stat),      SCMP_SYS(lstat),
                           SCMP_SYS(fstat),    SCMP_SYS(access),    SCMP_SYS(socket),    SCMP_SYS(newfstatat),
                           SCMP_SYS(readlink), SCMP_SYS(faccessat), SCMP_SYS(getcwd),    SCMP_SYS(ioctl),
                           SCMP_SYS(prctl),    SCMP_SYS(uname),     SCMP_SYS(sysinfo),   SCMP_SYS(lseek),
                           SCMP_SYS(fcntl),    SCMP_SYS(prlimit64), SCMP_SYS(getrlimit), SCMP_SYS(statx),
                           SCMP_SYS(getuid),   SCMP_SYS(geteuid),   SCMP_SYS(getgid),    SCMP_SYS(getegid)};

}  // namespace

std::string leave_the_world(std::uint64_t memory_bytes) {
  std::string layers;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_DUMPABLE, 0);
  if (unshare(CLONE_NEWUSER) == 0) {
    add(layers, "userns");
    if (unshare(CLONE_NEWNET | CLONE_NEWIPC) == 0) add(layers, "netns");
  }
  // Code and its tables count as data too: what the heap and the buffers may take, twice, and room for V8
  // itself.
  const bool limited = limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) &&
                       limit(RLIMIT_DATA, 2 * memory_bytes + (256U << 20U)) && limit(RLIMIT_MEMLOCK, 0);
  if (limited) add(layers, "rlimits");
  return layers;
}

bool close_the_door(std::string& layers) {
  // From here on no descriptor can be opened, whatever the system call.
  limit(RLIMIT_NOFILE, 0);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  add(layers, "no_new_privs");
  if (leave_file_system()) add(layers, "landlock");

  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (filter == nullptr) return false;
  bool right = true;
  for (const int call : allowed) right = right && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
  for (const int call : refused)
    right = right && seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0) == 0;
  right = right && seccomp_load(filter) == 0;
  seccomp_release(filter);
  if (right) add(layers, "seccomp");
  return right;
}

bool can_make_executable() {
  constexpr std::size_t size = 4096;
  void* page = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return false;
  const bool can = mprotect(page, size, PROT_READ | PROT_EXEC) == 0;
  munmap(page, size);
  return can;
}

namespace {

struct Attempt {
  const char* name;
  bool (*succeeds)();
};

constexpr Attempt attempts[] = {
    {"open a file", [] { return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0; }},
    {"list a directory", [] { return syscall(SYS_getdents64, 0, nullptr, 0) >= 0; }},
    {"make a socket", [] { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0; }},
    {"make a process", [] { return fork() >= 0; }},
    {"run a program",
     [] {
       char* const nothing[] = {nullptr};
       return execve("/bin/true", nothing, nothing) == 0;
     }},
    {"signal another process", [] { return kill(getppid(), 0) == 0; }},
    {"trace another process", [] { return syscall(SYS_ptrace, 0, 0, 0, 0) == 0; }},
    {"read another process's memory",
     [] { return syscall(SYS_process_vm_readv, 1, nullptr, 0, nullptr, 0, 0) >= 0; }},
    {"make a user namespace", [] { return unshare(CLONE_NEWUSER) == 0; }},
};

bool is_refused(const Attempt& attempt) {
  const pid_t child = fork();
  if (child == 0) {
    std::string layers = leave_the_world(64U << 20U);
    if (!close_the_door(layers)) _exit(2);
    _exit(attempt.succeeds() ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
         (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

}  // namespace

int self_test() {
  int open_doors = 0;
  for (const Attempt& attempt : attempts) {
    const bool refused_it = is_refused(attempt);
    std::printf("%-32s %s\n", attempt.name, refused_it ? "refused" : "NOT REFUSED");
    if (!refused_it) ++open_doors;
  }
  return open_doors;
}

}  // namespace steps::script
