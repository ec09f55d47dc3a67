// What is due is done: blocks of work on the worker threads, retries by timer, snapshots on the side.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "engine/engine_impl.hpp"
#include "engine/snapshot.hpp"

namespace engine {

void Engine::Impl::look(std::uint64_t id) {
  const auto found = datasets_.find(id);
  if (found == datasets_.end() || stopping_ || found->second.evicted) return;
  if (found->second.broken) {
    if (!mend(id)) return look_later(id, clock_.now() + retry_first_delay_us);
    if (!datasets_.contains(id)) return;
  }
  Entry& entry = datasets_.at(id);
  drop_ended(entry);
  const auto submit_due = [&](const Command& command) {
    Pending pending{id, command, {}, [](const Result<Answer>&) {}, 0, 0};
    pending.origin.actor = "scheduler";
    if (const auto* start = std::get_if<StartDue>(&command)) pending.cause = start->cause;
    if (const auto* start = std::get_if<StartAttempt>(&command)) pending.run = start->run.value();
    if (const auto* complete = std::get_if<CompleteImport>(&command)) pending.run = complete->run.value();
    submit(std::move(pending));
  };
  for (const Due& item : due(entry.dataset.state, now())) {
    if (const auto* command = std::get_if<Command>(&item)) submit_due(*command);
    if (const auto* work = std::get_if<WorkOn>(&item)) dispatch(id, work->run);
    if (const auto* later = std::get_if<LookAgain>(&item)) look_later(id, later->time);
  }
}

void Engine::Impl::look_later(std::uint64_t id, std::int64_t time) {
  auto& timer = timers_[id];
  if (!timer) timer = std::make_unique<boost::asio::steady_timer>(io_);
  timer->expires_after(std::chrono::microseconds(std::max<std::int64_t>(time - clock_.now(), 1000)));
  timer->async_wait([this, id](const boost::system::error_code& cancelled) {
    if (!cancelled) look(id);
  });
}

void Engine::Impl::drop_ended(Entry& entry) {
  for (auto it = entry.working.begin(); it != entry.working.end();) {
    const Run* run = entry.dataset.state.run(RunId(it->first));
    const bool goes_on = run != nullptr && run->active();
    if (!goes_on) it->second.stop.request_stop();
    it = goes_on || it->second.in_flight ? std::next(it) : entry.working.erase(it);
  }
}

void Engine::Impl::dispatch(std::uint64_t id, RunId run_id) {
  Entry& entry = datasets_.at(id);
  const Run& run = *entry.dataset.state.run(run_id);
  Working& working = entry.working[run.id];
  if (working.in_flight) return;
  if (working.attempt != run.attempt) working = {run.attempt, std::make_shared<std::any>(), {}, false};
  const auto kind = std::ranges::find(steps_, run.step, &StepKind::name);
  if (kind == steps_.end()) {
    return worked(
        id, run.id, run.attempt, run.requested_at,
        schemas::fail(ErrorCode::internal, "a step of the catalog", std::string(name_of(run.step))));
  }
  working.in_flight = true;
  ++working_;
  auto& workers = kind->waits_outside ? waiting_ : work_;
  boost::asio::post(workers, [this, id, run, kind, state = entry.published, scratch = working.scratch,
                              stop = working.stop.get_token()]() mutable {
    Result<StepBlock> block;
    try {
      block = kind->work(StepInput{*state, run, blobs_, stop}, *scratch);
    } catch (const std::exception& failure) {
      block = schemas::fail(ErrorCode::internal, "a step that ends with a result", failure.what());
    }
    boost::asio::post(io_, [this, id, run = run.id, attempt = run.attempt, based_on = state->position,
                            moved = std::make_shared<Result<StepBlock>>(std::move(block))] {
      worked(id, run, attempt, based_on, std::move(*moved));
      --working_;
    });
  });
}

void Engine::Impl::worked(std::uint64_t id, std::uint64_t run, std::uint32_t attempt, Position based_on,
                          Result<StepBlock> block) {
  const auto entry = datasets_.find(id);
  if (entry == datasets_.end()) return;
  const auto settle = [this, id, run](bool forget) {
    const auto again = datasets_.find(id);
    if (again == datasets_.end()) return;
    const auto working = again->second.working.find(run);
    if (working == again->second.working.end()) return;
    working->second.in_flight = false;
    if (forget) working->second.scratch = std::make_shared<std::any>();
  };
  const bool stopped = stopping_ || entry->second.working[run].stop.stop_requested();
  if (block && block->events.empty() && !block->done) {
    if (stopped) return settle(true);
    block = schemas::fail(ErrorCode::internal, "a step that gets on", "a block without a result");
  }
  if (!block && block.error().code == ErrorCode::cancelled && stopped) return settle(true);
  Pending pending{id, Command{}, {}, {}, 0, run};
  pending.origin.actor = "scheduler";
  if (block) {
    pending.wish = Command(CommitBlock{RunId(run), attempt, based_on, std::move(block->events), block->done,
                                       std::move(block->blobs)});
  } else {
    spdlog::warn("{} {} attempt {}: {}", to_text(DatasetId(id)), to_text(RunId(run)), attempt,
                 block.error().message());
    const bool retry =
        block.error().code != ErrorCode::invalid_argument && block.error().code != ErrorCode::blocked;
    pending.wish = Command(FailAttempt{RunId(run), attempt, block.error().message(), retry});
  }
  pending.on_answer = [this, id, settle](const Result<Answer>& answer) {
    // Overtaken by a change, or the write failed: what was worked out is dropped and worked out again, at
    // once or when roll_back() has it looked at again.
    settle(!answer);
    const bool overtaken = !answer && (answer.error().code == ErrorCode::conflict ||
                                       answer.error().code == ErrorCode::cancelled);
    if (overtaken) look(id);
  };
  submit(std::move(pending));
}

void Engine::Impl::snapshot_if_due(std::uint64_t id) {
  const auto found = datasets_.find(id);
  if (found == datasets_.end() || found->second.snapshot_under_way || stopping_) return;
  Entry& entry = found->second;
  if (entry.evicted || entry.published->position - entry.snapshot_position < options_.snapshot_every) return;
  snapshot_aside(id, entry);
}

void Engine::Impl::snapshot_aside(std::uint64_t id, Entry& entry) {
  entry.snapshot_under_way = true;
  ++working_;
  boost::asio::post(work_, [this, id, state = entry.published] {
    const auto put = log_.put_snapshot(id, state->position, serialize(*state), options_.snapshots_kept);
    if (!put) spdlog::warn("no snapshot of {}: {}", to_text(DatasetId(id)), put.error().message());
    boost::asio::post(io_, [this, id, position = state->position] {
      --working_;
      const auto again = datasets_.find(id);
      if (again == datasets_.end()) return;
      again->second.snapshot_under_way = false;
      again->second.snapshot_position = position;
    });
  });
}

void Engine::Impl::snapshot_all() {
  for (auto& [id, entry] : datasets_) {
    if (entry.broken || entry.evicted || entry.published->position == entry.snapshot_position) continue;
    const auto put = log_.put_snapshot(id, entry.published->position, serialize(*entry.published),
                                       options_.snapshots_kept);
    if (!put) spdlog::warn("no snapshot of {}: {}", to_text(DatasetId(id)), put.error().message());
  }
}

void Engine::Impl::beat() {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  last_beat_ = std::chrono::duration_cast<std::chrono::milliseconds>(since_start).count();
  evict_idle();
  beat_timer_.expires_after(std::chrono::milliseconds(500));
  beat_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) beat();
  });
}

}  // namespace engine
