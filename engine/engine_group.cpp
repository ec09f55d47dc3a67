// One turn of the ring: decide what is queued, make it durable in one write, answer, publish, look what is
// due.
#include <spdlog/spdlog.h>
#include <boost/asio/post.hpp>
#include <cstring>

#include "engine/engine_impl.hpp"

namespace engine {

Now Engine::Impl::now() const {
  return {clock_.now(), epoch_, clock_.random()};
}

void Engine::Impl::submit(Pending pending) {
  const bool internal = pending.origin.actor == "scheduler";
  const auto refuse = [&](ErrorCode code, std::string found, std::string hint) {
    ++refused_;
    pending.on_answer(
        schemas::fail(code, "an engine that takes commands", std::move(found), std::move(hint)));
  };
  // Counted before it is looked: stop() waits for what has been counted.
  const std::size_t before = queue_++;
  if (!internal && (stopping_ || before >= options_.queue_max)) {
    --queue_;
    if (stopping_)
      return refuse(ErrorCode::unavailable, "one that is shutting down", "try again when it is back");
    return refuse(ErrorCode::busy, "a full queue", "try again in a second");
  }
  boost::asio::post(io_, [this, moved = std::make_shared<Pending>(std::move(pending))] {
    pending_.push_back(std::move(*moved));
    if (group_scheduled_) return;
    group_scheduled_ = true;
    boost::asio::post(io_, [this] { run_group(); });
  });
}

void Engine::Impl::run_group() {
  group_scheduled_ = false;
  Group group;
  std::deque<Pending> again;  // repeats of a key that this very group has just taken
  while (!pending_.empty() && group.bytes < options_.group_bytes_max) {
    Pending pending = std::move(pending_.front());
    pending_.pop_front();
    if (!pending.origin.idempotency_key.empty() && group.keys.contains(pending.origin.idempotency_key)) {
      again.push_back(std::move(pending));
      continue;
    }
    handle(pending, group);
  }
  commit(group);
  for (Pending& pending : again) pending_.push_front(std::move(pending));
  for (auto& [on_answer, answer] : group.answers) {
    ++(answer ? commands_ : refused_);
    --queue_;
    on_answer(std::move(answer));
  }
  for (const std::uint64_t id : group.touched) {
    look(id);
    snapshot_if_due(id);
  }
  if (!pending_.empty() && !group_scheduled_) {
    group_scheduled_ = true;
    boost::asio::post(io_, [this] { run_group(); });
  }
}

namespace {
// Not ==: what flatc generates for a struct with an array compares addresses.
bool same_bytes(const schemas::Hash& a, const schemas::Hash& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}
}  // namespace

void Engine::Impl::handle(Pending& pending, Group& group) {
  const auto answer_to = [&]() -> Result<Answer> {
    const std::string& key = pending.origin.idempotency_key;
    if (!key.empty()) {
      const auto known = log_.remembered(key);
      if (!known) return std::unexpected(known.error());
      if (*known && same_bytes((*known)->request, pending.origin.request)) {
        return Answer{DatasetId((*known)->stream), (*known)->position, (*known)->subject, true};
      }
      if (*known) {
        return schemas::fail(ErrorCode::conflict, "a new Idempotency-Key, or the same request as before",
                             "'" + key + "' was used for another request", "use a fresh key",
                             "Idempotency-Key");
      }
      group.keys.insert(key);
    }
    if (const auto* wish = std::get_if<CreateDataset>(&pending.wish))
      return create_one(*wish, pending, group);
    if (const auto* wish = std::get_if<ForkDataset>(&pending.wish)) return fork_one(*wish, pending, group);
    if (const auto* wish = std::get_if<ArchiveWish>(&pending.wish)) return archive_one(*wish, pending, group);
    return decide_one(pending, group);
  };
  Result<Answer> answer = answer_to();
  group.answers.emplace_back(std::move(pending.on_answer), std::move(answer));
}

Result<void> Engine::Impl::check_seen(const DatasetState& state, const Origin& origin) const {
  if (!origin.if_match || *origin.if_match == state.position) return {};
  std::string since;
  int told = 0;
  if (*origin.if_match < state.position) {
    const auto scanned =
        log_.scan(state.id, *origin.if_match + 1, state.position, [&](const store::EventView& event) {
          since += (told == 0 ? ": " : ", ") + std::string(name_of(event.type()));
          return ++told < 5;
        });
    if (!scanned) since.clear();
  }
  return schemas::fail(
      ErrorCode::conflict, "position " + std::to_string(*origin.if_match) + ", as you have seen it",
      "position " + std::to_string(state.position) + since, "read it again, then repeat", "If-Match");
}

store::Append Engine::Impl::append_for(const Entry& entry, const Pending& pending) const {
  store::Append append;
  append.stream = entry.dataset.state.id;
  append.expected = entry.dataset.state.position;
  append.epoch = epoch_;
  append.time = std::max(clock_.now(), entry.dataset.state.time);
  append.actor = pending.origin.actor;
  append.command = pending.origin.command;
  append.cause = pending.cause;
  append.run = pending.run;
  append.idempotency_key = pending.origin.idempotency_key;
  return append;
}

void Engine::Impl::fold_new(Entry& entry, const store::Append& append) {
  Position position = append.expected;
  for (const NewEvent& event : append.events) {
    apply(entry.dataset, Fact{event.type, event.body, ++position, append.time, append.epoch});
  }
}

void Engine::Impl::add(Group& group, std::uint64_t dataset, store::Append append) {
  for (const NewEvent& event : append.events) group.bytes += event.body.size();
  for (const store::Blob& blob : append.blobs) group.bytes += blob.compressed.size();
  if (dataset != schemas::system_stream) group.touched.insert(dataset);
  group.dataset_of.push_back(dataset);
  group.appends.push_back(std::move(append));
}

Result<Answer> Engine::Impl::decide_one(Pending& pending, Group& group) {
  const auto found = datasets_.find(pending.dataset);
  if (found == datasets_.end()) {
    return schemas::fail(ErrorCode::not_found, "a dataset", "'" + to_text(DatasetId(pending.dataset)) + "'",
                         "GET /api/v1/datasets lists them");
  }
  if (found->second.broken || found->second.evicted) {
    if (const auto mended = mend(pending.dataset); !mended) return std::unexpected(mended.error());
    if (!datasets_.contains(pending.dataset)) return decide_one(pending, group);
  }
  Entry& entry = datasets_.at(pending.dataset);
  const DatasetState& state = entry.dataset.state;
  if (auto seen = check_seen(state, pending.origin); !seen) return std::unexpected(seen.error());
  auto& command = std::get<Command>(pending.wish);
  if (const auto* change = std::get_if<ChangeDataset>(&command); change != nullptr && change->name) {
    if (auto unused = check_unused(*change->name, pending.dataset); !unused)
      return std::unexpected(unused.error());
  }
  auto decision = decide(state, command, now());
  if (!decision) return std::unexpected(decision.error());
  const bool remembers = !pending.origin.idempotency_key.empty();
  if (decision->events.empty() && !remembers) {
    return Answer{DatasetId(state.id), state.position, decision->subject, false};
  }
  store::Append append = append_for(entry, pending);
  append.events = std::move(decision->events);
  append.blobs = std::move(decision->blobs);
  append.blobs_released = std::move(decision->blobs_released);
  if (remembers) {
    append.answer = {pending.origin.idempotency_key,
                     {state.id, 0, decision->subject, pending.origin.request, append.time}};
  }
  fold_new(entry, append);
  add(group, pending.dataset, std::move(append));
  return Answer{DatasetId(state.id), state.position, decision->subject, false};
}

Result<void> Engine::Impl::check_unused(std::string_view name, std::uint64_t except) const {
  for (const auto& [id, entry] : datasets_) {
    const DatasetState& state = entry.dataset.state;
    if (id != except && state.deleted_at == 0 && state.name == name) {
      return schemas::fail(ErrorCode::conflict, "a name that no other dataset has",
                           "'" + state.name + "' is " + to_text(DatasetId(id)), "choose another name",
                           "/name");
    }
  }
  return {};
}

void Engine::Impl::register_dataset(std::uint64_t id, const std::string& name, const Pending& pending,
                                    Group& group) {
  schemas::DatasetRegisteredT event;
  event.dataset = DatasetId(id);
  event.name = name;
  store::Append append = append_to_system(pending);
  append.events.push_back(schemas::encode(event));
  ++system_position_;
  add(group, schemas::system_stream, std::move(append));
}

Result<Answer> Engine::Impl::create_one(const CreateDataset& wish, Pending& pending, Group& group) {
  if (auto good = check_name(wish.name); !good) return std::unexpected(good.error());
  if (auto good = check_objective(wish.objective); !good) return std::unexpected(good.error());
  if (auto unused = check_unused(wish.name, 0); !unused) return std::unexpected(unused.error());
  const std::uint64_t id = ++last_dataset_;
  register_dataset(id, wish.name, pending, group);
  Entry& entry = datasets_[id];
  entry.dataset.state.id = id;
  schemas::DatasetCreatedT event;
  event.name = wish.name;
  event.objective = wish.objective;
  event.source = wish.source;
  store::Append append = append_for(entry, pending);
  append.events.push_back(schemas::encode(event));
  if (!pending.origin.idempotency_key.empty()) {
    append.answer = {pending.origin.idempotency_key, {id, 0, id, pending.origin.request, append.time}};
  }
  fold_new(entry, append);
  add(group, id, std::move(append));
  return Answer{DatasetId(id), entry.dataset.state.position, id, false};
}

}  // namespace engine
