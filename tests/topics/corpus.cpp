#include "tests/topics/corpus.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace corpus {
namespace {

using nlohmann::json;

// Of a record, whose messages may stand in its `input`.
std::string last_user_text(const json& record) {
  std::string text;
  if (record.is_object() && record.contains("input")) return last_user_text(record["input"]);
  if (!record.is_object() || !record.contains("messages") || !record["messages"].is_array()) return text;
  for (const json& message : record["messages"]) {
    if (!message.is_object() || message.value("role", json{}) != "user") continue;
    if (message.contains("content") && message["content"].is_string())
      text = message["content"].get<std::string>();
  }
  return text;
}

std::uint32_t number(std::map<std::string, std::uint32_t>& numbers, const std::string& name) {
  return numbers.emplace(name, static_cast<std::uint32_t>(numbers.size())).first->second;
}

struct Tables {
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> both;
  std::map<std::uint32_t, double> left;
  std::map<std::uint32_t, double> right;
  double rows = 0;
};

Tables count(const std::vector<std::uint32_t>& left, const std::vector<std::uint32_t>& right) {
  Tables tables;
  tables.rows = static_cast<double>(left.size());
  for (std::size_t row = 0; row < left.size(); ++row) {
    ++tables.both[{left[row], right[row]}];
    ++tables.left[left[row]];
    ++tables.right[right[row]];
  }
  return tables;
}

}  // namespace

Labelled read(const std::string& file) {
  return read_path(std::string(RFTD_TEST_DATA) + "/" + file);
}

Labelled read_path(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("expected the file " + path);
  Labelled all;
  std::map<std::string, std::uint32_t> labels;
  std::map<std::string, std::uint32_t> parents;
  for (std::string line; std::getline(in, line);) {
    const json record = json::parse(line);
    const std::string text = last_user_text(record);
    if (text.empty()) continue;
    const json& metadata = record["metadata"];
    const std::string source = metadata.value("source", "");
    all.texts.push_back(text);
    all.labels.push_back(number(labels, metadata.value("label", source)));
    all.parents.push_back(number(parents, metadata.value("parent", source)));
  }
  all.label_names.resize(labels.size());
  for (const auto& [name, index] : labels) all.label_names[index] = name;
  all.parent_count = parents.size();
  return all;
}

Labelled read_chess_sample() {
  const std::string base = std::string(RFTD_TEST_SOURCE) + "/tools/sample/chess_tutor";
  std::ifstream records(base + ".jsonl");
  std::ifstream topics(base + ".labels.jsonl");
  Labelled all;
  std::map<std::string, std::uint32_t> labels;
  for (std::string line, topic; std::getline(records, line) && std::getline(topics, topic);) {
    const json label = json::parse(topic);
    const std::string text = last_user_text(json::parse(line, nullptr, false));
    if (!label.contains("topic") || text.empty()) continue;
    all.texts.push_back(text);
    all.labels.push_back(number(labels, label["topic"].get<std::string>()));
  }
  all.label_names.resize(labels.size());
  for (const auto& [name, index] : labels) all.label_names[index] = name;
  return all;
}

Labelled with_labels(const Labelled& all, std::size_t first, std::size_t step, std::size_t count) {
  std::vector<std::string> sorted = all.label_names;
  std::ranges::sort(sorted);
  Labelled some;
  for (std::size_t index = 0; index < count; ++index)
    some.label_names.push_back(sorted[first + index * step]);
  for (std::size_t row = 0; row < all.texts.size(); ++row) {
    const auto found = std::ranges::find(some.label_names, all.label_names[all.labels[row]]);
    if (found == some.label_names.end()) continue;
    some.texts.push_back(all.texts[row]);
    some.labels.push_back(static_cast<std::uint32_t>(found - some.label_names.begin()));
    some.parents.push_back(all.parents[row]);
  }
  return some;
}

double nmi(const std::vector<std::uint32_t>& left, const std::vector<std::uint32_t>& right) {
  const Tables tables = count(left, right);
  double shared = 0;
  for (const auto& [pair, rows] : tables.both) {
    shared += rows / tables.rows *
              std::log(rows * tables.rows / (tables.left.at(pair.first) * tables.right.at(pair.second)));
  }
  double entropies = 0;
  for (const auto* side : {&tables.left, &tables.right}) {
    for (const auto& [group, rows] : *side) entropies -= rows / tables.rows * std::log(rows / tables.rows);
  }
  return entropies > 0 ? 2 * shared / entropies : 1;
}

double ari(const std::vector<std::uint32_t>& left, const std::vector<std::uint32_t>& right) {
  const Tables tables = count(left, right);
  const auto pairs = [](double rows) { return rows * (rows - 1) / 2; };
  double both = 0;
  double in_left = 0;
  double in_right = 0;
  for (const auto& [pair, rows] : tables.both) both += pairs(rows);
  for (const auto& [group, rows] : tables.left) in_left += pairs(rows);
  for (const auto& [group, rows] : tables.right) in_right += pairs(rows);
  const double expected = in_left * in_right / pairs(tables.rows);
  return (both - expected) / ((in_left + in_right) / 2 - expected);
}

double purity(const std::vector<std::uint32_t>& groups, const std::vector<std::uint32_t>& labels) {
  std::map<std::uint32_t, double> largest;
  const Tables tables = count(groups, labels);
  for (const auto& [pair, rows] : tables.both) largest[pair.first] = std::max(largest[pair.first], rows);
  double total = 0;
  for (const auto& [group, rows] : largest) total += rows;
  return total / tables.rows;
}

}  // namespace corpus
