// POST …/records/erase: the contents of records, gone for good and from the past as well; the facts stay.
#include "steps/erase_records.hpp"

#include "api/handlers.hpp"
#include "api/json_body.hpp"

namespace api {

namespace {
constexpr std::size_t ids_max = 1000;

Result<std::vector<std::uint64_t>> ids_in(Fields& fields) {
  const Json* ids = fields.array("ids");
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  if (ids == nullptr || ids->empty() || ids->size() > ids_max) {
    return fail(ErrorCode::invalid_argument, "1 to 1,000 record ids",
                ids == nullptr ? "none" : std::to_string(ids->size()), R"(for example: {"ids": ["r5"]})",
                "/ids");
  }
  return record_numbers(*ids);
}
}  // namespace

Result<Wish> prepare_erase(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"ids", "confirm", "reason"});
  const bool confirm = fields.flag("confirm", false);
  const std::string reason = fields.optional_text("reason").value_or("");
  auto numbers = ids_in(fields);
  if (!numbers) return std::unexpected(numbers.error());
  engine::EraseRecords command;
  command.records = std::move(*numbers);
  // Reading and rewriting payloads only for a wish that may come true.
  if (confirm) {
    const engine::Engine& engine = call.services->engine;
    auto prepared =
        steps::prepare_erasure(engine.log(), *call.state, engine.blobs(), std::move(command.records));
    if (!prepared) return std::unexpected(prepared.error());
    command = std::move(*prepared);
  }
  command.confirm = confirm;
  command.reason = reason;
  return engine::Command(std::move(command));
}

Result<Reply> answer_erased(const Call& /*call*/, const engine::Answer& answer,
                            const engine::DatasetState& /*state*/) {
  Reply reply;
  reply.body = to_bytes(Json{{"affected", answer.subject}, {"position", answer.position}});
  return reply;
}

}  // namespace api
