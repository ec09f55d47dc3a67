// What people wish for in a simulation.
#include "tests/sim/simulation.hpp"

namespace sim {

using namespace engine;

namespace {
template <class Map>
auto some_of(const Map& map, std::uint64_t chance) {
  return std::next(map.begin(), static_cast<std::ptrdiff_t>(chance % map.size()));
}
}  // namespace

DatasetId Simulation::some_dataset() {
  if (promised_.empty()) return DatasetId(0);
  return DatasetId(some_of(promised_, random_())->first);
}

std::string Simulation::some_text() {
  return (one_in(5) ? "bad " : "question ") + std::to_string(below(30));
}

void Simulation::wish() {
  std::size_t alive = 0;
  for (const auto& [id, promised] : promised_) alive += promised.deleted ? 0 : 1;
  if (alive == 0 || (alive < 4 && one_in(8))) return create();
  const DatasetId dataset = some_dataset();
  if (promised_.at(dataset.value()).deleted) return;
  if (one_in(4)) return upload(dataset);
  if (one_in(15) && alive < 6) return fork(dataset);
  grant(dataset, one_in(2) && !promised_.at(dataset.value()).texts.empty() ? about_a_record(dataset)
                                                                           : about_the_dataset(dataset));
}

void Simulation::create() {
  const std::string name = "dataset " + std::to_string(++names_);
  note("create '" + name + "'");
  const auto answer = engine_->create(name);
  if (answer) {
    promised_[answer->dataset.value()].name = name;
    return acknowledged(answer->dataset, answer);
  }
  if (failed(answer)) return;
  crash();
  for (const DatasetId found : engine_->datasets()) {
    if (engine_->published(found)->name == name) promised_[found.value()].name = name;
  }
}

// Copies a dataset at rest, so that it is known what was copied.
void Simulation::fork(DatasetId source) {
  rest(source);
  const std::string name = "copy " + std::to_string(++names_);
  note("d" + std::to_string(source.value()) + ": fork as '" + name + "'");
  const auto answer = engine_->fork(source, {name, 0});
  Promised copy = promised_.at(source.value());
  copy.name = name;
  copy.uploads.clear();
  copy.position = 0;
  if (answer) {
    promised_[answer->dataset.value()] = copy;
    return acknowledged(answer->dataset, answer);
  }
  if (failed(answer)) return;
  crash();
  for (const DatasetId found : engine_->datasets()) {
    if (engine_->published(found)->name == name) promised_[found.value()] = copy;
  }
}

void Simulation::upload(DatasetId dataset) {
  BeginImport begin;
  begin.confirm = true;
  const bool replaces = one_in(5);
  begin.parameters.mode = replaces ? schemas::ImportMode::replace : schemas::ImportMode::append;
  std::uint64_t run = 0;
  if (!grant(dataset, {"begin an import", begin}, &run)) return;
  Promised& promised = promised_.at(dataset.value());
  promised.uploads[run].replaces = replaces;
  std::uint64_t lines = 0;
  for (std::uint64_t blocks = below(4); blocks > 0; --blocks) {
    std::vector<std::string> texts;
    for (std::uint64_t count = 1 + below(6); count > 0; --count) texts.push_back(some_text());
    const std::uint64_t first = engine_->published(dataset)->records.size() + 1;
    const auto keep = [&](Promised& now) {
      for (std::size_t i = 0; i < texts.size(); ++i) now.uploads[run].texts[first + i] = texts[i];
    };
    if (!grant(dataset, {"import " + std::to_string(texts.size()),
                         support::block_of(RunId(run), texts, lines + 1), keep}))
      break;
    lines += texts.size();
  }
  if (!promised.uploads.contains(run)) return;  // cut off by a crash
  if (one_in(6)) {
    const auto drop = [run](Promised& now) { now.uploads.erase(run); };
    const auto happened = [run](const DatasetState& state) {
      return state.run(RunId(run))->state == RunState::cancelled;
    };
    grant(dataset, {"cancel the import", CancelRun{RunId(run), "no more"}, drop, happened});
    return;
  }
  const auto keep = [run](Promised& now) { now.uploads[run].received = true; };
  const auto happened = [run](const DatasetState& state) { return state.run(RunId(run))->import->received; };
  const auto imported = engine_->published(dataset)->run(RunId(run))->import->imported;
  grant(dataset, {"end the upload", ReceiveImport{RunId(run), imported, 0, imported}, keep, happened});
}

Simulation::Wish Simulation::about_a_record(DatasetId dataset) {
  const std::uint64_t record = some_of(promised_.at(dataset.value()).texts, random_())->first;
  const std::string name = "r" + std::to_string(record);
  const std::uint64_t kind = below(4);
  if (kind == 0) {
    const auto keep = [record](Promised& now) {
      now.texts.erase(record);
      now.by_hand.erase(record);
    };
    const auto happened = [record](const DatasetState& state) {
      return state.records[record - 1].is(deleted);
    };
    return {"delete " + name, DeleteRecords{{record}, true}, keep, happened};
  }
  if (kind == 1) return {"validate " + name + " again", RevalidateRecords{{record}}};
  const auto leaves = engine_->published(dataset)->topics->leaves();
  if (kind == 2 && !leaves.empty()) {
    const std::uint32_t topic = leaves[below(leaves.size())];
    const auto keep = [record, topic](Promised& now) { now.by_hand[record] = topic; };
    const auto happened = [record, topic](const DatasetState& state) {
      return state.records[record - 1].topic == topic &&
             state.records[record - 1].method == AssignmentMethod::manual;
    };
    return {"assign " + name, AssignTopic{{record}, topic}, keep, happened};
  }
  const std::string text = (one_in(4) ? "bad edit " : "edit ") + std::to_string(++names_);
  const store::Blob blob = store::make_blob(text);
  const auto keep = [record, text](Promised& now) { now.texts[record] = text; };
  const auto happened = [record, id = blob.id](const DatasetState& state) {
    return state.blocks[state.records[record - 1].block].id == id;
  };
  return {"edit " + name, EditRecord{RecordId(record), blob, static_cast<std::uint32_t>(text.size())}, keep,
          happened};
}

Simulation::Wish Simulation::about_the_dataset(DatasetId dataset) {
  const auto state = engine_->published(dataset);
  switch (below(6)) {
    case 0: {
      const std::string name = "name " + std::to_string(++names_);
      ChangeDataset change;
      change.name = name;
      return {"rename to '" + name + "'", change, [name](Promised& now) { now.name = name; },
              [name](const DatasetState& now) { return now.name == name; }};
    }
    case 1: {
      ChangeDataset change;
      change.settings = Settings{};
      change.settings->max_tokens = static_cast<std::uint32_t>(100 + below(3));
      return {"change the limits", change};
    }
    case 2: {
      DefineTopics define;  // one more
      define.topics = state->topics->topics;
      define.topics.emplace_back();
      define.topics.back().name = "topic " + std::to_string(++names_);
      define.parents.assign(define.topics.size(), -1);
      return {"define topics", define};
    }
    case 3: {
      RequestRun request;
      request.step = one_in(2) ? StepName::categorize : StepName::coverage;
      request.confirm = true;
      return {"request a run", request};
    }
    case 4:
      if (one_in(5)) {
        return {"delete the dataset", DeleteDataset{true}, [](Promised& now) { now.deleted = true; },
                [](const DatasetState& now) { return now.deleted_at != 0; }};
      }
      return {"set targets", SetTargets{}};
    default:
      return {"skip coverage", SkipStep{StepName::coverage, "reason " + std::to_string(below(3))}};
  }
}

}  // namespace sim
