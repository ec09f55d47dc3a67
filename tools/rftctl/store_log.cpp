#include <fmt/format.h>

#include <cstdio>
#include <ctime>

#include "tools/rftctl/json.hpp"
#include "tools/rftctl/store_verbs.hpp"
#include "tools/rftctl/text.hpp"

namespace rftctl {

namespace {

std::string time_text(std::int64_t microseconds) {
  const std::time_t seconds = microseconds / 1'000'000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, microseconds % 1'000'000);
}

std::string text_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string{} : text->str();
}

// The run, the event and the command that led here; what is not there is left out.
std::string cause_of(const schemas::Envelope& envelope) {
  std::string out;
  if (envelope.run() != 0) out += schemas::to_text(schemas::RunId(envelope.run()));
  if (envelope.cause() != 0) out += fmt::format("{}@{}", out.empty() ? "" : " ", envelope.cause());
  if (out.empty()) out = text_of(envelope.command());
  return out.empty() ? "–" : out;
}

// Null when the body is damaged or of a type that this build does not know.
json data_of(const store::EventView& event) {
  if (!schemas::verify_body(event.type(), event.body())) return {};
  return parse(schemas::to_json(event.type(), event.body()));
}

std::string line_of(const store::EventView& event, const Terminal& terminal) {
  const schemas::Envelope& envelope = event.envelope();
  const std::string head = fmt::format(
      "{:<7} {:>7}  {}  {}  {}  {}  ", stream_name(event.stream()), event.position(), time_text(event.time()),
      padded(schemas::name_of(event.type()), 23), padded(printable(text_of(envelope.actor())), 10),
      padded(printable(cause_of(envelope)), 16));
  const std::size_t left_over =
      terminal.is_terminal && terminal.width > head.size() + 10 ? terminal.width - columns_of(head) : 200;
  const json data = data_of(event);
  std::string line = head + (data.is_object() ? summary(data, left_over) : "(body cannot be read)");
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string json_of(const store::EventView& event) {
  const schemas::Envelope& envelope = event.envelope();
  json cause = json::object();
  if (const std::string command = text_of(envelope.command()); !command.empty()) cause["command"] = command;
  if (envelope.cause() != 0) cause["position"] = envelope.cause();
  if (envelope.run() != 0) cause["run"] = schemas::to_text(schemas::RunId(envelope.run()));
  const schemas::Hash* previous = envelope.prev_hash();
  const json whole{{"stream", stream_name(event.stream())},
                   {"position", event.position()},
                   {"global", event.global_position()},
                   {"time", time_text(event.time())},
                   {"type", schemas::name_of(event.type())},
                   {"version", event.version()},
                   {"actor", text_of(envelope.actor())},
                   {"cause", cause},
                   {"idempotency_key", text_of(envelope.idempotency_key())},
                   {"epoch", envelope.epoch()},
                   {"hash", schemas::to_text(store::hash_of(event))},
                   {"prev_hash", previous == nullptr ? std::string{} : schemas::to_text(*previous)},
                   {"data", data_of(event)}};
  return whole.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

int show_log(const LogSettings& settings) {
  const auto log = open_store(settings.store.data);
  if (!log) return tell(log.error());
  const auto wanted = dataset_in(**log, settings.store.dataset);
  if (!wanted) return tell(wanted.error());
  const Terminal terminal = terminal_of(1);
  for (const store::Head& head : (*log)->heads()) {
    if (*wanted && head.stream != (*wanted)->value()) continue;
    const schemas::Position to = settings.to.value_or(head.position);
    const auto scanned = (*log)->scan(head.stream, settings.from, to, [&](const store::EventView& event) {
      const std::string line = settings.store.json ? json_of(event) : line_of(event, terminal);
      return std::fwrite(line.data(), 1, line.size(), stdout) == line.size();
    });
    if (!scanned) return tell(failure_of(scanned.error()));
  }
  return exit_ok;
}

}  // namespace rftctl
