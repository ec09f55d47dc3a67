// POST …/pull: calls of the trace store become records. An import like any other, whose lines are made here;
// what is chosen, skipped and why is in its events, with the watermark from which the next pull goes on.
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <set>

#include "api/digest.hpp"
#include "api/grading_json.hpp"
#include "api/handlers.hpp"
#include "api/import_blocks.hpp"
#include "api/trace_filter.hpp"
#include "api/trace_json.hpp"
#include "api/workers.hpp"
#include "steps/import_lines.hpp"
#include "steps/traces/record_line.hpp"

namespace api {

namespace asio = boost::asio;
namespace traces = steps::traces;
using schemas::RunId;

namespace {
constexpr std::size_t calls_at_once = 200;

struct PullWish {
  TraceSelection selection;
  bool categorize = false;
};

// A body without filter and ids goes on with the dataset's last filter, from its watermark.
Result<PullWish> wish_from(const Json& body, const engine::DatasetState& state, const std::string& pointer) {
  PullWish wish;
  Fields fields(body, pointer, {"type", "filter", "ids", "folding", "with_failed", "categorize"});
  wish.categorize = fields.flag("categorize", false);
  auto selection = trace_selection_from(body, fields, pointer);
  if (!selection) return std::unexpected(selection.error());
  wish.selection = std::move(*selection);
  auto& calls = wish.selection.calls;
  if (calls.filter || !calls.numbers.empty()) return wish;
  if (state.pull && !state.pull->filter.empty()) {
    wish.selection.filter = state.pull->filter;
    auto filter = trace_filter_from(json_from(state.pull->filter), "the dataset's filter");
    if (!filter) return std::unexpected(filter.error());
    calls.filter = std::move(*filter);
    if (!fields.has("folding"))
      calls.folding = traces::folding_from_name(state.pull->folding).value_or(traces::Folding::not_a_prefix);
    if (!fields.has("with_failed")) calls.with_failed = state.pull->with_failed;
    calls.filter->after_sequence = state.pull->watermark;
    return wish;
  }
  return fail(ErrorCode::invalid_argument, "a filter or ids: this dataset has none yet to go on with",
              "neither", R"(send {"filter":{}} for every call)", pointer + "/filter");
}

// The records that there are, whether shown, deleted or erased; not those of imports that failed.
traces::AlreadyHere already_in(const engine::StatePtr& state) {
  auto spans = std::make_shared<std::set<steps::text::Hash128>>();
  auto contents = std::make_shared<std::set<steps::text::Hash128>>();
  for (std::uint64_t number = 1; number <= state->records.size(); ++number) {
    const engine::RecordRow& row = state->records[number - 1];
    const engine::Run* run = state->run(RunId(state->blocks[row.block].run));
    const bool was_dropped = run != nullptr && (run->state == engine::RunState::failed ||
                                                run->state == engine::RunState::cancelled);
    if (was_dropped || row.is(engine::staged)) continue;
    if (number <= state->spans.size()) spans->insert(state->spans[number - 1]);
    if (row.visible() && row.valid()) contents->insert(row.hash);
  }
  spans->erase(steps::text::Hash128{});
  contents->erase(steps::text::Hash128{});
  return {[spans](const steps::text::Hash128& key) { return spans->contains(key); },
          [contents](const steps::text::Hash128& key) { return contents->contains(key); }};
}

Json selected_view(const traces::SelectedCalls& selected) {
  return {{"matching", selected.matching},
          {"offered", selected.numbers.size()},
          {"skipped", counts_view(selected.skipped)},
          {"watermark", std::to_string(selected.watermark)}};
}

Reply pulled_reply(const Call& call, const engine::Run& run) {
  const engine::ImportProgress& import = *run.import;
  Json skipped = Json::object();
  if (import.pull) {
    for (const engine::SkippedCalls& one : import.pull->skipped) skipped[one.reason] = one.calls;
  }
  Reply reply = reply_with({{"run", to_text(RunId(run.id))},
                            {"pulled", import.imported},
                            {"valid", import.validated - import.invalid},
                            {"invalid", import.invalid},
                            {"duplicates", import.duplicates},
                            {"matching", import.pull ? import.pull->matching : 0},
                            {"skipped", std::move(skipped)},
                            {"watermark", std::to_string(import.pull ? import.pull->watermark : 0)},
                            {"position", run.ended_at}},
                           202);
  add_position(reply, run.ended_at, call.services->durability);
  return reply;
}

engine::BeginImport begin_of(const PullWish& wish, const engine::DatasetState& state) {
  engine::BeginImport begin;
  begin.parameters.source = schemas::Source::trace;
  begin.parameters.name = "traces";
  begin.parameters.categorize = wish.categorize;
  begin.parameters.pull = std::make_unique<schemas::PullParametersT>();
  schemas::PullParametersT& pull = *begin.parameters.pull;
  pull.filter = wish.selection.filter;
  pull.chosen = wish.selection.calls.numbers;
  pull.folding = traces::folding_name(wish.selection.calls.folding);
  pull.with_failed = wish.selection.calls.with_failed;
  pull.after = state.pull ? state.pull->watermark : 0;
  return begin;
}

schemas::TracesPulledT pulled_of(const traces::SelectedCalls& selected) {
  schemas::TracesPulledT pulled;
  pulled.matching = selected.matching;
  pulled.watermark = selected.watermark;
  for (const auto& [reason, calls] : selected.skipped) {
    pulled.skipped.push_back(std::make_unique<schemas::SkippedCallsT>());
    pulled.skipped.back()->reason = reason;
    pulled.skipped.back()->calls = calls;
  }
  return pulled;
}

// Makes the lines of the selected calls and stages them, some hundred at a time.
asio::awaitable<Result<steps::text::LineCounts>> stage(const Call& call,
                                                       const traces::SelectedCalls& selected,
                                                       bool with_failed, RunId run,
                                                       const engine::Origin& origin) {
  std::vector<engine::ImportBlock> cut;
  steps::ImportLines lines(steps::text::Encoding::identity,
                           [&cut, run](engine::ImportBlock block) -> Result<void> {
                             block.run = run;
                             cut.push_back(std::move(block));
                             return {};
                           });
  ImportBlocks blocks(call, co_await asio::this_coro::executor);
  std::span<const std::uint64_t> rest = selected.numbers;
  Result<steps::text::LineCounts> counts = steps::text::LineCounts{};
  Result<void> outcome;
  bool ended = false;
  while (outcome && !ended) {
    const auto some = rest.first(std::min(rest.size(), calls_at_once));
    rest = rest.subspan(some.size());
    ended = some.empty();
    std::function<Result<void>()> work = [&]() -> Result<void> {
      if (ended) {
        counts = lines.finish();
        return counts ? Result<void>{} : std::unexpected(counts.error());
      }
      return call.services->traces.each(some, [&](const traces::FoundCall& found) -> Result<void> {
        const auto line = traces::record_line(found.call, {.with_failed = with_failed});
        return line ? lines.feed(*line + "\n") : Result<void>{};
      });
    };
    outcome = co_await on_worker(call.services->workers, std::move(work));
    for (engine::ImportBlock& block : cut) {
      if (outcome) outcome = co_await blocks.send(std::move(block), origin);
    }
    cut.clear();
  }
  // Blocks under way refer to this frame: wait for them whatever happened.
  const auto landed = co_await blocks.until_at_most(0);
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!landed) co_return std::unexpected(landed.error());
  co_return counts;
}

asio::awaitable<Result<traces::SelectedCalls>> select(const Call& call, const PullWish& wish) {
  std::function<Result<traces::SelectedCalls>()> job = [&] {
    return select_calls(call.services->traces, wish.selection.calls, already_in(call.state));
  };
  co_return co_await on_worker(call.services->workers, std::move(job));
}

// Nothing is begun when nothing is offered.
asio::awaitable<Result<Reply>> pull(const Call& call, const PullWish& wish, engine::Origin origin) {
  const auto selected = co_await select(call, wish);
  if (!selected) co_return std::unexpected(selected.error());
  if (selected->numbers.empty()) {
    Json told = selected_view(*selected);
    told.erase("offered");
    told["run"] = Json();
    told["pulled"] = 0;
    told["position"] = call.state->position;
    Reply reply = reply_with(told, 202);
    add_position(reply, call.state->position, call.services->durability);
    co_return reply;
  }
  engine::Origin begin_origin = origin;
  begin_origin.idempotency_key.clear();
  engine::Command begin(begin_of(wish, *call.state));
  const auto begun = co_await submit(call, std::move(begin), begin_origin);
  if (!begun) co_return std::unexpected(begun.error());
  const RunId run(begun->subject);
  begin_origin.if_match.reset();
  origin.if_match.reset();
  const auto counts = co_await stage(call, *selected, wish.selection.calls.with_failed, run, begin_origin);
  Result<engine::Answer> answer = Result<engine::Answer>(engine::Answer{});
  if (counts) {
    engine::ReceiveImport received{run, counts->lines, counts->blank, counts->bytes_out,
                                   pulled_of(*selected)};
    engine::Command receive(std::move(received));
    answer = co_await submit(call, std::move(receive), std::move(origin));
  }
  if (counts && answer) {
    const auto ended = co_await import_ended(*call.services, *call.dataset, run);
    if (!ended) co_return std::unexpected(ended.error());
    co_return pulled_reply(call, *ended);
  }
  const Error why = counts ? answer.error() : counts.error();
  engine::Command drop(engine::FailImport{run, why.message()});
  const auto dropped = co_await submit(call, std::move(drop), begin_origin);
  static_cast<void>(dropped);
  co_return std::unexpected(why);
}

asio::awaitable<Result<Reply>> answer_pull(Stream& stream, Call& call) {
  const auto wants_preview = flag_parameter(call.request, "preview");
  if (!wants_preview) co_return std::unexpected(wants_preview.error());
  engine::Origin origin;
  if (auto good = fill_origin(call, origin); !good) co_return std::unexpected(good.error());
  stream.limit_body(call.services->config.limits.body_bytes);
  std::string piece;
  do {
    if (auto read = co_await stream.read_body(piece, 256U << 10U); !read)
      co_return std::unexpected(read.error());
    call.request.body += piece;
  } while (!piece.empty());
  Digest digest;
  add_question(digest, call.request.method, call.request.target);
  digest.add(call.request.body);
  origin.request = digest.result();
  if (!origin.idempotency_key.empty()) {
    const auto known = co_await remembered(*call.services, origin.idempotency_key);
    if (!known) co_return std::unexpected(known.error());
    if (*known) {
      if (!same_hash((*known)->request, origin.request)) co_return std::unexpected(key_used_error(call));
      const auto ended = co_await import_ended(*call.services, *call.dataset, RunId((*known)->subject));
      if (!ended) co_return std::unexpected(ended.error());
      co_return pulled_reply(call, *ended);
    }
  }
  if (call.state->deleted_at != 0) co_return std::unexpected(deleted_error(*call.state));
  const auto body = body_of(call);
  if (!body) co_return std::unexpected(body.error());
  const auto wish = wish_from(*body, *call.state, "");
  if (!wish) co_return std::unexpected(wish.error());
  if (!wants_preview->value_or(false)) co_return co_await pull(call, *wish, std::move(origin));
  const auto selected = co_await select(call, *wish);
  if (!selected) co_return std::unexpected(selected.error());
  Reply reply = reply_with(selected_view(*selected));
  add_position(reply, call.state->position, call.services->durability);
  co_return reply;
}

asio::awaitable<void> first_pull(Call call) {
  const auto body = body_of(call);
  if (!body) co_return;
  const auto wish = wish_from((*body)["source"], *call.state, "/source");
  if (!wish) co_return;
  engine::Origin origin;
  if (!fill_origin(call, origin)) co_return;
  origin.idempotency_key.clear();
  origin.if_match.reset();
  const auto pulled = co_await pull(call, *wish, std::move(origin));
  if (!pulled) spdlog::warn("{}: the first pull: {}", to_text(*call.dataset), pulled.error().message());
}
}  // namespace

asio::awaitable<void> post_pull(Stream& stream, Call call) {
  auto reply = co_await answer_pull(stream, call);
  if (!reply) reply = problem_of(call, reply.error());
  co_await stream.send(std::move(*reply));
}

void start_first_pull(const Call& call, const engine::Answer& answer, const asio::any_io_executor& executor) {
  Call first = call;
  first.dataset = answer.dataset;
  first.state = call.services->hub.state(answer.dataset);
  if (!first.state || first.state->source != schemas::Source::trace) return;
  asio::co_spawn(executor, first_pull(std::move(first)), asio::detached);
}

}  // namespace api
