#include "steps/script/script_pool.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "steps/script/worker.hpp"

namespace steps::script {

namespace {

constexpr std::size_t batch_records = 256;
constexpr std::size_t batch_bytes = 1U << 20U;

// How many calls from `from` on make a batch.
std::size_t batch_size(std::span<const Call> calls, std::size_t from) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (from + count < calls.size() && count < batch_records && (count == 0 || bytes < batch_bytes)) {
    bytes += calls[from + count].sample.size() + calls[from + count].item.size();
    ++count;
  }
  return count;
}

}  // namespace

// Tasks wait in one queue; each worker thread takes the next.
struct ScriptPool::Impl {
  struct Task {
    std::function<void(Worker&)> work;
    std::promise<void> done;
  };

  explicit Impl(const Options& options) {
    for (unsigned i = 0; i < options.workers; ++i)
      workers.push_back(std::make_unique<Worker>(options.program));
    for (auto& worker : workers) threads.emplace_back([this, &worker] { serve(*worker); });
  }
  ~Impl() {
    {
      const std::lock_guard lock(mutex);
      is_ending = true;
    }
    for (auto& worker : workers) worker->cancel();
    wanted.notify_all();
    for (auto& thread : threads) thread.join();
  }

  void serve(Worker& worker) {
    pthread_setname_np(pthread_self(), "script");
    while (true) {
      Task task;
      {
        std::unique_lock lock(mutex);
        wanted.wait(lock, [&] { return is_ending || !tasks.empty(); });
        if (tasks.empty()) return;
        task = std::move(tasks.front());
        tasks.pop_front();
      }
      const std::uint64_t restarts = worker.restarts();
      task.work(worker);
      {
        const std::lock_guard lock(mutex);
        status.restarts += worker.restarts() - restarts;
        if (!worker.layers().empty()) {
          status.sandbox = worker.layers();
          status.jit = worker.jit();
        }
      }
      task.done.set_value();
    }
  }

  std::future<void> post(std::function<void(Worker&)> work) {
    Task task{std::move(work), {}};
    auto done = task.done.get_future();
    {
      const std::lock_guard lock(mutex);
      tasks.push_back(std::move(task));
    }
    wanted.notify_one();
    return done;
  }

  std::mutex mutex;
  std::condition_variable wanted;
  std::deque<Task> tasks;
  bool is_ending = false;
  Status status;
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::thread> threads;
};

std::string_view fault_name(Fault fault) {
  switch (fault) {
    case Fault::none:
      return "none";
    case Fault::exception:
      return "exception";
    case Fault::bad_result:
      return "bad_result";
    case Fault::time:
      return "time";
    case Fault::memory:
      return "memory";
    case Fault::crashed:
      return "crashed";
    case Fault::cancelled:
      return "cancelled";
    case Fault::unavailable:
      return "unavailable";
  }
  return "unknown";
}

ScriptPool::ScriptPool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ScriptPool::~ScriptPool() = default;

schemas::Result<std::unique_ptr<ScriptPool>> ScriptPool::make(Options options) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(options.program, ignored)) {
    return schemas::fail(schemas::ErrorCode::not_found, "the program rftd-script",
                         "no file " + options.program.string(), "install it beside rftd, or in libexec/rftd");
  }
  if (options.workers < 1 || options.workers > 256) {
    return schemas::fail(schemas::ErrorCode::invalid_argument, "1 to 256 script workers",
                         std::to_string(options.workers));
  }
  return std::unique_ptr<ScriptPool>(new ScriptPool(std::make_unique<Impl>(options)));
}

schemas::Result<Diagnostic> ScriptPool::check(const Script& script) {
  if (script.source.size() > Script::source_bytes_max) {
    return Diagnostic{
        "expected a source of at most 1 MB, found " + std::to_string(script.source.size()) + " bytes", 0, 0};
  }
  schemas::Result<Diagnostic> checked;
  impl_->post([&](Worker& worker) { checked = worker.check(script, {}); }).wait();
  return checked;
}

std::vector<Outcome> ScriptPool::run(const Script& script, std::span<const Call> calls,
                                     std::stop_token stop) {
  std::vector<Outcome> outcomes(calls.size());
  if (calls.empty()) return outcomes;
  const auto checked = check(script);
  if (!checked || *checked) {
    for (Outcome& outcome : outcomes) {
      outcome.fault = checked ? Fault::exception : Fault::unavailable;
      outcome.error = checked ? *checked : Diagnostic{checked.error().message(), 0, 0};
    }
    return outcomes;
  }
  std::vector<std::future<void>> batches;
  for (std::size_t from = 0; from < calls.size();) {
    const std::size_t count = batch_size(calls, from);
    batches.push_back(impl_->post([&script, &stop, some = calls.subspan(from, count),
                                   into = std::span(outcomes).subspan(from, count)](Worker& worker) {
      worker.run(script, some, into, stop);
    }));
    from += count;
  }
  for (auto& batch : batches) batch.wait();
  const std::lock_guard lock(impl_->mutex);
  impl_->status.records += calls.size();
  return outcomes;
}

ScriptPool::Status ScriptPool::status() const {
  const std::lock_guard lock(impl_->mutex);
  Status status = impl_->status;
  status.workers = static_cast<unsigned>(impl_->workers.size());
  return status;
}

std::filesystem::path default_program() {
  std::error_code ignored;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  const auto first = here / "rftd-script";
  for (const auto& path : {first, here.parent_path() / "libexec/rftd/rftd-script"}) {
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  return first;
}

}  // namespace steps::script
