#include "steps/script/worker.hpp"

#include <algorithm>

namespace steps::script {

namespace {

bool is_same(const Script& a, const Script& b) {
  return a.source == b.source && a.limits.memory_bytes == b.limits.memory_bytes &&
         a.limits.console_bytes == b.limits.console_bytes && a.limits.has_clock == b.limits.has_clock &&
         a.limits.fresh_context == b.limits.fresh_context && a.limits.seed == b.limits.seed;
}

std::string in_megabytes(std::uint64_t bytes) {
  return std::to_string(bytes >> 20U) + " MB";
}

}  // namespace

schemas::Result<void> Worker::need_child(const Limits& limits) {
  if (memory_bytes_ != limits.memory_bytes) {
    child_->end();
    spare_->end();
  }
  memory_bytes_ = limits.memory_bytes;
  if (!child_->is_alive()) {
    has_script_ = false;
    std::swap(child_, spare_);
    if (!child_->is_alive()) {
      if (auto begun = child_->begin(program_, memory_bytes_); !begun) return begun;
    }
    // A spare that died while it waited is no reason to fail.
    if (auto ready = child_->need_ready(); !ready) {
      if (auto begun = child_->begin(program_, memory_bytes_); !begun) return begun;
      if (ready = child_->need_ready(); !ready) return ready;
    }
  }
  if (!spare_->is_alive()) {
    if (auto begun = spare_->begin(program_, memory_bytes_); !begun) spare_->end();
  }
  return {};
}

// Ends the child and says, for the record it was at, why.
void Worker::lose(Wait wait, const Limits& limits, Outcome& outcome) {
  child_->end();
  has_script_ = false;
  if (wait == Wait::cancelled) {
    outcome.fault = Fault::cancelled;
    outcome.error.message = "cancelled before it was graded";
    return;
  }
  ++restarts_;
  if (wait == Wait::time) {
    outcome.fault = Fault::time;
    outcome.error.message =
        "the script took longer than its limit of " + std::to_string(limits.time.count()) + " ms";
    return;
  }
  outcome.fault = Fault::crashed;
  outcome.error.message = "the script's process ended with " + child_->last_words() +
                          "; a script that asks for more than its " + in_megabytes(limits.memory_bytes) +
                          " at once does that";
}

Worker::Loaded Worker::load(const Script& script, const std::stop_token& stop) {
  if (has_script_ && child_->is_alive() && is_same(loaded_, script)) return {};
  FrameWriter out(FrameType::load);
  out.number(script.limits.seed);
  out.number(static_cast<std::uint32_t>(std::min<std::uint64_t>(script.limits.console_bytes, 1U << 20U)));
  out.number(static_cast<std::uint8_t>((script.limits.has_clock ? flag_clock : 0) |
                                       (script.limits.fresh_context ? flag_fresh_context : 0)));
  out.text(script.source);
  const auto stopped = [&] { return stop.stop_requested() || is_ending_; };
  child_->reset_progress();
  FrameType type{};
  std::string body;
  Wait wait = child_->send(out.finish(), script.limits.time, stopped);
  if (wait == Wait::frame) wait = child_->receive(type, body, script.limits.time, stopped);
  if (wait != Wait::frame || type != FrameType::loaded) {
    Outcome outcome;
    lose(wait == Wait::frame ? Wait::died : wait, script.limits, outcome);
    return {outcome.fault, outcome.error};
  }
  FrameReader in(body);
  Diagnostic error;
  error.message = in.text();
  error.line = in.number<std::uint32_t>();
  error.column = in.number<std::uint32_t>();
  has_script_ = !error;
  if (has_script_) loaded_ = script;
  return {error ? Fault::exception : Fault::none, error};
}

schemas::Result<Diagnostic> Worker::check(const Script& script, const std::stop_token& stop) {
  if (auto child = need_child(script.limits); !child) return std::unexpected(child.error());
  return load(script, stop).error;
}

std::uint32_t Worker::read_results(const std::string& body, std::span<const std::uint32_t> todo,
                                   std::span<Outcome> outcomes) {
  FrameReader in(body);
  const auto count = in.number<std::uint32_t>();
  if (count > todo.size()) return 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    Outcome& outcome = outcomes[todo[i]];
    constexpr Fault faults[] = {Fault::none, Fault::exception, Fault::bad_result, Fault::memory};
    const auto fault = in.number<std::uint8_t>();
    const auto score = in.number<double>();
    outcome.fault = fault < std::size(faults) ? faults[fault] : Fault::exception;
    outcome.error.line = in.number<std::uint32_t>();
    outcome.error.column = in.number<std::uint32_t>();
    outcome.reason = in.text();
    outcome.error.message = in.text();
    outcome.console = in.text();
    if (outcome.fault == Fault::none) outcome.score = score;
  }
  return in.is_whole() ? count : 0;
}

void Worker::grade(const Script& script, std::span<const Call> calls, std::vector<std::uint32_t>& todo,
                   std::span<Outcome> outcomes, const std::stop_token& stop) {
  FrameWriter out(FrameType::batch);
  out.number(static_cast<std::uint32_t>(todo.size()));
  for (const std::uint32_t i : todo) {
    out.number(calls[i].number);
    out.text(calls[i].sample);
    out.text(calls[i].item);
  }
  const auto stopped = [&] { return stop.stop_requested() || is_ending_; };
  child_->reset_progress();
  Wait wait = child_->send(out.finish(), script.limits.time, stopped);
  std::uint32_t done = 0;
  while (wait == Wait::frame && done < todo.size()) {
    FrameType type{};
    wait = child_->receive(type, frame_, script.limits.time, stopped);
    if (wait != Wait::frame) break;
    const std::uint32_t read =
        type == FrameType::results ? read_results(frame_, std::span(todo).subspan(done), outcomes) : 0;
    if (read == 0) wait = Wait::died;
    done += read;
  }
  if (wait == Wait::frame) {
    todo.clear();
    return;
  }
  // The record it was at pays; those before it whose results were not yet told are graded again, those after
  // it as well.
  const std::uint32_t started = child_->started();
  const std::uint32_t culprit = started > done ? started - 1 : done;
  lose(wait, script.limits, outcomes[todo[std::min<std::size_t>(culprit, todo.size() - 1)]]);
  todo.erase(todo.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(culprit, todo.size() - 1)));
  todo.erase(todo.begin(), todo.begin() + static_cast<std::ptrdiff_t>(done));
}

void Worker::run(const Script& script, std::span<const Call> calls, std::span<Outcome> outcomes,
                 const std::stop_token& stop) {
  std::vector<std::uint32_t> todo(calls.size());
  for (std::uint32_t i = 0; i < todo.size(); ++i) todo[i] = i;
  while (!todo.empty()) {
    Loaded loaded;
    if (stop.stop_requested() || is_ending_) {
      loaded = {Fault::cancelled, {"cancelled before it was graded", 0, 0}};
    } else if (const auto child = need_child(script.limits); !child) {
      loaded = {Fault::unavailable, {child.error().message(), 0, 0}};
    } else {
      loaded = load(script, stop);
    }
    if (loaded.fault != Fault::none) {
      for (const std::uint32_t i : todo) {
        outcomes[i].fault = loaded.fault;
        outcomes[i].error = loaded.error;
      }
      return;
    }
    grade(script, calls, todo, outcomes, stop);
  }
}

}  // namespace steps::script
