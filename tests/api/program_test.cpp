// The program as a person starts it: arguments, readiness, signals, exit codes.
#include <sys/un.h>
#include <sys/wait.h>
#include <csignal>

#include "tests/api/api_support.hpp"

namespace {
// The real rftd as a child; its standard output and error go to a file.
class Program {
 public:
  Program(const std::vector<std::string>& arguments, const std::string& output,
          const Headers& environment = {}) {
    child_ = ::fork();
    if (child_ != 0) return;
    std::FILE* file = std::freopen(output.c_str(), "w", stdout);
    ::dup2(::fileno(file), 2);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> argv{const_cast<char*>("rftd")};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execv(RFTD_PROGRAM, argv.data());
    ::_exit(127);
  }
  ~Program() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const { ::kill(child_, number); }
  int exit_code() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t child_ = 0;
};

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

// The other end of $NOTIFY_SOCKET.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const timeval deadline{60, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  }
  ~NotifySocket() { ::close(socket_); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  [[nodiscard]] std::string next() const {
    char text[256];
    const ssize_t size = ::recv(socket_, text, sizeof text, 0);
    return size < 0 ? std::string{} : std::string(text, static_cast<std::size_t>(size));
  }

 private:
  int socket_;
};
}  // namespace

TEST_CASE("the program says its version, checks a configuration, and refuses what it does not know",
          "[api][program]") {
  support::TempFolder folder;
  const std::string output = folder / "output";
  REQUIRE(Program({"--version"}, output).exit_code() == 0);
  REQUIRE(content_of(output).starts_with("rftd 0."));
  REQUIRE(Program({"--data", folder / "data", "--check-config"}, output).exit_code() == 0);
  REQUIRE(Program({"--check-config"}, output).exit_code() == 1);
  REQUIRE(content_of(output).find("--data DIR") != std::string::npos);
  REQUIRE(Program({"--data", folder / "data", "--listen", "0.0.0.0:1"}, output).exit_code() == 1);
  REQUIRE(content_of(output).find("token") != std::string::npos);
  REQUIRE(Program({"--wat"}, output).exit_code() == 2);
  REQUIRE(Program({"--config", folder / "none.toml"}, output).exit_code() == 1);
}

TEST_CASE("the program tells systemd when it is ready, alive and stopping, and ends with 0",
          "[api][program]") {
  support::TempFolder folder;
  const NotifySocket notify(folder / "notify");
  Program program({"--data", folder / "data", "--listen", "127.0.0.1:0", "--assets", RFTD_ASSETS},
                  folder / "output", {{"NOTIFY_SOCKET", folder / "notify"}, {"WATCHDOG_USEC", "300000"}});
  REQUIRE(notify.next() == "READY=1");
  REQUIRE(notify.next() == "WATCHDOG=1");
  const std::string log = content_of(folder / "output");
  const std::size_t at = log.find("127.0.0.1:");
  REQUIRE(at != std::string::npos);
  HttpClient client(static_cast<std::uint16_t>(std::stoi(log.substr(at + 10))));
  REQUIRE(client.get("/healthz").status == 200);
  program.signal(SIGHUP);
  REQUIRE(client.get("/healthz").status == 200);
  program.signal(SIGTERM);
  std::string last = notify.next();
  while (last == "WATCHDOG=1") last = notify.next();
  REQUIRE(last == "STOPPING=1");
  REQUIRE(program.exit_code() == 0);
}
