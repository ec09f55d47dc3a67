#include <algorithm>

#include "api/cursor.hpp"
#include "api/handlers.hpp"
#include "api/json_body.hpp"
#include "api/json_views.hpp"
#include "api/model_names.hpp"
#include "api/time_text.hpp"
#include "api/trace_filter.hpp"
#include "engine/projections/coverage.hpp"

namespace api {

namespace {
Reply json_reply(const Json& body, unsigned status = 200) {
  Reply reply;
  reply.status = status;
  reply.body = to_bytes(body);
  return reply;
}

// One dataset in a list: what it is sorted by, and its bytes.
struct Listed {
  std::string key;  // sorts as text
  std::uint64_t id = 0;
  Bytes bytes;
};

std::string digits(std::uint64_t value) {
  std::string text = std::to_string(value);
  return std::string(20 - text.size(), '0') + text;
}

Result<std::string> key_of(const engine::DatasetState& state, std::string_view field) {
  if (field == "id") return std::string{};
  if (field == "name") return lower_case(state.name);
  if (field == "updated_at") return digits(static_cast<std::uint64_t>(state.time));
  if (field == "created_at") return digits(static_cast<std::uint64_t>(state.created_time));
  if (field == "records") return digits(state.counters.records);
  if (field == "balance") {
    std::vector<std::uint64_t> counts;
    counts.reserve(state.topic_counts.size());
    for (const auto& [topic, count] : state.topic_counts) counts.push_back(count.records);
    return counts.empty() ? digits(0)
                          : digits(1 + static_cast<std::uint64_t>(engine::balance_of(counts) * 1e9));
  }
  return fail(ErrorCode::invalid_argument,
              "one of id, name, updated_at, created_at, records, balance, with '-' before it for descending",
              "'" + std::string(field) + "'", {}, "?sort");
}

bool holds_text(const engine::DatasetState& state, const std::string& lower) {
  return lower_case(state.name).find(lower) != std::string::npos ||
         lower_case(state.objective).find(lower) != std::string::npos;
}

Result<std::vector<Listed>> listed(const Call& call, std::string_view field, bool descending) {
  const std::string search = lower_case(call.request.parameter("search").value_or(""));
  const auto status = call.request.parameter("status");
  std::vector<Listed> found;
  Result<void> outcome;
  call.services->hub.each([&](const engine::StatePtr& state) {
    if (!search.empty() && !holds_text(*state, search)) return;
    if (status && engine::canvas_of(*state).status != *status) return;
    auto key = key_of(*state, field);
    if (!key) {
      outcome = std::unexpected(key.error());
      return;
    }
    const auto render = [](const engine::DatasetState& s) { return to_bytes(dataset_view(s)); };
    found.push_back({std::move(*key), state->id,
                     call.services->hub.rendered(schemas::DatasetId(state->id), Hub::View::summary, render)});
  });
  if (!outcome) return std::unexpected(outcome.error());
  std::ranges::sort(found, [descending](const Listed& a, const Listed& b) {
    const auto order = std::tie(a.key, a.id) <=> std::tie(b.key, b.id);
    return descending ? order > 0 : order < 0;
  });
  return found;
}
}  // namespace

Result<Reply> list_datasets(const Call& call) {
  const std::string etag = "\"1-" + call.id.substr(0, call.id.find('-')) + "-" +
                           std::to_string(call.services->hub.revision()) + "\"";
  Reply reply;
  reply.headers = {{"ETag", etag}, {"Cache-Control", "private, no-cache"}};
  if (call.request.header("if-none-match") == etag) {
    reply.status = 304;
    return reply;
  }
  const auto limit = number_parameter(call.request, "limit", 100, 1, 1000);
  if (!limit) return std::unexpected(limit.error());
  const std::string sort(call.request.parameter("sort").value_or("id"));
  const bool descending = sort.starts_with('-');
  if (auto known = key_of({}, std::string_view(sort).substr(descending ? 1 : 0)); !known)
    return std::unexpected(known.error());
  const auto found = listed(call, std::string_view(sort).substr(descending ? 1 : 0), descending);
  if (!found) return std::unexpected(found.error());
  auto begin = found->begin();
  if (const auto cursor = call.request.parameter("cursor")) {
    const auto fields = cursor_fields(*cursor, sort, 2);
    if (!fields) return std::unexpected(fields.error());
    const auto after = std::pair((*fields)[0], whole_number((*fields)[1]).value_or(0));
    begin = std::ranges::find_if(*found, [&](const Listed& one) {
      const auto order = std::pair(one.key, one.id) <=> after;
      return descending ? order < 0 : order > 0;
    });
  }
  const auto end =
      begin + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(*limit), found->end() - begin);
  reply.body = "{\"items\":[";
  for (auto one = begin; one != end; ++one) {
    if (one != begin) reply.body += ',';
    reply.body += *one->bytes;
  }
  const bool more = end != found->end() && end != begin;
  const std::string next =
      more ? '"' + cursor_text(sort, {(end - 1)->key, std::to_string((end - 1)->id)}) + '"' : "null";
  reply.body += "],\"next\":" + next + ",\"total\":" + std::to_string(found->size()) + "}";
  return reply;
}

Result<Reply> get_dataset(const Call& call) {
  return json_reply(dataset_view(*call.state));
}

Result<Wish> prepare_create(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"name", "objective", "source"});
  engine::CreateDataset command{fields.text("name"), fields.text("objective"), schemas::Source::upload};
  if (const Json* source = fields.object("source")) {
    Fields inner(*source, "/source", {"type", "filter", "ids", "folding", "with_failed"});
    const std::string type = inner.choice("type", "upload", {"upload", "traces"});
    if (auto good = inner.good(); !good) return std::unexpected(good.error());
    if (type == "traces") {
      command.source = schemas::Source::trace;
      const auto selection = trace_selection_from(*source, inner, "/source");
      if (!selection) return std::unexpected(selection.error());
    }
  }
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return command;
}

Result<Reply> answer_created(const Call& /*call*/, const engine::Answer& answer,
                             const engine::DatasetState& state) {
  Reply reply = json_reply(dataset_view(state), 201);
  reply.headers.emplace_back("Location", "/api/v1/datasets/" + to_text(answer.dataset));
  return reply;
}

Result<Wish> prepare_change(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"name", "objective", "settings"});
  engine::ChangeDataset command{fields.optional_text("name"), fields.optional_text("objective"), {}};
  if (const Json* object = fields.object("settings")) {
    engine::Settings settings = call.state->settings;
    Fields inner(
        *object, "/settings",
        {"max_tokens", "min_user_characters", "encoding", "embedder", "label_model", "categorize_imports"});
    settings.max_tokens =
        static_cast<std::uint32_t>(inner.number("max_tokens", settings.max_tokens, 1, 10'000'000));
    settings.min_user_characters = static_cast<std::uint32_t>(
        inner.number("min_user_characters", settings.min_user_characters, 0, 1'000'000));
    settings.encoding = inner.choice("encoding", settings.encoding, {"o200k_base", "cl100k_base", "chars/4"});
    settings.embedder = embedder_in(call, inner, "embedder", settings.embedder);
    settings.label_model = model_in(call, *object, inner, "label_model", settings.label_model);
    settings.categorize_imports = inner.flag("categorize_imports", settings.categorize_imports);
    if (auto good = inner.good(); !good) return std::unexpected(good.error());
    command.settings = std::move(settings);
  }
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return engine::Command(std::move(command));
}

Result<Wish> prepare_delete(const Call& call) {
  const auto confirm = flag_parameter(call.request, "confirm");
  if (!confirm) return std::unexpected(confirm.error());
  return engine::Command(engine::DeleteDataset{confirm->value_or(false)});
}

Result<Wish> prepare_duplicate(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"name", "at"});
  engine::ForkDataset command{fields.text("name"), 0};
  if (fields.has("at")) {
    const Json& at = (*body)["at"];
    if (at.is_number_unsigned()) {
      command.at = fields.number("at", 0, 1, call.head);
    } else if (const auto time = at.is_string() ? from_rfc3339(at.get<std::string>()) : std::nullopt) {
      const auto position = call.services->engine.position_at(*call.dataset, *time);
      if (!position) return std::unexpected(position.error());
      command.at = *position;
      if (*position == 0) fields.refuse("at", "a time after the dataset was created", at.dump());
    } else {
      fields.refuse("at", "a position such as 120 or an RFC 3339 time", at.dump());
    }
  }
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return command;
}

Result<Reply> answer_dataset(const Call& /*call*/, const engine::Answer& /*answer*/,
                             const engine::DatasetState& state) {
  return json_reply(dataset_view(state));
}

}  // namespace api
