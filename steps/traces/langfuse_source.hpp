// Langfuse: the generations of the project that the keys belong to, newest first.
// GET /api/public/v2/observations with a cursor; where a server has no v2 (404), the older
// GET /api/public/observations with page numbers, which tells neither sessions, users nor tags.
#pragma once

#include "steps/traces/pull_source.hpp"

namespace steps::traces {

class LangfuseSource final : public PullSource {
 public:
  [[nodiscard]] schemas::Result<PullRequest> request(const PullWindow& window, const std::string& cursor,
                                                     unsigned limit, const std::string& key) const override;
  [[nodiscard]] schemas::Result<PullPage> read(std::string_view body, const std::string& cursor,
                                               unsigned limit) const override;
  [[nodiscard]] bool asks_otherwise(unsigned status) override;
  [[nodiscard]] std::string hint(unsigned status) const override;

 private:
  bool is_v2_ = true;
};

}  // namespace steps::traces
