#include "steps/topics/calibrate.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace steps::topics {
namespace {

double log_loss(const Matrix& logits, std::span<const std::uint32_t> classes, double temperature) {
  double loss = 0;
  for (std::size_t sample = 0; sample < logits.rows; ++sample) {
    const auto row = logits.row(sample);
    const auto highest = static_cast<double>(*std::ranges::max_element(row));
    double total = 0;
    for (const float value : row) total += std::exp((static_cast<double>(value) - highest) / temperature);
    loss += std::log(total) - (static_cast<double>(row[classes[sample]]) - highest) / temperature;
  }
  return loss;
}

double error_at(const Matrix& logits, std::span<const std::uint32_t> classes, double temperature) {
  std::vector<double> confidences(logits.rows);
  const auto right = std::make_unique<bool[]>(logits.rows);
  for (std::size_t sample = 0; sample < logits.rows; ++sample) {
    const auto row = logits.row(sample);
    const auto best = std::ranges::max_element(row);
    double total = 0;
    for (const float value : row) total += std::exp(static_cast<double>(value - *best) / temperature);
    confidences[sample] = 1 / total;
    right[sample] = static_cast<std::uint32_t>(best - row.begin()) == classes[sample];
  }
  return expected_calibration_error(confidences, {right.get(), logits.rows});
}

}  // namespace

double expected_calibration_error(std::span<const double> confidences, std::span<const bool> right,
                                  std::size_t bins) {
  if (confidences.empty()) return 0;
  std::vector<double> gaps(bins);
  for (std::size_t sample = 0; sample < confidences.size(); ++sample) {
    const auto bin = static_cast<std::size_t>(confidences[sample] * static_cast<double>(bins));
    gaps[std::min(bin, bins - 1)] += confidences[sample] - (right[sample] ? 1.0 : 0.0);
  }
  double total = 0;
  for (const double gap : gaps) total += std::abs(gap);
  return total / static_cast<double>(confidences.size());
}

Calibration calibrate(const Matrix& logits, std::span<const std::uint32_t> classes) {
  Calibration calibration;
  if (logits.rows == 0) return calibration;
  // Golden section over ln(temperature): the loss has one minimum.
  constexpr double golden = 0.6180339887498949;
  double low = std::log(0.02);
  double high = std::log(20.0);
  double left = high - golden * (high - low);
  double right = low + golden * (high - low);
  double left_loss = log_loss(logits, classes, std::exp(left));
  double right_loss = log_loss(logits, classes, std::exp(right));
  for (int round = 0; round < 30; ++round) {
    if (left_loss <= right_loss) {
      high = right;
      right = left;
      right_loss = left_loss;
      left = high - golden * (high - low);
      left_loss = log_loss(logits, classes, std::exp(left));
    } else {
      low = left;
      left = right;
      left_loss = right_loss;
      right = low + golden * (high - low);
      right_loss = log_loss(logits, classes, std::exp(right));
    }
  }
  calibration.temperature = std::exp((low + high) / 2);
  calibration.samples = static_cast<std::uint32_t>(logits.rows);
  calibration.ece_before = error_at(logits, classes, 1);
  calibration.ece_after = error_at(logits, classes, calibration.temperature);
  return calibration;
}

}  // namespace steps::topics
