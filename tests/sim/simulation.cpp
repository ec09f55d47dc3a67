#include "tests/sim/simulation.hpp"

#include <sstream>

#include "engine/due.hpp"
#include "engine/replay.hpp"
#include "engine/snapshot.hpp"
#include "store/audit.hpp"

namespace sim {

using namespace engine;
using support::FaultFileSystem;

Simulation::Simulation(std::uint64_t seed)
    : seed_(seed), random_(seed), disk_(FaultFileSystem::in_memory(seed)) {
  engine_options_.workers = 1 + below(3);
  engine_options_.snapshot_every = 3 + below(30);
  engine_options_.snapshots_kept = 2 + below(3);
  loss_ = static_cast<FaultFileSystem::Loss>(below(3));
  wishes_ = static_cast<int>(40 + below(40));
  fault_one_in_ = 4 + below(20);
  trouble_every_ = one_in(2) ? 0 : 4 + below(12);
  engine_ = std::make_unique<support::EngineFixture>(engine_options_, disk_, false);
  engine_->script->block_records = 1 + below(4);
  engine_->script->trouble = [this](const StepInput&) -> Result<void> {
    if (trouble_every_ == 0 || ++blocks_done_ % trouble_every_ != 0) return {};
    return schemas::fail(ErrorCode::unavailable, "a step that works", "trouble");
  };
}

std::string Simulation::options() const {
  std::ostringstream out;
  out << "RFTD_SIM_SEED=" << seed_ << ": " << wishes_ << " wishes, " << engine_options_.workers
      << " workers, blocks of " << engine_->script->block_records << ", a snapshot every "
      << engine_options_.snapshot_every << " events, " << engine_options_.snapshots_kept
      << " kept, a fault one in " << fault_one_in_ << ", trouble every " << trouble_every_
      << " blocks, a crash loses "
      << (loss_ == FaultFileSystem::Loss::none       ? "nothing"
          : loss_ == FaultFileSystem::Loss::unsynced ? "what was not synced"
                                                     : "parts of what was not synced");
  return out.str();
}

std::string Simulation::trace() const {
  std::string text;
  for (const std::string& line : trace_) text += "  " + line + "\n";
  return text;
}

void Simulation::note(std::string what) {
  trace_.push_back(std::move(what));
  if (trace_.size() > 40) trace_.pop_front();
}

void Simulation::fail(const std::string& what) const {
  throw std::runtime_error(what);
}

void Simulation::live() {
  start_until_it_stays();
  for (int i = 0; i < wishes_; ++i) {
    if (one_in(fault_one_in_)) fault();
    wish();
    if (disk_->crashed()) crash();
    if (one_in(12)) rest(some_dataset());
    if (one_in(25)) restart();
  }
  disk_->heal();
  for (const DatasetId dataset : engine_->datasets()) rest(dataset);
  restart();
  for (const DatasetId dataset : engine_->datasets()) rest(dataset);
}

void Simulation::fault() {
  const int soon = static_cast<int>(1 + below(6));
  switch (below(6)) {
    case 0:
      note("the " + std::to_string(soon) + ". sync from here fails");
      return disk_->fail_sync(soon);
    case 1:
      note("the " + std::to_string(soon) + ". write from here fails");
      return disk_->fail_write(soon);
    case 2:
      note("the disk fills up");
      return disk_->fill_up_after(below(4000));
    case 3:
      note("the power will go");
      return disk_->crash_on(soon);
    case 4:
      return disk_->heal();
    default:
      return crash();
  }
}

void Simulation::crash() {
  note("crash");
  ++reached_.crashes;
  disk_->crash();
  engine_->stop();
  disk_->restart(loss_);
  disk_->heal();
  if (one_in(4)) disk_->crash_on(static_cast<int>(1 + below(20)));  // while it comes back
  start_until_it_stays();
}

void Simulation::restart() {
  note("restart");
  ++reached_.restarts;
  disk_->heal();
  engine_->stop();
  start_until_it_stays();
}

void Simulation::start_until_it_stays() {
  for (int tries = 0; !engine_->running(); ++tries) {
    try {
      engine_->start();
    } catch (const std::exception& refused) {
      if (!disk_->crashed() || tries > 20) throw;
      note(std::string("crash at the start: ") + refused.what());
      engine_->stop();
      disk_->restart(loss_);
      disk_->heal();
    }
  }
  check_loaded();
}

// Before anything is wished of this daemon: the log is sound, its states are those of a replay, and
// everything that was acknowledged is there.
void Simulation::check_loaded() {
  const auto report = store::audit(engine_->log(), true, {});
  if (!report) {
    if (disk_->crashed()) return;
    fail("the audit cannot go on: " + report.error().message());
  }
  if (report->first_bad) {
    fail("d" + std::to_string(report->first_bad->stream) + " is bad at position " +
         std::to_string(report->first_bad->position) + ": " + report->first_bad->why);
  }
  for (auto& [id, promised] : promised_) {
    const auto history = engine_->history(DatasetId(id));
    if (history.empty()) fail("d" + std::to_string(id) + " is gone");
    const StatePtr& loaded = history.front();
    const auto replayed = verify_replay(engine_->log(), DatasetId(id), loaded->position);
    if (!replayed) fail("no replay: " + replayed.error().message());
    if (replayed->digest != digest_of(*loaded))
      fail("d" + std::to_string(id) + ": the replay differs from the state");
    if (!replayed->snapshots_different.empty())
      fail("d" + std::to_string(id) + ": a snapshot differs from the replay");
    if (promised.position > 0) {
      const auto then = engine_->engine().state_at(DatasetId(id), promised.position);
      if (!then)
        fail("position " + std::to_string(promised.position) + " of d" + std::to_string(id) + " is gone");
      if (digest_of(**then) != promised.digest)
        fail("d" + std::to_string(id) + " is not what it was when acknowledged");
    }
    promised.settle_uploads(*loaded, true);
    check(DatasetId(id), *loaded, false);
  }
}

void Simulation::check(DatasetId dataset, const DatasetState& state, bool at_rest) {
  Promised& promised = promised_.at(dataset.value());
  const std::size_t before = promised.uploads.size();
  promised.settle_uploads(state, false);
  reached_.completed_imports += static_cast<int>(before - promised.uploads.size());
  const auto text_of = [&](std::uint64_t record) {
    const auto text = read_record(state, schemas::RecordId(record), engine_->engine().blobs());
    return text ? *text : "(" + text.error().message() + ")";
  };
  const std::string broken = broken_promises(promised, state, at_rest, text_of);
  if (!broken.empty() && !disk_->crashed()) fail("d" + std::to_string(dataset.value()) + ": " + broken);
}

// Waits until nothing is under way or due, helping along what waits for time or for a person.
StatePtr Simulation::rest(DatasetId dataset) {
  if (!promised_.contains(dataset.value())) return nullptr;
  disk_->heal();
  const auto due_now = [&](const DatasetState& state) {
    return due(state, {engine_->clock.now(), engine_->log().statistics().epoch, 0});
  };
  const auto parked = [](const DatasetState& state) {
    return std::ranges::any_of(state.runs, [](const Run& run) { return run.state == RunState::parked; });
  };
  const auto waits = [&](const DatasetState& state) {
    return std::ranges::any_of(due_now(state),
                               [](const Due& item) { return std::holds_alternative<LookAgain>(item); });
  };
  for (int rounds = 0; rounds < 500; ++rounds) {
    if (disk_->crashed()) crash();
    const auto state = engine_->wait_for(
        std::chrono::milliseconds(100), dataset,
        [&](const DatasetState& now) { return due_now(now).empty() || waits(now) || disk_->crashed(); });
    if (state && due_now(*state).empty() && !parked(*state)) {
      check(dataset, *state, true);
      return state;
    }
    engine_->clock.advance(100'000'000);
    ChangeDataset poke;
    poke.objective = "round " + std::to_string(rounds) + " of " + std::to_string(names_++);
    if (!promised_.at(dataset.value()).deleted) grant(dataset, {"poke", poke});
    for (const Run& run : engine_->published(dataset)->runs) {
      if (run.state == RunState::parked) grant(dataset, {"resume", ResumeRun{RunId(run.id)}});
    }
  }
  fail("d" + std::to_string(dataset.value()) + " does not come to rest");
}

void Simulation::acknowledged(DatasetId dataset, const Result<Answer>& answer) {
  ++reached_.acknowledged;
  Promised& promised = promised_[dataset.value()];
  for (const StatePtr& state : engine_->history(dataset)) {
    if (state->position < answer->position) continue;
    promised.position = state->position;
    promised.digest = digest_of(*state);
    return;
  }
  fail("acknowledged, but not published");
}

bool Simulation::failed(const Result<Answer>& answer) {
  trace_.back() += " -> " + answer.error().message();
  const ErrorCode code = answer.error().code;
  const bool write_failed =
      code == ErrorCode::io || code == ErrorCode::no_space || code == ErrorCode::unknown_outcome;
  if (write_failed) ++reached_.failed_writes;
  return !write_failed || (code != ErrorCode::unknown_outcome && !disk_->crashed());
}

bool Simulation::grant(DatasetId dataset, const Wish& wish, std::uint64_t* subject) {
  note("d" + std::to_string(dataset.value()) + ": " + wish.what);
  const auto answer = engine_->submit(dataset, wish.command);
  Promised& promised = promised_.at(dataset.value());
  if (answer) {
    if (subject != nullptr) *subject = answer->subject;
    wish.keep(promised);
    acknowledged(dataset, answer);
    return true;
  }
  if (failed(answer)) return false;
  // Nobody knows: the next daemon's log tells. Until then both are as promised.
  disk_->crash();
  engine_->stop();
  disk_->restart(loss_);
  disk_->heal();
  ++reached_.crashes;
  engine_->start();
  const StatePtr loaded = engine_->history(dataset).front();
  if (wish.happened(*loaded)) wish.keep(promised);
  check_loaded();
  return false;
}

}  // namespace sim
