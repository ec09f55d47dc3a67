// Which topic a text belongs to, and how sure that is: keyword rule, else a classifier on word features.
// Pure: the same inputs make the same categorizer, byte for byte. `assign` is const and may run on many
// threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"
#include "steps/topics/calibrate.hpp"

namespace steps::topics {

struct TopicText {
  std::uint32_t id = 0;  // above 0, different for each
  std::string name;
  std::string description;
  std::vector<std::string> keywords;
};

struct Example {
  std::string_view text;  // must outlive the call of fit
  std::uint32_t topic = 0;
};

enum class Method : std::uint8_t { keyword, embedding };

struct Assignment {
  std::uint32_t topic = 0;
  double confidence = 0;  // 0..1, calibrated: among assignments with confidence c about c are right
  Method method = Method::embedding;
  std::uint32_t runner_up = 0;  // 0: there is only one topic
  bool operator==(const Assignment&) const = default;
};

struct CategorizerOptions {
  std::uint64_t seed = 1;
  std::size_t examples_max = 4'000;  // more are thinned out, seeded and evenly over the topics
  std::optional<Calibration>
      calibration;  // of an earlier fit on the same inputs: used instead of fitting one
  std::function<bool(double progress)> keep_going;  // false cancels
};

class Categorizer {
 public:
  // A keyword decides from this confidence on, unless the classifier is sure of something else.
  static constexpr double keyword_confidence_min = 0.9;
  // Without labelled examples nothing shows how often the classifier is right, so its softmax (at the prior
  // temperature) never counts for more than this: below the 0.7 from which a record is not looked at again.
  static constexpr double prior_confidence_max = 0.65;
  static constexpr double prior_temperature = 1.0;
  // From so many labelled examples on, the temperature is fitted on held-out folds.
  static constexpr std::size_t calibration_examples_min = 20;

  // `examples` may be empty, or lack some topics: names, descriptions and keywords stand in for them.
  // `corpus` are texts without labels that teach which words go together; give the texts that will be
  // assigned. Cost: (examples + corpus) for the features, then examples * topics * (words + 64) * 25 for each
  // of 6 trainings. Errors: invalid_argument (no topics, an id of 0 or twice, an example of an unknown
  // topic), cancelled.
  [[nodiscard]] static schemas::Result<Categorizer> fit(std::span<const TopicText> topics,
                                                        std::span<const Example> examples,
                                                        std::span<const std::string> corpus = {},
                                                        const CategorizerOptions& options = {});

  [[nodiscard]] Assignment assign(std::string_view text) const;

  // Same order as the examples given to fit: what a classifier that had not seen the example says of it, as
  // calibrated as any other assignment. Empty when the calibration was given or there were too few examples;
  // an example that was thinned out has topic 0.
  [[nodiscard]] std::span<const Assignment> held_out() const;

  [[nodiscard]] const Calibration& calibration() const;

  Categorizer(Categorizer&&) noexcept;
  Categorizer& operator=(Categorizer&&) noexcept;
  ~Categorizer();

 private:
  struct State;
  explicit Categorizer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace steps::topics
