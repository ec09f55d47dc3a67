// How good topics and categories are, and how fast: labelled sets in, one table each out.
//   topics [--assets DIR] [--names yes] [--speed no] [FILE.jsonl ...]
// A file holds chat records with metadata.label, and metadata.parent where labels have an upper level.
#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <map>
#include <thread>

#include "bench/measure.hpp"
#include "bench/topic_trials.hpp"
#include "steps/embed/local.hpp"
#include "steps/embed/packed.hpp"
#include "steps/topics/semantic_categorizer.hpp"

using namespace bench;
using namespace steps;

namespace {
void print(const char* method, const Agreement& found, double seconds = 0) {
  fmt::print("  {:<28}{:>7}{:>8.3f}{:>8.3f}{:>9.3f}{:>8.3f}", method, found.groups, found.nmi, found.ari,
             found.nmi, found.purity);
  if (seconds > 0) fmt::print("{:>9.2f}", seconds);
  fmt::print("\n");
}

// The labels that most of a topic's texts have, with their shares.
std::string labels_of(const topics::Topic& topic, const corpus::Labelled& data) {
  std::map<std::uint32_t, std::size_t> counts;
  for (const std::uint32_t row : topic.members) ++counts[data.labels[row]];
  std::vector<std::pair<std::size_t, std::uint32_t>> order;
  for (const auto& [label, count] : counts) order.emplace_back(count, label);
  std::ranges::sort(order, std::greater{});
  std::string text;
  for (std::size_t at = 0; at < std::min<std::size_t>(3, order.size()); ++at) {
    text +=
        fmt::format("{}{} {:.0f} %", at == 0 ? "" : ", ", data.label_names[order[at].second],
                    100 * static_cast<double>(order[at].first) / static_cast<double>(topic.members.size()));
  }
  return text;
}

void print_names(const topics::TopicProposal& proposal, const corpus::Labelled& data) {
  for (std::size_t at = 0; at < proposal.topics.size(); ++at) {
    const topics::Topic& topic = proposal.topics[at];
    const std::string place = at >= proposal.leaves ? "upper"
                              : topic.parent == topics::Topic::no_parent
                                  ? ""
                                  : "in \"" + proposal.topics[topic.parent].name + "\"";
    fmt::print("    {:<40}{:>6}  {:<50}{}\n", topic.name, topic.members.size(), labels_of(topic, data),
               place);
  }
}

void try_set(const std::string& file, const corpus::Labelled& data, const embed::Embedder& quality,
             const embed::Embedder& fast, bool names) {
  fmt::print("{}: {} records, {} labels, {} parents\n", file, data.texts.size(), data.label_names.size(),
             data.parent_count);
  fmt::print("  {:<28}{:>7}{:>8}{:>8}{:>9}{:>8}{:>9}\n", "auto topics, k not given", "topics", "NMI", "ARI",
             "V-meas.", "purity", "CPU s");
  const Embedded vectors = embedded(quality, data.texts);
  const Embedded light = embedded(fast, data.texts);
  const AutoTrial best = find(data, &vectors);
  print("quality", best.leaves, best.seconds);
  if (best.upper.groups > 0 && data.parent_count > 1) print("quality, upper level", best.upper);
  const AutoTrial lighter = find(data, &light);
  print("fast", lighter.leaves, lighter.seconds);
  const AutoTrial plain = find(data, nullptr);
  print("words", plain.leaves, plain.seconds);
  print("TF-IDF + k-means, k given", tfidf_kmeans(data));
  fmt::print("  {:<28}{:>7.3f}\n", "names with a label's word", best.names);
  if (names) print_names(best.proposal, data);
  fmt::print("  {:<28}{:>8}{:>8}{:>10}{:>12}{:>10}\n", "categorize", "accuracy", "ECE", "mean conf",
             "OOS AUROC", "fit CPU s");
  for (const std::size_t shots : std::vector<std::size_t>{0, 5, 20}) {
    const CategorizeTrial all = categorize(data, quality, vectors, shots, false);
    const CategorizeTrial some = categorize(data, quality, vectors, shots, true);
    fmt::print("  {:>2} shown per topic{:<11}{:>8.3f}{:>8.3f}{:>10.3f}{:>12.3f}{:>10.2f}\n", shots, "",
               all.accuracy, all.calibration_error, all.mean_confidence, some.out_of_scope, all.fit_seconds);
  }
  fmt::print("\n");
}

void try_speed(const corpus::Labelled& data, const std::string& assets) {
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  const auto quality = embed::local(assets, embed::Mode::quality, 1);
  const auto both = embed::local(assets, embed::Mode::quality, cores);
  const auto fast = embed::local(assets, embed::Mode::fast, 1);
  (void)embedded(*quality, {"load"});
  (void)embedded(*both, {"load"});
  double cpu = process_cpu_seconds();
  const Embedded vectors = embedded(*quality, data.texts);
  const auto texts = static_cast<double>(data.texts.size());
  fmt::print("quality, one thread   {:>10.0f} texts/CPU s\n", texts / (process_cpu_seconds() - cpu));
  const Stopwatch watch;
  (void)embedded(*both, data.texts);
  fmt::print("quality, {} threads    {:>10.0f} texts/s wall\n", cores, texts / watch.seconds());
  cpu = process_cpu_seconds();
  for (int round = 0; round < 20; ++round) (void)embedded(*fast, data.texts);
  fmt::print("fast, one thread      {:>10.0f} texts/CPU s\n", 20 * texts / (process_cpu_seconds() - cpu));
  const std::string packed = embed::pack(vectors.parts, vectors.rows.values);
  fmt::print("kept vector           {:>10.0f} bytes a record\n", static_cast<double>(packed.size()) / texts);
  const auto kept = must(embed::PackedVectors::open(std::make_shared<std::string>(packed)));
  std::vector<topics::TopicText> named;
  std::vector<topics::Example> examples;
  for (std::size_t label = 0; label < data.label_names.size(); ++label)
    named.push_back({static_cast<std::uint32_t>(label + 1), data.label_names[label], "", {}});
  for (std::size_t row = 0; row < data.texts.size() / 2; ++row)
    examples.push_back({data.texts[row], data.labels[row] + 1});
  std::vector<std::size_t> rows_of_topic;
  const Embedded words = embedded(*quality, topics::SemanticCategorizer::topic_texts(named, rows_of_topic));
  topics::Matrix half(examples.size(), vectors.rows.cols);
  std::copy_n(vectors.rows.values.begin(), half.values.size(), half.values.begin());
  cpu = process_cpu_seconds();
  const auto fitted = must(
      topics::SemanticCategorizer::fit({named, &words.rows, examples, &half, &vectors.rows, vectors.parts}));
  fmt::print("fit, {} examples    {:>10.2f} CPU s\n", examples.size(), process_cpu_seconds() - cpu);
  cpu = process_cpu_seconds();
  constexpr int rounds = 10;
  for (int round = 0; round < rounds; ++round) {
    topics::Matrix rows(kept.rows(), vectors.rows.cols);
    for (std::size_t row = 0; row < rows.rows; ++row) kept.unpack(row, rows.row(row));
    (void)fitted.assign(data.texts, rows);
  }
  fmt::print("assign, kept vectors  {:>10.0f} records/CPU s\n",
             rounds * texts / (process_cpu_seconds() - cpu));
  fmt::print("memory, the most      {:>10.0f} MiB\n", static_cast<double>(peak_memory()) / (1 << 20));
}
}  // namespace

int main(int argc, char** argv) {
  const std::string assets = option(argc, argv, "--assets", RFTD_BENCH_ASSETS);
  const bool names = option(argc, argv, "--names", "no") == "yes";
  const bool speed = option(argc, argv, "--speed", "yes") == "yes";
  std::vector<std::string> files;
  for (int at = 1; at < argc; ++at) {
    if (std::string(argv[at]).starts_with("--")) {
      ++at;
    } else {
      files.emplace_back(argv[at]);
    }
  }
  const std::string own = std::string(RFTD_BENCH_DATA) + "/topics/";
  if (files.empty()) files = {own + "clinc_3000.jsonl", own + "clinc_uneven_1130.jsonl", "chess"};
  const auto quality = embed::local(assets, embed::Mode::quality, std::thread::hardware_concurrency());
  const auto fast = embed::local(assets, embed::Mode::fast, std::thread::hardware_concurrency());
  for (const std::string& file : files) {
    const corpus::Labelled data = file == "chess" ? corpus::read_chess_sample() : corpus::read_path(file);
    if (data.texts.empty()) give_up("expected labelled records in " + file + ", found none");
    try_set(file.substr(file.find_last_of('/') + 1), data, *quality, *fast, names);
    if (speed && &file == &files.front()) try_speed(data, assets);
  }
}
