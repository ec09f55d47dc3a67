// Taking a dataset in from an archive: payloads a few at a time, then all facts in one write.
#include <algorithm>
#include <unordered_set>

#include "engine/archive.hpp"
#include "engine/engine_impl.hpp"

namespace engine {

store::Append Engine::Impl::append_to_system(const Pending& pending) const {
  store::Append append;
  append.stream = schemas::system_stream;
  append.expected = system_position_;
  append.epoch = epoch_;
  append.time = clock_.now();
  append.actor = pending.origin.actor;
  append.command = pending.origin.command;
  return append;
}

Result<Answer> Engine::Impl::archive_one(const ArchiveWish& wish, Pending& pending, Group& group) {
  if (const auto* staging = std::get_if<StageBlobs>(&wish)) return stage(*staging, pending, group);
  if (const auto* dropping = std::get_if<DropStaged>(&wish)) return drop(*dropping, pending, group);
  return import_one(std::get<ImportArchive>(wish), pending, group);
}

Result<Answer> Engine::Impl::stage(const StageBlobs& wish, const Pending& pending, Group& group) {
  const std::uint64_t staging = wish.staging == 0 ? ++last_staging_ : wish.staging;
  if (wish.staging != 0 && !staged_.contains(staging))
    return schemas::fail(ErrorCode::not_found, "a staging that goes on", std::to_string(staging));
  std::vector<BlobId>& held = staged_[staging];
  store::Append append = append_to_system(pending);
  append.blobs = wish.blobs;
  for (const store::Blob& blob : append.blobs) held.push_back(blob.id);
  if (!append.blobs.empty()) add(group, schemas::system_stream, std::move(append));
  return Answer{DatasetId(0), 0, staging, false};
}

Result<Answer> Engine::Impl::drop(const DropStaged& wish, const Pending& pending, Group& group) {
  const auto found = staged_.find(wish.staging);
  if (found == staged_.end()) return Answer{};
  std::vector<BlobId> released = std::move(found->second);
  staged_.erase(found);
  // Two archives under way may hold the same payload.
  std::erase_if(released, [&](const BlobId& id) {
    return std::ranges::any_of(staged_, [&](const auto& other) {
      return std::ranges::find(other.second, id) != other.second.end();
    });
  });
  if (released.empty()) return Answer{};
  store::Append append = append_to_system(pending);
  append.blobs_released = std::move(released);
  add(group, schemas::system_stream, std::move(append));
  return Answer{};
}

Result<Answer> Engine::Impl::import_one(const ImportArchive& wish, Pending& pending, Group& group) {
  if (auto good = check_name(wish.name); !good) return std::unexpected(good.error());
  if (auto unused = check_unused(wish.name, 0); !unused) return std::unexpected(unused.error());
  const ArchivedDataset& archived = *wish.dataset;
  const auto held = staged_.find(wish.staging);
  std::unordered_set<BlobId> staged;
  if (held != staged_.end()) staged.insert(held->second.begin(), held->second.end());
  const std::vector<BlobId> needed = blobs_of(archived.folded.state);
  for (const BlobId& id : needed) {
    if (!staged.contains(id)) {
      return schemas::fail(ErrorCode::corrupt, "every payload that the events name",
                           "none for blob " + schemas::to_text(id), "export the dataset again", "archive");
    }
  }
  const std::uint64_t id = ++last_dataset_;
  Entry copy;
  copy.dataset.state.id = id;
  store::Append append = append_for(copy, pending);
  copy.dataset = archived.folded;
  copy.dataset.state.id = id;
  append.events = archived.events;
  append.origins = archived.origins;
  append.blob_references = needed;
  append.time = std::max(append.time, copy.dataset.state.time);
  schemas::ArchiveImportedT event;
  event.source = DatasetId(archived.source);
  event.source_position = copy.dataset.state.position;
  event.source_hash = archived.hash;
  event.name = wish.name;
  append.events.push_back(schemas::encode(event));
  append.origins.push_back({append.time, pending.origin.actor, pending.origin.command, 0, 0});
  apply(copy.dataset, Fact{append.events.back().type, append.events.back().body,
                           copy.dataset.state.position + 1, append.time, epoch_});
  if (!pending.origin.idempotency_key.empty())
    append.answer = {pending.origin.idempotency_key, {id, 0, id, pending.origin.request, append.time}};
  register_dataset(id, wish.name, pending, group);
  const Position position = copy.dataset.state.position;
  datasets_[id] = std::move(copy);
  add(group, id, std::move(append));
  return Answer{DatasetId(id), position, id, false};
}

// What a daemon that was killed had staged.
Result<void> Engine::Impl::drop_all_staged() {
  store::Append append = append_to_system({});
  const auto scanned = log_.scan_blobs(
      schemas::system_stream,
      [&](const BlobId& id, std::uint64_t /*bytes*/) { append.blobs_released.push_back(id); });
  if (!scanned) return scanned;
  if (append.blobs_released.empty()) return {};
  const auto dropped = log_.append(std::span(&append, 1));
  if (!dropped) return std::unexpected(dropped.error());
  return {};
}

}  // namespace engine
