// vLLora: the spans of one project, GET /spans, newest first, counted from the newest.
#pragma once

#include "steps/traces/pull_source.hpp"

namespace steps::traces {

class VlloraSource final : public PullSource {
 public:
  explicit VlloraSource(std::string project) : project_(std::move(project)) {}

  [[nodiscard]] schemas::Result<PullRequest> request(const PullWindow& window, const std::string& cursor,
                                                     unsigned limit, const std::string& key) const override;
  [[nodiscard]] schemas::Result<PullPage> read(std::string_view body, const std::string& cursor,
                                               unsigned limit) const override;
  [[nodiscard]] bool asks_otherwise(unsigned) override { return false; }
  [[nodiscard]] std::string hint(unsigned status) const override;

 private:
  std::string project_;
};

}  // namespace steps::traces
