// What the command line looks like. CLI11 stays in arguments_*.cpp and main.cpp; the verbs themselves take
// plain values. Main thread.
#pragma once

#include <functional>

#include "tools/rftctl/context.hpp"

namespace CLI {
class App;
}

namespace rftctl {

// Filled while arguments are read; `chosen` is the one verb to run, called once all of them are known.
struct CommandLine {
  Settings settings;
  std::function<int()> chosen;
};

// Both live as long as `app` does: it keeps references to what they point to.
void add_daemon_verbs(CLI::App& app, CommandLine& line);
void add_work_verbs(CLI::App& app, CommandLine& line);
void add_grading_verbs(CLI::App& app, CommandLine& line);
void add_generate_verbs(CLI::App& app, CommandLine& line);
void add_trace_verbs(CLI::App& app, CommandLine& line);
void add_store_verbs(CLI::App& app, CommandLine& line);

}  // namespace rftctl
