#include "api/hub.hpp"

#include <algorithm>

#include "api/event_json.hpp"

namespace api {

const std::vector<std::pair<schemas::Position, Bytes>>& Change::frames() {
  if (rendered_) return frames_;
  rendered_ = true;
  for (const auto& committed : published_->committed) {
    for (std::size_t i = 0; i < committed->size(); ++i) {
      const store::EventView event = committed->view(i);
      frames_.emplace_back(event.position(), std::make_shared<const std::string>(sse_frame(event)));
    }
  }
  return frames_;
}

void Hub::publish(const engine::Published& published) {
  if (closing_) return;
  Entry& entry = entries_[published.dataset.value()];
  entry.state = published.state;
  entry.views = {};
  ++revision_;
  Change change(published);
  tell(entry.subscriptions, change);
}

void Hub::close() {
  closing_ = true;
  for (auto& [id, entry] : entries_) {
    const engine::Published nothing{schemas::DatasetId(id), entry.state, {}};
    Change change(nothing);
    tell(entry.subscriptions, change);
  }
}

// A listener may end its subscription while it is told: go over a copy.
void Hub::tell(const std::vector<Subscription*>& subscriptions, Change& change) {
  const std::vector<Subscription*> listening = subscriptions;
  for (Subscription* subscription : listening) {
    if (std::ranges::find(subscriptions, subscription) != subscriptions.end())
      subscription->on_change_(change);
  }
}

engine::StatePtr Hub::state(schemas::DatasetId id) const {
  const auto found = entries_.find(id.value());
  return found == entries_.end() ? nullptr : found->second.state;
}

void Hub::each(const std::function<void(const engine::StatePtr&)>& visit) const {
  for (const auto& [id, entry] : entries_) {
    if (entry.state && entry.state->deleted_at == 0) visit(entry.state);
  }
}

Bytes Hub::rendered(schemas::DatasetId id, View view,
                    const std::function<std::string(const engine::DatasetState&)>& render) {
  Entry& entry = entries_.at(id.value());
  Bytes& bytes = entry.views.at(static_cast<std::size_t>(view));
  if (!bytes) bytes = std::make_shared<const std::string>(render(*entry.state));
  return bytes;
}

Hub::Subscription::Subscription(Hub& hub, schemas::DatasetId dataset, OnChange on_change)
    : hub_(&hub), dataset_(dataset.value()), on_change_(std::move(on_change)) {
  hub_->entries_[dataset_].subscriptions.push_back(this);
  ++hub_->listeners_;
}

Hub::Subscription::~Subscription() {
  std::erase(hub_->entries_[dataset_].subscriptions, this);
  --hub_->listeners_;
}

}  // namespace api
