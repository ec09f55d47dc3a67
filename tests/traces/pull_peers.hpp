// What Langfuse and vLLora answer, as far as it is asked: pages of what a test put there.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/llm/scripted_server.hpp"

namespace tests::traces {

struct Told {
  std::string trace;
  std::string id;
  std::int64_t begun = 0;  // µs UTC
  std::string answer = "yes";
};

// The head of a request, taken apart.
struct Asked {
  std::string path;
  std::map<std::string, std::string> query;  // %XX undone
  std::string head;
};
Asked asked_in(const std::string& request);

class PullPeer {
 public:
  PullPeer();
  virtual ~PullPeer() = default;

  void add(Told told);
  // Given each request before it is answered; a text that is not empty is sent in place of the answer.
  std::function<std::string(const Asked&, unsigned number)> before;
  // http://127.0.0.1:PORT
  [[nodiscard]] std::string base_url() const;
  [[nodiscard]] std::vector<Asked> asked() const;
  // A server of its own that is gone in the meantime.
  void stop() { server_.reset(); }

 protected:
  virtual std::string answer(const Asked& asked, std::vector<Told> told) = 0;

 private:
  std::string serve(const std::string& request, unsigned number);

  mutable std::mutex mutex_;
  std::vector<Told> told_;
  std::vector<Asked> asked_;
  std::unique_ptr<ScriptedServer> server_;
};

class LangfusePeer final : public PullPeer {
 public:
  bool has_v2 = true;

 protected:
  std::string answer(const Asked& asked, std::vector<Told> told) override;
};

class VlloraPeer final : public PullPeer {
 protected:
  std::string answer(const Asked& asked, std::vector<Told> told) override;

 private:
  unsigned turn_ = 0;
};

}  // namespace tests::traces
