#include "tests/support/engine_history.hpp"

#include <algorithm>

#include "engine/snapshot.hpp"

namespace support {

using namespace engine;
using schemas::encode;

RandomHistory::RandomHistory(std::uint64_t seed) : random_(seed), contents_(seed % 2 == 0 ? 12 : 150) {
  dataset_.state.id = 1;
  fold({dataset_created()});
}

void RandomHistory::fold(const Facts& facts) {
  for (const NewEvent& fact : facts) {
    facts_.push_back({fact, time_, epoch_});
    apply(dataset_, Fact{fact.type, fact.body, dataset_.state.position + 1, time_, epoch_});
  }
}

Dataset RandomHistory::folded_again() const {
  Dataset again;
  again.state.id = 1;
  for (const Stored& stored : facts_) {
    apply(again,
          Fact{stored.event.type, stored.event.body, again.state.position + 1, stored.time, stored.epoch});
  }
  return again;
}

Now RandomHistory::now() {
  return {time_, epoch_, random_()};
}

void RandomHistory::wish(std::string what, const Command& command) {
  last_ = std::move(what);
  const auto decision = decide(dataset_.state, command, now());
  if (decision) fold(decision->events);
  if (!decision) last_ += " (refused: " + decision.error().message() + ")";
}

void RandomHistory::step() {
  time_ += static_cast<std::int64_t>(below(3 * second));
  if (one_in(40)) return restart();
  if (one_in(2)) return do_what_is_due();
  wish_something();
}

// The next daemon finds a snapshot, or folds from the first event.
void RandomHistory::restart() {
  last_ = "restart";
  ++epoch_;
  if (one_in(2)) {
    dataset_ = folded_again();
    return;
  }
  dataset_.state = *deserialize(serialize(dataset_.state));
  rebuild_duplicates(dataset_);
}

std::vector<std::uint64_t> RandomHistory::some_records() {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t count = 1 + below(3); count > 0; --count) numbers.push_back(some_record());
  return numbers;
}

std::uint64_t RandomHistory::some_open_import() {
  std::vector<std::uint64_t> open;
  for (const Run& run : dataset_.state.runs) {
    if (run.import && run.active() && !run.import->received) open.push_back(run.id);
  }
  return open.empty() ? 0 : open[below(open.size())];
}

std::uint32_t RandomHistory::some_leaf() {
  const auto leaves = dataset_.state.topics->leaves();
  return leaves.empty() ? 0 : leaves[below(leaves.size())];
}

void RandomHistory::wish_something() {
  const std::uint64_t kind = below(10);
  if (kind < 4) return wish_about_imports();
  if (kind < 7) return wish_about_records();
  if (kind < 9) return wish_about_topics();
  wish_about_runs();
}

void RandomHistory::wish_about_imports() {
  const std::uint64_t open = some_open_import();
  if (open == 0 || one_in(10)) {
    BeginImport begin;
    begin.parameters.mode = one_in(4) ? ImportMode::replace : ImportMode::append;
    begin.parameters.source = static_cast<Source>(below(3));
    begin.confirm = !one_in(3);
    if (begin.parameters.source == Source::trace) {
      begin.parameters.pull = std::make_unique<schemas::PullParametersT>();
      begin.parameters.pull->filter = one_in(2) ? R"({"model":["m"]})" : "";
      begin.parameters.pull->after = dataset_.state.pull ? dataset_.state.pull->watermark : 0;
    }
    return wish("begin an import", begin);
  }
  const std::uint64_t imported_so_far = dataset_.state.run(RunId(open))->import->imported;
  if (one_in(12)) return wish("fail the import", FailImport{RunId(open), "the client went away"});
  if (one_in(12)) return wish("cancel the import", CancelRun{RunId(open), "no more"});
  if (one_in(4)) {
    ReceiveImport received{RunId(open), imported_so_far, 0, imported_so_far};
    if (dataset_.state.run(RunId(open))->import->pull) {
      received.pulled.emplace();
      received.pulled->watermark = 1 + below(100);
    }
    return wish("end the upload", received);
  }
  ImportBlock block;
  block.run = RunId(open);
  block.blob.id = schemas::BlobId(open, dataset_.state.records.size());
  block.block.lengths.assign(1 + below(7), 100);
  block.block.first_line = imported_so_far + 1;
  wish("import a block", block);
}

void RandomHistory::wish_about_records() {
  switch (below(5)) {
    case 0:
      return wish("delete records", DeleteRecords{some_records(), true});
    case 1:
      return wish("validate records again", RevalidateRecords{some_records()});
    case 2:
      return wish("assign a topic by hand", AssignTopic{some_records(), one_in(4) ? 0 : some_leaf()});
    case 3: {
      ChangeDataset change;
      change.settings = dataset_.state.settings;
      change.settings->max_tokens = static_cast<std::uint32_t>(100 + below(3));
      return wish("change the limits", change);
    }
    default: {
      const std::uint64_t number = some_record();
      return wish("edit a record", EditRecord{RecordId(number), {schemas::BlobId(5, number), {}}, 40});
    }
  }
}

void RandomHistory::wish_about_topics() {
  if (one_in(4)) {
    SetTargets set;
    for (const std::uint32_t leaf : dataset_.state.topics->leaves())
      set.targets[leaf] = 100.0 / static_cast<double>(dataset_.state.topic_counts.size());
    if (one_in(3)) set.targets.clear();
    return wish("set targets", set);
  }
  if (one_in(2)) return wish_about_one_topic();
  DefineTopics define;  // some of those there are, some new ones, some of them below others
  for (const Topic& known : dataset_.state.topics->topics) {
    if (!one_in(4)) define.topics.push_back(known);
  }
  for (std::uint64_t count = 1 + below(3); count > 0; --count) define.topics.emplace_back();
  for (std::size_t i = 0; i < define.topics.size(); ++i) {
    define.topics[i].name = "topic " + std::to_string(i);
    define.parents.push_back(i > 0 && one_in(4) ? static_cast<std::int32_t>(below(i)) : -1);
  }
  define.clear_assignments = one_in(5);
  wish("define topics", define);
}

void RandomHistory::wish_about_one_topic() {
  const auto some_topic = [this] {
    const auto& topics = dataset_.state.topics->topics;
    return topics.empty() ? 0U : topics[below(topics.size())].id;
  };
  switch (below(5)) {
    case 0:
      return wish("rename a topic",
                  ChangeTopic{some_topic(), "name " + std::to_string(below(50)), {}, {}, {}});
    case 1:
      return wish("move a topic", ChangeTopic{some_topic(), {}, {}, {}, one_in(3) ? 0U : some_topic()});
    case 2:
      return wish("delete a topic", RemoveTopic{some_topic(), one_in(2) ? some_leaf() : 0, one_in(2)});
    case 3:
      return wish("merge topics", MergeTopics{{some_topic(), some_topic()}, some_leaf()});
    default:
      break;
  }
  AddTopic add;
  add.topic.name = "name " + std::to_string(below(50));
  add.topic.parent = one_in(2) ? 0 : some_topic();
  wish("add a topic", add);
}

void RandomHistory::wish_about_runs() {
  const RunId run(1 + below(dataset_.state.runs.size() + 1));
  switch (below(4)) {
    case 0:
      return wish("cancel a run", CancelRun{run, "no more"});
    case 1:
      return wish("resume a run", ResumeRun{run});
    case 2:
      return wish("skip coverage", SkipStep{StepName::coverage, "not needed"});
    default: {
      RequestRun request;
      request.step = static_cast<StepName>(1 + below(4));
      request.confirm = !one_in(3);
      if (request.step == StepName::categorize) {
        request.parameters.categorize = std::make_unique<schemas::CategorizeParametersT>();
        request.parameters.categorize->scope = one_in(2) ? schemas::Scope::all : schemas::Scope::unlabeled;
        request.parameters.categorize->overwrite_manual = one_in(2);
      }
      return wish("request a run", request);
    }
  }
}

void RandomHistory::do_what_is_due() {
  const auto list = due(dataset_.state, now());
  last_ = "nothing due";
  if (list.empty()) return;
  const Due& item = list[below(list.size())];
  if (const auto* command = std::get_if<Command>(&item)) return wish("do what is due", *command);
  if (const auto* work = std::get_if<WorkOn>(&item)) return work_on(*dataset_.state.run(work->run));
  time_ = std::get<LookAgain>(item).time;
}

void RandomHistory::work_on(const Run& run) {
  if (one_in(6)) {
    return wish("fail an attempt", FailAttempt{RunId(run.id), run.attempt, "it stumbled", !one_in(6)});
  }
  if (run.step == StepName::validate) return validate(run);
  if (run.step == StepName::categorize) return categorize(run);
  CommitBlock block{RunId(run.id), run.attempt, dataset_.state.position, {}, true};
  const std::uint32_t next = dataset_.state.topics_ever + 1;
  if (run.step == StepName::topics) {
    block.events = {
        topics_defined(dataset_.state.topics->version + 1, {{next, "first"}, {next + 1, "second"}}, run.id)};
  } else {
    block.events = {coverage_measured(run.id)};
  }
  wish("end a run", block);
}

void RandomHistory::validate(const Run& run) {
  std::uint64_t first = 1;
  const auto wants = [&](std::uint64_t number) {
    if (number > dataset_.state.records.size()) return false;
    const RecordRow& row = dataset_.state.records[number - 1];
    return row.is(unvalidated) && !row.is(deleted);
  };
  while (first <= dataset_.state.records.size() && (!wants(first) || one_in(9))) ++first;
  std::vector<Verdict> verdicts;
  while (wants(first + verdicts.size()) && verdicts.size() < 5) {
    Verdict verdict = one_in(5) ? invalid(static_cast<std::uint8_t>(1 + below(12)))
                                : valid(static_cast<unsigned>(below(contents_)), one_in(3));
    if (verdict.code == 0 && one_in(3)) verdict.span = 1 + static_cast<unsigned>(below(contents_));
    verdicts.push_back(verdict);
  }
  CommitBlock block{RunId(run.id), run.attempt, dataset_.state.position, {}, verdicts.empty() || one_in(4)};
  if (!verdicts.empty()) block.events = {records_validated(run.id, first, verdicts)};
  wish("validate " + std::to_string(verdicts.size()) + " from r" + std::to_string(first), block);
}

void RandomHistory::categorize(const Run& run) {
  const std::uint64_t records = dataset_.state.records.size();
  const std::uint64_t first = 1 + below(std::max<std::uint64_t>(records, 1));
  std::vector<Assigned> assigned;
  for (std::uint64_t number = first; number <= records && assigned.size() < 6; ++number) {
    assigned.push_back({one_in(5) ? 0 : some_leaf(), static_cast<float>(below(100)) / 100, 0});
  }
  CommitBlock block{RunId(run.id), run.attempt, dataset_.state.position, {}, one_in(2)};
  if (!assigned.empty()) block.events = {topics_assigned(run.id, first, assigned)};
  wish("categorize " + std::to_string(assigned.size()) + " from r" + std::to_string(first), block);
}

}  // namespace support
