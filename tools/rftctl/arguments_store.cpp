// Verbs that work on a store folder without a daemon.
#include <CLI/CLI.hpp>
#include <memory>

#include "tools/rftctl/arguments_parts.hpp"
#include "tools/rftctl/store_verbs.hpp"

namespace rftctl {

namespace {

constexpr const char* group = "On a store folder, without a daemon";

CLI::App* add_verb(CLI::App& app, const char* name, const char* help, StoreSettings& store) {
  auto* sub = app.add_subcommand(name, help)->group(group);
  sub->add_option("--data", store.data, "The folder that rftd was given with --data")
      ->required()
      ->check(CLI::ExistingDirectory);
  return sub;
}

void add_verifying(CLI::App& app, CommandLine& line) {
  struct Replay {
    ReplaySettings settings;
    schemas::Position until = 0;
    bool verify = false;
  };
  auto a = std::make_shared<Replay>();
  auto* sub =
      add_verb(app, "replay", "Fold every dataset from its first event and compare with what is stored",
               a->settings.store);
  sub->add_option("--dataset", a->settings.store.dataset, "Only this one (id or name)");
  auto* until = sub->add_option("--until", a->until, "Up to this position")->check(CLI::PositiveNumber);
  sub->add_flag("--verify", a->verify, "Compare byte for byte with each stored snapshot")->required();
  sub->callback([a, until, &line] {
    if (until->count() > 0) a->settings.until = a->until;
    line.chosen = [a, &line] {
      a->settings.store.json = line.settings.json;
      return replay(a->settings);
    };
  });

  struct Audit {
    StoreSettings store;
    bool verify = false, blobs = false;
  };
  auto b = std::make_shared<Audit>();
  sub = add_verb(app, "audit", "Verify checksums, positions and the hash chain of every event", b->store);
  sub->add_flag("--verify", b->verify, "Name the first bad position, or say OK")->required();
  sub->add_flag("--blobs", b->blobs, "Read every payload too");
  sub->callback([b, &line] {
    line.chosen = [b, &line] {
      b->store.json = line.settings.json;
      return audit(b->store, b->blobs);
    };
  });
}

void add_log(CLI::App& app, CommandLine& line) {
  struct Log {
    LogSettings settings;
    schemas::Position to = 0;
  };
  auto a = std::make_shared<Log>();
  auto* sub = add_verb(app, "log", "Print events, one a line", a->settings.store);
  sub->add_option("--dataset", a->settings.store.dataset, "Only this one (id or name)");
  sub->add_option("--from", a->settings.from, "First position")->check(CLI::PositiveNumber);
  auto* to = sub->add_option("--to", a->to, "Last position")->check(CLI::PositiveNumber);
  sub->callback([a, to, &line] {
    if (to->count() > 0) a->settings.to = a->to;
    line.chosen = [a, &line] {
      a->settings.store.json = line.settings.json;
      return show_log(a->settings);
    };
  });
}

void add_copies(CLI::App& app, CommandLine& line) {
  struct Folders {
    StoreSettings store;
    std::string from, to;
  };
  auto a = std::make_shared<Folders>();
  auto* sub = app.add_subcommand("backup", "Copy a store: of the running daemon, or a folder with --data")
                  ->group(group);
  sub->add_option("--data", a->store.data, "A store folder without a daemon; the copy is verified")
      ->check(CLI::ExistingDirectory);
  sub->add_option("--to", a->to, "An empty or new folder (of the daemon's machine: an absolute path)")
      ->required();
  sub->callback([a, &line] {
    if (!a->store.data.empty()) {
      line.chosen = [a] { return backup(a->store.data, a->to); };
    } else {
      line.chosen = with_context(line, [a](Context& context) { return backup_running(context, a->to); });
    }
  });

  auto b = std::make_shared<Folders>();
  sub = app.add_subcommand("restore", "Verify a backup, and make a data folder of it")->group(group);
  sub->add_option("--from", b->from, "The backup")->required()->check(CLI::ExistingDirectory);
  sub->add_option("--to", b->to, "An empty or new folder")->required();
  sub->callback([b, &line] { line.chosen = [b] { return restore(b->from, b->to); }; });
}

}  // namespace

void add_store_verbs(CLI::App& app, CommandLine& line) {
  add_verifying(app, line);
  add_log(app, line);
  add_copies(app, line);
}

}  // namespace rftctl
