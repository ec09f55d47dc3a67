// The write at the heart of a group, what follows when it fails, and forks.
#include <spdlog/spdlog.h>

#include "engine/engine_impl.hpp"

namespace engine {

Result<Answer> Engine::Impl::fork_one(const ForkDataset& wish, Pending& pending, Group& group) {
  if (auto good = check_name(wish.name); !good) return std::unexpected(good.error());
  if (auto unused = check_unused(wish.name, 0); !unused) return std::unexpected(unused.error());
  const auto head = log_.head(pending.dataset);
  const auto source = datasets_.find(pending.dataset);
  if (source != datasets_.end()) {
    // Said first: its contents may be on their way out, which is a write too.
    const DatasetState& state = source->second.dataset.state;
    if (state.purged || state.deleted_at != 0) {
      return schemas::fail(ErrorCode::gone, "a dataset that exists",
                           "'" + state.name + (state.purged ? "', erased" : "', deleted"));
    }
  }
  if (!head || source == datasets_.end() || group.touched.contains(pending.dataset)) {
    return schemas::fail(
        head ? ErrorCode::busy : ErrorCode::not_found, "a dataset that stands still for a moment",
        head ? "one with writes under way" : "'" + to_text(DatasetId(pending.dataset)) + "'", "try again");
  }
  const Position at = wish.at == 0 ? head->position : wish.at;
  if (at > head->position) {
    return schemas::fail(ErrorCode::invalid_argument, "a position up to " + std::to_string(head->position),
                         std::to_string(at), {}, "/at");
  }
  const DatasetState& original = source->second.dataset.state;
  if (auto seen = check_seen(original, pending.origin); !seen) return std::unexpected(seen.error());
  for (const Erasure& erasure : original.erasures) {
    if (erasure.position <= at) continue;
    return schemas::fail(
        ErrorCode::gone,
        "a position from " + std::to_string(erasure.position) + " on, where contents of records were erased",
        std::to_string(at), "a copy of an earlier moment would lack them", "/at");
  }
  const std::uint64_t id = ++last_dataset_;
  Entry copy;
  copy.dataset.state.id = id;
  store::Append append = append_for(copy, pending);
  schemas::DatasetForkedT forked;
  forked.source = DatasetId(pending.dataset);
  forked.source_position = at;
  forked.name = wish.name;
  Result<void> outcome;
  const auto scanned = log_.scan(pending.dataset, 1, at, [&](const store::EventView& event) {
    const auto& envelope = event.envelope();
    const auto told = [](const flatbuffers::String* text) {
      return text == nullptr ? std::string{} : text->str();
    };
    append.events.push_back({event.type(), event.version(), std::string(event.body())});
    append.origins.push_back(
        {event.time(), told(envelope.actor()), told(envelope.command()), envelope.cause(), envelope.run()});
    forked.source_hash = store::hash_of(event);
    std::string upcast_body;
    auto fact = fact_of(event, upcast_body);
    if (fact) {
      fact->epoch = epoch_;  // which is what the copied event is stored with
      apply(copy.dataset, *fact);
    }
    if (!fact) outcome = std::unexpected(fact.error());
    return fact.has_value();
  });
  if (!scanned || !outcome) {
    --last_dataset_;
    return std::unexpected(scanned ? outcome.error() : scanned.error());
  }
  append.blob_references = blobs_of(copy.dataset.state);
  append.time = std::max(append.time, copy.dataset.state.time);
  append.events.push_back(schemas::encode(forked));
  append.origins.push_back({append.time, pending.origin.actor, pending.origin.command, 0, 0});
  apply(copy.dataset,
        Fact{append.events.back().type, append.events.back().body, at + 1, append.time, epoch_});
  if (!pending.origin.idempotency_key.empty()) {
    append.answer = {pending.origin.idempotency_key, {id, 0, id, pending.origin.request, append.time}};
  }
  register_dataset(id, wish.name, pending, group);
  const Position position = copy.dataset.state.position;
  datasets_[id] = std::move(copy);
  add(group, id, std::move(append));
  return Answer{DatasetId(id), position, id, false};
}

void Engine::Impl::commit(Group& group) {
  if (group.appends.empty()) return;
  auto committed = log_.append(group.appends);
  if (committed) {
    ++groups_;
    publish(group, std::move(*committed));
    return;
  }
  spdlog::error("a write of {} appends failed: {}", group.appends.size(), committed.error().message());
  roll_back(group);
  group.touched.clear();  // they look again in a while, not at once: the disk may be full
  for (auto& [on_answer, answer] : group.answers) {
    if (answer && !answer->repeated) answer = std::unexpected(committed.error());
  }
}

void Engine::Impl::publish(Group& group, std::vector<store::Committed> committed) {
  std::map<std::uint64_t, Published> by_dataset;
  for (std::size_t i = 0; i < committed.size(); ++i) {
    events_ += committed[i].size();
    if (group.dataset_of[i] == schemas::system_stream || committed[i].size() == 0) continue;
    by_dataset[group.dataset_of[i]].committed.push_back(
        std::make_shared<const store::Committed>(std::move(committed[i])));
  }
  for (auto& [id, published] : by_dataset) {
    Entry& entry = datasets_.at(id);
    entry.last_used = clock_.now();
    entry.published = std::make_shared<const DatasetState>(entry.dataset.state);
    published.dataset = DatasetId(id);
    published.state = entry.published;
    on_published_(published);
  }
  datasets_count_ = datasets_.size();
}

// The states in memory have run ahead of a log that did not take the write: go back to what the log says.
void Engine::Impl::roll_back(const Group& group) {
  for (const std::uint64_t id : group.touched) {
    datasets_.at(id).broken = true;
    if (const auto mended = mend(id); !mended) {
      spdlog::error("dataset {} waits for its log: {}", to_text(DatasetId(id)), mended.error().message());
    }
    if (datasets_.contains(id)) look_later(id, clock_.now() + retry_first_delay_us);
  }
  system_position_ = 0;
  if (auto loaded = load_system(); !loaded)
    spdlog::error("the system stream cannot be read: {}", loaded.error().message());
}

Result<void> Engine::Impl::mend(std::uint64_t id) {
  if (const auto certain = log_.append({}); !certain) return std::unexpected(certain.error());
  Entry& entry = datasets_.at(id);
  const auto head = log_.head(id);
  if (!head && entry.published == nullptr) {
    datasets_.erase(id);  // it was to be created by the write that failed
    return {};
  }
  if (!head) {
    return schemas::fail(ErrorCode::io, "a dataset that can be read back from the log", "a failed read",
                         "see the daemon's log for the disk");
  }
  auto loaded = load(log_, DatasetId(id), head->position);
  if (!loaded) return std::unexpected(loaded.error());
  install(id, entry, std::move(*loaded));
  return {};
}

}  // namespace engine
