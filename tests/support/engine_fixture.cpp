#include "tests/support/engine_fixture.hpp"

#include <algorithm>

#include "engine/due.hpp"
#include "store/rocks/rocks_event_log.hpp"

namespace support {

using namespace engine;

EngineFixture::EngineFixture(EngineOptions options, std::shared_ptr<rocksdb::FileSystem> disk, bool start_now)
    : options_(options), disk_(std::move(disk)) {
  if (start_now) start();
}

EngineFixture::~EngineFixture() {
  script->before_block.open();
  stop();
}

void EngineFixture::start() {
  store::RocksEventLog::Options options;
  options.folder = disk_ ? "/data" : folder_ / "data";
  options.free_space_min = 0;
  options.file_system = disk_;
  auto opened = store::RocksEventLog::open(options);
  if (!opened) throw std::runtime_error(opened.error().message());
  log_ = std::move(*opened);
  faulty_ = std::make_unique<FaultyLog>(*log_);
  {
    const std::lock_guard lock(mutex_);
    history_.clear();
  }
  auto made = std::make_unique<Engine>(*faulty_, scripted_steps(script), clock, options_);
  const auto started = made->start([this](const Published& published) { on_published(published); });
  if (!started) throw std::runtime_error(started.error().message());
  engine_ = std::move(made);
}

void EngineFixture::stop() {
  if (engine_) engine_->stop(patience);
  engine_.reset();
  faulty_.reset();
  log_.reset();
}

void EngineFixture::on_published(const Published& published) {
  {
    const std::lock_guard lock(mutex_);
    history_[published.dataset.value()].push_back(published.state);
  }
  changed_.notify_all();
}

namespace {
Result<Answer> in_time(std::future<Result<Answer>> answer) {
  if (answer.wait_for(patience) != std::future_status::ready) throw std::runtime_error("no answer came");
  return answer.get();
}

std::pair<OnAnswer, std::future<Result<Answer>>> promised() {
  auto promise = std::make_shared<std::promise<Result<Answer>>>();
  auto future = promise->get_future();
  return {[promise](Result<Answer> answer) { promise->set_value(std::move(answer)); }, std::move(future)};
}
}  // namespace

std::future<Result<Answer>> EngineFixture::begin(DatasetId dataset, Command command, Origin origin) {
  auto [on_answer, answer] = promised();
  engine_->submit(dataset, std::move(command), std::move(origin), std::move(on_answer));
  return std::move(answer);
}

std::future<Result<Answer>> EngineFixture::begin_create(const std::string& name, Origin origin) {
  auto [on_answer, answer] = promised();
  engine_->create({name, "explain it", Source::upload}, std::move(origin), std::move(on_answer));
  return std::move(answer);
}

Result<Answer> EngineFixture::submit(DatasetId dataset, Command command, Origin origin) {
  return in_time(begin(dataset, std::move(command), std::move(origin)));
}

Result<Answer> EngineFixture::create(const std::string& name, Origin origin) {
  return in_time(begin_create(name, std::move(origin)));
}

Result<Answer> EngineFixture::fork(DatasetId source, ForkDataset command, Origin origin) {
  auto [on_answer, answer] = promised();
  engine_->fork(source, std::move(command), std::move(origin), std::move(on_answer));
  return in_time(std::move(answer));
}

DatasetId EngineFixture::dataset(const std::string& name) {
  const auto created = create(name);
  if (!created) throw std::runtime_error(created.error().message());
  return created->dataset;
}

ImportBlock block_of(RunId run, const std::vector<std::string>& lines, std::uint64_t first_line) {
  ImportBlock block;
  block.run = run;
  std::string bytes;
  for (const std::string& line : lines) {
    bytes += line;
    block.block.lengths.push_back(static_cast<std::uint32_t>(line.size()));
  }
  block.blob = store::make_blob(bytes);
  block.block.first_line = first_line;
  block.block.bytes_read = bytes.size();
  return block;
}

RunId EngineFixture::import(DatasetId dataset, const std::vector<std::string>& lines, std::size_t per_block,
                            schemas::ImportMode mode) {
  const auto accepted = [&](Command command) {
    const auto answer = submit(dataset, std::move(command));
    if (!answer) throw std::runtime_error(answer.error().message());
    return answer->subject;
  };
  BeginImport begin_import;
  begin_import.parameters.mode = mode;
  begin_import.confirm = true;
  const RunId run(accepted(begin_import));
  for (std::size_t first = 0; first < lines.size(); first += per_block) {
    const auto from = lines.begin() + static_cast<std::ptrdiff_t>(first);
    const auto count = static_cast<std::ptrdiff_t>(std::min(per_block, lines.size() - first));
    accepted(block_of(run, {from, from + count}, first + 1));
  }
  accepted(ReceiveImport{run, lines.size(), 0, lines.size()});
  return run;
}

void EngineFixture::poke(DatasetId dataset) {
  ChangeDataset change;
  change.objective = "poked " + std::to_string(++pokes_);
  if (const auto poked = submit(dataset, change); !poked) throw std::runtime_error(poked.error().message());
}

StatePtr EngineFixture::wait_until(DatasetId dataset, const Predicate& holds) {
  auto state = wait_for(patience, dataset, holds);
  if (!state) throw std::runtime_error("what the test waits for has not come about");
  return state;
}

StatePtr EngineFixture::wait_for(std::chrono::milliseconds at_most, DatasetId dataset,
                                 const Predicate& holds) {
  std::unique_lock lock(mutex_);
  const auto newest = [&]() -> StatePtr {
    const auto found = history_.find(dataset.value());
    return found == history_.end() || found->second.empty() ? nullptr : found->second.back();
  };
  const bool in_time = changed_.wait_for(lock, at_most, [&] { return newest() && holds(*newest()); });
  return in_time ? newest() : nullptr;
}

StatePtr EngineFixture::wait_until_quiet(DatasetId dataset) {
  const std::uint64_t epoch = log_->statistics().epoch;
  return wait_until(dataset,
                    [&](const DatasetState& state) { return due(state, {clock.now(), epoch, 0}).empty(); });
}

StatePtr EngineFixture::published(DatasetId dataset) const {
  const std::lock_guard lock(mutex_);
  return history_.at(dataset.value()).back();
}

std::vector<StatePtr> EngineFixture::history(DatasetId dataset) const {
  const std::lock_guard lock(mutex_);
  return history_.at(dataset.value());
}

std::vector<DatasetId> EngineFixture::datasets() const {
  const std::lock_guard lock(mutex_);
  std::vector<DatasetId> ids;
  for (const auto& [id, states] : history_) ids.emplace_back(id);
  return ids;
}

std::shared_ptr<Gate> EngineFixture::hold() {
  auto gate = std::make_shared<Gate>();
  gate->close();
  // Refused at once, and its answer is given on the engine thread.
  engine_->submit(DatasetId(999'999), CancelRun{RunId(1), {}}, {},
                  [gate](const Result<Answer>&) { gate->pass(); });
  gate->wait_until_somebody_waits();
  return gate;
}

}  // namespace support
