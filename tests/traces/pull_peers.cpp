#include "tests/traces/pull_peers.hpp"

#include <algorithm>
#include <ctime>

#include "steps/traces/call_values.hpp"

namespace tests::traces {

namespace {

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::strtol(text.substr(i + 1, 2).c_str(), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string moment(std::int64_t microseconds) {
  const std::time_t seconds = microseconds / 1'000'000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  char whole[60];
  std::snprintf(whole, sizeof whole, "%s.%03dZ", text, static_cast<int>(microseconds / 1000 % 1000));
  return whole;
}

std::int64_t time_of(const std::string& text) {
  return static_cast<std::int64_t>(steps::traces::read_time({true, text}).value_or(0) / 1000);
}

std::size_t number_of(const Asked& asked, const char* name, std::size_t otherwise) {
  const auto found = asked.query.find(name);
  return found == asked.query.end() ? otherwise : std::strtoul(found->second.c_str(), nullptr, 10);
}

std::string observation(const Told& told, bool is_v2) {
  // v2 gives input and output as texts.
  const std::string input =
      is_v2 ? R"("{\"messages\":[{\"role\":\"user\",\"content\":\"ask )" + told.id +
                  R"(\"}],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"search\"}}]}")"
            : R"({"messages":[{"role":"user","content":"ask )" + told.id + "\"}]}";
  const std::string output = is_v2 ? R"("{\"role\":\"assistant\",\"content\":\")" + told.answer + R"(\"}")"
                                   : R"({"role":"assistant","content":")" + told.answer + "\"}";
  return R"({"id":")" + told.id + R"(","traceId":")" + told.trace +
         R"(","type":"GENERATION","level":"DEFAULT","startTime":")" + moment(told.begun) +
         R"(","providedModelName":"m","input":)" + input + ",\"output\":" + output +
         R"(,"usageDetails":{"input":3,"output":2},"sessionId":"s","tags":["billing"]})";
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ",") + item;
  return out;
}

}  // namespace

Asked asked_in(const std::string& request) {
  Asked asked;
  asked.head = request;
  std::string target = request.substr(4, request.find(' ', 4) - 4);
  const auto mark = target.find('?');
  asked.path = target.substr(0, mark);
  std::string rest = mark == std::string::npos ? "" : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string one = rest.substr(0, rest.find('&'));
    rest.erase(0, std::min(rest.size(), one.size() + 1));
    const auto equals = one.find('=');
    asked.query[one.substr(0, equals)] = equals == std::string::npos ? "" : unescaped(one.substr(equals + 1));
  }
  return asked;
}

PullPeer::PullPeer()
    : server_(std::make_unique<ScriptedServer>(
          [this](const std::string& request, unsigned number) { return serve(request, number); })) {}

void PullPeer::add(Told told) {
  const std::lock_guard lock(mutex_);
  std::erase_if(told_, [&](const Told& other) { return other.id == told.id; });
  told_.push_back(std::move(told));
}

std::string PullPeer::base_url() const {
  std::string url = server_->base_url();
  return url.substr(0, url.rfind("/v1"));
}

std::vector<Asked> PullPeer::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

std::string PullPeer::serve(const std::string& request, unsigned number) {
  const Asked asked = asked_in(request);
  std::vector<Told> told;
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(asked);
    told = told_;
  }
  if (before) {
    if (std::string instead = before(asked, number); !instead.empty()) return instead;
  }
  std::ranges::sort(
      told, [](const Told& a, const Told& b) { return std::tie(a.begun, a.id) > std::tie(b.begun, b.id); });
  return answer(asked, std::move(told));
}

std::string LangfusePeer::answer(const Asked& asked, std::vector<Told> told) {
  if (asked.head.find("Authorization: Basic cGs6c2s=\r\n") == std::string::npos)  // pk:sk
    return response(401,
                    R"({"message":"Invalid credentials. Confirm that you've configured the correct host."})");
  const bool is_v2 = asked.path == "/api/public/v2/observations";
  if ((is_v2 && !has_v2) || (!is_v2 && asked.path != "/api/public/observations"))
    return response(404, "<html>This page could not be found</html>");
  if (asked.query.at("type") != "GENERATION") return response(400, R"({"message":"type?"})");
  const std::int64_t from = time_of(asked.query.at("fromStartTime"));
  std::erase_if(told, [&](const Told& one) {
    return one.begun < from ||
           (asked.query.contains("toStartTime") && one.begun >= time_of(asked.query.at("toStartTime")));
  });
  const std::size_t limit = number_of(asked, "limit", 50);
  if (!is_v2)
    told.erase(told.begin(), told.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                told.size(), (number_of(asked, "page", 1) - 1) * limit)));
  if (asked.query.contains("cursor")) {
    const std::string cursor = asked.query.at("cursor");
    std::erase_if(told, [&](const Told& one) { return moment(one.begun) + "+/=" + one.id >= cursor; });
  }
  const bool more = told.size() > limit;
  if (more) told.resize(limit);
  std::vector<std::string> items;
  for (const Told& one : told) items.push_back(observation(one, is_v2));
  const std::string meta =
      is_v2 && more ? R"({"cursor":")" + moment(told.back().begun) + "+/=" + told.back().id + "\"}" : "{}";
  return response(200, R"({"data":[)" + joined(items) + R"(],"meta":)" + meta + "}");
}

std::string VlloraPeer::answer(const Asked& asked, std::vector<Told> told) {
  if (asked.path != "/spans") return response(404, "");
  const auto from = static_cast<std::int64_t>(number_of(asked, "startTime", 0));
  const auto to = static_cast<std::int64_t>(number_of(asked, "endTime", SIZE_MAX >> 1U));
  std::erase_if(told, [&](const Told& one) { return one.begun < from || one.begun > to; });
  const std::size_t total = told.size();
  told.erase(told.begin(),
             told.begin() + static_cast<std::ptrdiff_t>(std::min(total, number_of(asked, "offset", 0))));
  told.resize(std::min(told.size(), number_of(asked, "limit", 100)));
  std::vector<std::string> items;
  for (const Told& one : told) {
    const std::string request =
        R"("request":"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"ask )" + one.id +
        R"(\"}]}")";
    const std::string output = R"("output":"{\"role\":\"assistant\",\"content\":\")" + one.answer + R"(\"}")";
    // The order of attributes is another each time.
    const bool swapped = ++turn_ % 2 == 0;
    items.push_back(R"({"trace_id":")" + one.trace + R"(","span_id":")" + one.id +
                    R"(","thread_id":"t1","parent_span_id":null,"operation_name":"openai","start_time_us":)" +
                    std::to_string(one.begun) + R"(,"finish_time_us":)" + std::to_string(one.begun + 1000) +
                    R"(,"attribute":{)" + (swapped ? request + "," + output : output + "," + request) +
                    R"(},"child_attribute":null,"run_id":null})");
  }
  return response(200, R"({"pagination":{"offset":0,"limit":100,"total":)" + std::to_string(total) +
                           R"(},"data":[)" + joined(items) + "]}");
}

}  // namespace tests::traces
