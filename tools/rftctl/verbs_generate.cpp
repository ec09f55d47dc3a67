#include <fmt/format.h>

#include "tools/rftctl/generation_view.hpp"
#include "tools/rftctl/verbs.hpp"

namespace rftctl {

namespace {
// The run that was named, else the newest generation.
Result<std::string> generation_named(Context& context, const std::string& id, const std::string& run) {
  if (!run.empty()) return run;
  const auto list = context.client().get(path_of({id, "generations"}) + "?limit=1");
  if (!list) return std::unexpected(list.error());
  const json items = list->document().value("items", json::array());
  if (items.empty()) return failed("nothing was generated yet; rftctl generate start DATASET");
  return text(items.front(), "id");
}

json body_of(const GenerateWanted& wanted) {
  json body = json::object();
  if (!wanted.model.empty()) body["model"] = wanted.model;
  if (!wanted.strategy.empty()) body["strategy"] = wanted.strategy;
  if (!wanted.count.empty()) body["count"] = std::stoull(wanted.count);
  if (!wanted.temperature.empty()) body["temperature"] = std::stod(wanted.temperature);
  if (!wanted.share.empty()) body["synthetic_share_max"] = std::stod(wanted.share);
  if (!wanted.variations.empty()) body["variations_per_record"] = std::stoull(wanted.variations);
  if (!wanted.seed.empty()) body["seed"] = std::stoull(wanted.seed);
  if (!wanted.topics.empty()) body["topics"] = wanted.topics;
  if (!wanted.records.empty()) body["records"] = wanted.records;
  return body;
}
}  // namespace

int generate_records(Context& context, const std::string& dataset, const GenerateWanted& wanted) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const std::string path = path_of({*id, "generate"});
  if (wanted.preview) {
    return context.show(context.client().send("POST", path + "?preview=true", body_of(wanted)),
                        [&](const json& plan) { return plan_view(context.terminal(), plan); });
  }
  const auto answer = context.client().send("POST", path, body_of(wanted));
  if (!wanted.wait || !answer) return show_requested_run(context, *id, answer, false);
  const std::string run = text(answer->document(), "run");
  if (const int ended = show_requested_run(context, *id, answer, true); ended != exit_ok) return ended;
  return show_generation(context, dataset, run);
}

int list_generations(Context& context, const std::string& dataset, const Page& page) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  return context.show(
      context.client().get(path_of({*id, "generations"}) +
                           Query().add("limit", page.limit).add("cursor", page.cursor).text()),
      [&](const json& list) { return generations_view(context.terminal(), list); });
}

int show_generation(Context& context, const std::string& dataset, const std::string& run) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const auto named = generation_named(context, *id, run);
  if (!named) return context.tell(named.error());
  return context.show(context.client().get(path_of({*id, "generations", *named})),
                      [&](const json& answer) { return generation_view(context.terminal(), answer); });
}

int show_generated(Context& context, const std::string& dataset, const std::string& run, const Page& page) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const auto named = generation_named(context, *id, run);
  if (!named) return context.tell(named.error());
  const std::string query = Query().add("limit", page.limit).add("cursor", page.cursor).text();
  return context.show(context.client().get(path_of({*id, "generations", *named, "records"}) + query),
                      [&](const json& list) { return generated_view(context.terminal(), list); });
}

int review_generation(Context& context, const std::string& dataset, const ReviewWanted& wanted) {
  json body = json::object();
  if (!wanted.accept.empty()) body["accept"] = wanted.accept;
  if (!wanted.numbers.empty()) body["accept"] = wanted.numbers;
  if (!wanted.reject.empty()) body["reject"] = wanted.reject;
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const auto named = generation_named(context, *id, wanted.run);
  if (!named) return context.tell(named.error());
  return context.show(context.client().send("POST", path_of({*id, "generations", *named, "review"}), body),
                      [&](const json& answer) { return generation_view(context.terminal(), answer); });
}

}  // namespace rftctl
