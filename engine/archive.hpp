// A dataset's log on its way in from an archive: facts that another store has written, checked one by one,
// with the state that they lead to. Reading only; what becomes of it is Engine::import_archive's. Any one
// thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/dataset.hpp"
#include "schemas/error.hpp"
#include "store/event_log.hpp"

namespace engine {

struct ArchivedDataset {
  std::vector<schemas::NewEvent> events;
  std::vector<store::Append::Origin> origins;  // one an event
  Dataset folded;
  std::uint64_t source = 0;  // its id in the store that wrote the archive
  schemas::Hash hash{};      // of the last event, as it stood there
};

class ArchiveFold {
 public:
  // `epoch` is that of the store which takes the dataset in.
  explicit ArchiveFold(std::uint64_t epoch) : epoch_(epoch) {}

  // The next event as the other store has it (store/codec.hpp, "event"). corrupt: its checksum, its place in
  // the chain or what it says does not hold; nothing may be added after an Error.
  schemas::Result<void> add(std::string_view sealed_event);

  [[nodiscard]] const ArchivedDataset& dataset() const { return dataset_; }
  [[nodiscard]] ArchivedDataset take() { return std::move(dataset_); }

 private:
  std::uint64_t epoch_;
  ArchivedDataset dataset_;
};

}  // namespace engine
