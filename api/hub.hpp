// What the newest state of every dataset is, and who wants to hear of the next one. Fed by the engine's
// publications, posted here; read by every request at head, so that reads never wait for the engine.
// Lives on the api thread. Never blocks, never reads the log.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace api {

using Bytes = std::shared_ptr<const std::string>;

// One publication on its way to listeners. `frames` renders each event once, however many listen.
class Change {
 public:
  explicit Change(const engine::Published& published) : published_(&published) {}
  [[nodiscard]] const engine::Published& published() const { return *published_; }
  // One server-sent event each, in order.
  const std::vector<std::pair<schemas::Position, Bytes>>& frames();

 private:
  const engine::Published* published_;
  bool rendered_ = false;
  std::vector<std::pair<schemas::Position, Bytes>> frames_;
};

class Hub {
 public:
  using OnChange = std::function<void(Change&)>;
  enum class View : std::uint8_t { canvas, health, summary };

  void publish(const engine::Published& published);
  // Wakes every listener with `closing()` true; nothing is published afterwards.
  void close();
  [[nodiscard]] bool closing() const { return closing_; }

  // Null when there has never been such a dataset; deleted ones are still there, and say so.
  [[nodiscard]] engine::StatePtr state(schemas::DatasetId id) const;
  // Calls `visit` for every dataset that lives, by id.
  void each(const std::function<void(const engine::StatePtr&)>& visit) const;
  // The bytes of a view at head, rendered once for each position.
  Bytes rendered(schemas::DatasetId id, View view,
                 const std::function<std::string(const engine::DatasetState&)>& render);
  // Counts publications: changes when any dataset does.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }
  [[nodiscard]] std::size_t listeners() const { return listeners_; }

  // While it lives, `on_change` is called for each publication of the dataset, and once when the hub closes
  // (with a Change of no events).
  class Subscription {
   public:
    Subscription(Hub& hub, schemas::DatasetId dataset, OnChange on_change);
    ~Subscription();
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

   private:
    friend class Hub;
    Hub* hub_;
    std::uint64_t dataset_;
    OnChange on_change_;
  };

 private:
  struct Entry {
    engine::StatePtr state;
    std::array<Bytes, 3> views;
    std::vector<Subscription*> subscriptions;
  };
  static void tell(const std::vector<Subscription*>& subscriptions, Change& change);

  std::map<std::uint64_t, Entry> entries_;
  std::uint64_t revision_ = 0;
  std::size_t listeners_ = 0;
  bool closing_ = false;
};

}  // namespace api
