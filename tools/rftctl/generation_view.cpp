#include "tools/rftctl/generation_view.hpp"

#include <fmt/format.h>

namespace rftctl {

namespace {
std::string two(const json& value) {
  return value.is_number() ? fmt::format("{:.2f}", value.get<double>()) : "-";
}

std::string name_of_topic(const json& topic, const char* field) {
  const std::string name = text(topic, field);
  return printable(name.empty() ? "(none)" : name);
}

std::string balance_line(const json& from) {
  return fmt::format("balance {} now, {} if all of it is made and accepted\n",
                     two(member(from, "balance_before")), two(member(from, "balance_after")));
}

std::string cost_text(const json& cost) {
  return cost.is_number() ? fmt::format(", about ${:.4f}", cost.get<double>())
                          : ", price of the model not configured";
}
}  // namespace

std::string plan_view(const Terminal& terminal, const json& plan) {
  std::string out =
      fmt::format("{} records in {} calls of {} by {}\n", with_commas(count(plan, "planned")),
                  with_commas(count(plan, "calls")), printable(text(plan, "model")), text(plan, "strategy"));
  out += balance_line(plan);
  out += fmt::format("about {} tokens in, {} out{}\n\n", with_commas(count(plan, "input_tokens")),
                     with_commas(count(plan, "output_tokens")), cost_text(member(plan, "cost_usd")));
  std::vector<std::vector<std::string>> rows{{"topic", "records>", "wanted>", "planned>"}};
  for (const json& topic : member(plan, "topics")) {
    rows.push_back({name_of_topic(topic, "name"), with_commas(count(topic, "records")),
                    with_commas(count(topic, "wanted")), with_commas(count(topic, "planned"))});
  }
  out += table(terminal, rows);
  for (const json& warning : member(plan, "warnings"))
    out += painted(terminal, Colour::yellow, "⚠ " + printable(warning.get<std::string>())) + "\n";
  return out + "nothing has been asked or spent yet\n";
}

std::string generation_view(const Terminal& terminal, const json& generation) {
  std::string out =
      fmt::format("{} {}: {} of {} planned records passed the filters, {} of {} calls\n",
                  text(generation, "id"), text(generation, "state"),
                  with_commas(count(generation, "generated")), with_commas(count(generation, "planned")),
                  with_commas(count(generation, "calls_done")), with_commas(count(generation, "calls")));
  if (!text(generation, "error").empty())
    out += painted(terminal, Colour::red, printable(text(generation, "error"))) + "\n";
  std::string rejected;
  for (const auto& [filter, number] : member(generation, "rejected").items()) {
    if (number.get<std::uint64_t>() > 0)
      rejected += fmt::format(" {} {}", with_commas(number.get<std::uint64_t>()), filter);
  }
  if (!rejected.empty()) out += "rejected:" + rejected + "\n";
  if (count(generation, "calls_failed") > 0)
    out += fmt::format("{} calls gave nothing readable\n", with_commas(count(generation, "calls_failed")));
  out += balance_line(generation);
  const json& spent = member(generation, "spent");
  out += fmt::format("spent {} tokens in, {} out\n\n", with_commas(count(spent, "input_tokens")),
                     with_commas(count(spent, "output_tokens")));
  std::vector<std::vector<std::string>> rows{{"topic", "planned>", "made>"}};
  for (const json& topic : member(generation, "topics")) {
    rows.push_back({name_of_topic(topic, "name"), with_commas(count(topic, "planned")),
                    with_commas(count(topic, "made"))});
  }
  out += table(terminal, rows);
  const std::string review = text(generation, "review");
  if (review == "pending") out += "waits for review: rftctl generate review DATASET --accept all\n";
  if (review == "done") {
    out += fmt::format("reviewed: {} added, {} dropped\n", with_commas(count(generation, "accepted")),
                       with_commas(count(generation, "dropped")));
  }
  return out;
}

std::string generations_view(const Terminal& terminal, const json& list) {
  std::vector<std::vector<std::string>> rows{{"run", "state", "strategy", "made>", "planned>", "review"}};
  for (const json& one : member(list, "items")) {
    rows.push_back({text(one, "id"), text(one, "state"), text(one, "strategy"),
                    with_commas(count(one, "generated")), with_commas(count(one, "planned")),
                    text(one, "review")});
  }
  return table(terminal, rows);
}

std::string generated_view(const Terminal& terminal, const json& list) {
  std::vector<std::vector<std::string>> rows{{"number>", "topic", "source", "like>", "kept", "prompt"}};
  for (const json& one : member(list, "items")) {
    const json& accepted = member(one, "accepted");
    rows.push_back({std::to_string(count(one, "number")), name_of_topic(one, "topic_name"),
                    text(one, "source"), two(member(one, "similarity")),
                    accepted.is_boolean() ? (accepted.get<bool>() ? "yes" : "no") : "-",
                    printable(text(one, "preview"))});
  }
  return table(terminal, rows);
}

}  // namespace rftctl
