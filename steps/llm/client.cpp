#include "steps/llm/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "steps/llm/lane_impl.hpp"
#include "steps/llm/stream.hpp"
#include "steps/llm/wire.hpp"

namespace steps::llm {

namespace asio = boost::asio;
using schemas::ErrorCode;
using std::chrono::milliseconds;

namespace {

// Counts calls down and wakes who waits for all of them.
class Countdown {
 public:
  explicit Countdown(std::size_t count) : left_(count) {}
  void one_less() {
    const std::lock_guard lock(mutex_);
    if (--left_ == 0) zero_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    zero_.wait(lock, [&] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable zero_;
  std::size_t left_;
};

std::uint64_t estimated_tokens(const ChatRequest& request) {
  return (request.messages.size() + request.tools.size() + request.schema.size()) / 4 +
         request.max_tokens.value_or(256);
}

schemas::Result<void> check_json(const ChatRequest& request) {
  const auto check = [](std::string_view text, text::JsonKind kind,
                        const char* what) -> schemas::Result<void> {
    text::JsonIndex json;
    if (!json.parse(text) && json.is(json.root(), kind)) return {};
    return schemas::fail(ErrorCode::invalid_argument, std::string(what) + " in JSON",
                         "'" + beginning(text) + "'");
  };
  if (auto right = check(request.messages, text::JsonKind::array, "messages"); !right) return right;
  if (request.tools.empty()) return {};
  return check(request.tools, text::JsonKind::array, "tools");
}

using Vectors = std::vector<std::vector<float>>;

// The vectors of all requests, or why there are none: the calls that were ended because another had failed do
// not say it.
schemas::Result<Vectors> joined(std::vector<schemas::Result<Vectors>> parts) {
  const schemas::Error* failure = nullptr;
  for (const auto& part : parts) {
    if (!part && (failure == nullptr || failure->code == ErrorCode::cancelled)) failure = &part.error();
  }
  if (failure != nullptr) return std::unexpected(*failure);
  Vectors all;
  for (auto& part : parts) {
    for (auto& vector : *part) {
      if (!all.empty() && vector.size() != all.front().size()) {
        return schemas::fail(
            ErrorCode::corrupt, fmt::format("vectors of {} numbers, as before", all.front().size()),
            fmt::format("one of {}", vector.size()), "does one model answer at this address?");
      }
      all.push_back(std::move(vector));
    }
  }
  return all;
}

}  // namespace

struct Client::Impl {
  explicit Impl(std::vector<Provider> given) : providers(std::move(given)) {
    for (const Provider& provider : providers) lanes.emplace_back(io, provider);
    thread = std::thread([this] {
      pthread_setname_np(pthread_self(), "llm");
      io.run();
    });
  }
  ~Impl() {
    asio::post(io, [this] {
      for (Lane& lane : lanes) lane.cancel_all();
      guard.reset();
    });
    thread.join();
  }

  Lane& lane_of(const Provider* provider) {
    return lanes[static_cast<std::size_t>(provider - providers.data())];
  }

  // A task for the client's thread, and its end.
  void on_thread(const std::function<void()>& work) {
    std::promise<void> done;
    asio::post(io, [&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  struct Started {
    Lane* lane;
    std::shared_ptr<Call> call;
  };
  // Starts the calls and waits for all; a wish to stop cancels them.
  void run(const std::vector<Started>& calls, const std::stop_token& stop, Countdown& countdown) {
    asio::post(io, [&calls] {
      for (const Started& started : calls) started.lane->enqueue(started.call);
    });
    {
      const std::stop_callback cancel(stop, [&] {
        asio::post(io, [copy = calls] {
          for (const Started& started : copy) started.lane->hold(true);
          for (const Started& started : copy) started.lane->cancel(started.call);
          for (const Started& started : copy) started.lane->hold(false);
        });
      });
      countdown.wait();
    }
    // What the stop callback posted and the last `done` must be through before the calls are.
    on_thread([] {});
  }

  std::vector<Provider> providers;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{io.get_executor()};
  std::deque<Lane> lanes;
  std::thread thread;
};

Client::Client(std::vector<Provider> providers) : impl_(std::make_unique<Impl>(std::move(providers))) {}
Client::~Client() = default;

schemas::Result<Client::Target> Client::resolve(const std::string& model) const {
  const auto& providers = impl_->providers;
  if (providers.empty()) {
    return schemas::fail(ErrorCode::blocked, "a language model", "no provider configured",
                         "add a section [[models]] with name, base_url and models to rftd.toml");
  }
  if (const auto slash = model.find('/'); slash != std::string::npos) {
    for (const Provider& provider : providers) {
      if (provider.name == model.substr(0, slash)) return Target{&provider, model.substr(slash + 1)};
    }
  }
  std::vector<const Provider*> known;
  std::string names;
  for (const Provider& provider : providers) {
    if (std::ranges::find(provider.models, model) != provider.models.end()) known.push_back(&provider);
    for (const auto& name : provider.models)
      names += (names.empty() ? "" : ", ") + provider.name + "/" + name;
    if (provider.models.empty()) names += (names.empty() ? "" : ", ") + provider.name + "/<any>";
  }
  if (known.size() == 1) return Target{known.front(), model};
  if (known.empty() && providers.size() == 1 && providers.front().models.empty() && !model.empty())
    return Target{&providers.front(), model};
  return schemas::fail(ErrorCode::invalid_argument, "a model that is configured",
                       known.empty() ? "'" + model + "'" : "'" + model + "', which several providers have",
                       "there are: " + names);
}

schemas::Result<void> Client::check_model(const std::string& model) const {
  const auto target = resolve(model);
  if (!target) return std::unexpected(target.error());
  return {};
}

std::vector<schemas::Result<ChatAnswer>> Client::chat_all(std::span<const ChatRequest> requests,
                                                          const CallOptions& options) {
  std::vector<schemas::Result<ChatAnswer>> results(requests.size(), ChatAnswer{});
  std::vector<Impl::Started> calls;
  std::unordered_map<std::string, std::size_t> first_with;  // the same twice is asked once
  std::vector<std::size_t> same_as(requests.size());
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const std::string hash = request_hash(requests[i]);
    same_as[i] = first_with.try_emplace(hash, i).first->second;
    if (same_as[i] != i) continue;
    if (options.known) {
      if (auto known = options.known(hash)) {
        known->remembered = true;
        results[i] = std::move(*known);
        continue;
      }
    }
    const auto right = check_json(requests[i]);
    const auto target = resolve(requests[i].model);
    if (!right)
      results[i] = std::unexpected(right.error());
    else if (!target)
      results[i] = std::unexpected(target.error());
    else
      asked.push_back(i);
    if (!right || !target) continue;
    auto call = std::make_shared<Call>(impl_->io);
    call->path = "/chat/completions";
    call->model = target->model;
    call->tokens = estimated_tokens(requests[i]);
    call->body = [&request = requests[i], model = target->model](const Dialect& dialect) {
      return chat_body(request, model, dialect, false);
    };
    call->read = [&result = results[i], hash](std::string_view body, bool) -> schemas::Result<Usage> {
      result = read_chat(body);
      if (!result) return std::unexpected(result.error());
      result->request_hash = hash;
      return result->usage;
    };
    calls.push_back({&impl_->lane_of(target->provider), std::move(call)});
  }
  Countdown countdown(calls.size());
  for (std::size_t c = 0; c < calls.size(); ++c) {
    calls[c].call->done = [&result = results[asked[c]], &countdown, lane = calls[c].lane,
                           model = calls[c].call->model](schemas::Result<Ended> ended) {
      if (ended) {
        result->attempts = ended->attempts;
        result->latency = ended->latency;
        const auto& prices = lane->provider().prices;
        if (const auto price = prices.find(model); price != prices.end()) {
          result->cost_usd = (price->second.input * static_cast<double>(result->usage.input_tokens) +
                              price->second.output * static_cast<double>(result->usage.output_tokens)) /
                             1e6;
        }
      } else {
        result = std::unexpected(ended.error());
      }
      countdown.one_less();
    };
  }
  if (!calls.empty()) impl_->run(calls, options.stop, countdown);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (same_as[i] == i) continue;
    results[i] = results[same_as[i]];
    if (results[i]) results[i]->remembered = true;
  }
  return results;
}

schemas::Result<ChatAnswer> Client::chat(const ChatRequest& request, const CallOptions& options) {
  return std::move(chat_all(std::span(&request, 1), options).front());
}

schemas::Result<ChatAnswer> Client::stream(const ChatRequest& request, const CallOptions& options,
                                           OnText on_text) {
  const auto target = resolve(request.model);
  if (!target) return std::unexpected(target.error());
  if (const auto right = check_json(request); !right) return std::unexpected(right.error());
  schemas::Result<ChatAnswer> result = ChatAnswer{};
  auto reader = std::make_shared<StreamReader>();
  auto call = std::make_shared<Call>(impl_->io);
  Countdown countdown(1);
  call->path = "/chat/completions";
  call->model = target->model;
  call->tokens = estimated_tokens(request);
  std::string plain;  // a server that cannot stream answers in one piece, which is no event
  call->body = [&, model = target->model](const Dialect& dialect) {
    *reader = {};
    plain.clear();
    return chat_body(request, model, dialect, true);
  };
  call->read_piece = [&, reader](std::string_view piece) -> schemas::Result<void> {
    if (plain.empty() && !reader->has_begun() && piece.starts_with('{'))
      plain = piece;
    else if (!plain.empty())
      plain += piece;
    else
      return reader->feed(piece, on_text);
    return {};
  };
  call->has_begun = [reader] { return reader->has_begun(); };
  call->read = [&, reader](std::string_view, bool) -> schemas::Result<Usage> {
    result = plain.empty() ? reader->finish() : read_chat(plain);
    if (!result) {
      plain.clear();
      return std::unexpected(result.error());
    }
    if (!plain.empty() && on_text) on_text(result->text);
    return result->usage;
  };
  call->done = [&](schemas::Result<Ended> ended) {
    if (ended) {
      result->attempts = ended->attempts;
      result->latency = ended->latency;
      result->request_hash = request_hash(request);
    } else {
      result = std::unexpected(ended.error());
    }
    countdown.one_less();
  };
  impl_->run({{&impl_->lane_of(target->provider), call}}, options.stop, countdown);
  return result;
}

schemas::Result<std::vector<std::vector<float>>> Client::embed(const std::string& model,
                                                               std::span<const std::string> texts,
                                                               std::uint32_t dimensions,
                                                               const CallOptions& options) {
  const auto target = resolve(model);
  if (!target) return std::unexpected(target.error());
  const std::size_t at_once = std::max(1U, target->provider->texts_per_request_max);
  std::vector<Impl::Started> calls;
  std::vector<schemas::Result<std::vector<std::vector<float>>>> parts((texts.size() + at_once - 1) / at_once);
  Countdown countdown(parts.size());
  std::stop_source stop;  // of all calls, when one has failed for good
  const std::stop_callback stopped(options.stop, [&] { stop.request_stop(); });
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const auto some = texts.subspan(part * at_once, std::min(at_once, texts.size() - part * at_once));
    auto call = std::make_shared<Call>(impl_->io);
    call->path = "/embeddings";
    call->model = target->model;
    for (const auto& text : some) call->tokens += text.size() / 4 + 1;
    call->body = [some, dimensions, name = target->model](const Dialect&) {
      return embeddings_body(name, some, dimensions);
    };
    call->read = [some, &result = parts[part]](std::string_view body, bool) -> schemas::Result<Usage> {
      Usage usage;
      result = read_embeddings(body, some.size(), usage);
      if (!result) return std::unexpected(result.error());
      return usage;
    };
    call->done = [&result = parts[part], &stop, &countdown](const schemas::Result<Ended>& ended) {
      if (!ended) {
        result = std::unexpected(ended.error());
        stop.request_stop();
      }
      countdown.one_less();
    };
    calls.push_back({&impl_->lane_of(target->provider), std::move(call)});
  }
  if (!calls.empty()) impl_->run(calls, stop.get_token(), countdown);
  return joined(std::move(parts));
}

std::vector<ProviderStatus> Client::status(milliseconds timeout) {
  std::vector<ProviderStatus> all(impl_->providers.size());
  std::vector<Impl::Started> calls;
  Countdown countdown(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Provider& provider = impl_->providers[i];
    all[i].provider = provider.name;
    all[i].base_url = provider.base_url;
    all[i].models = provider.models;
    auto call = std::make_shared<Call>(impl_->io);
    call->method = "GET";
    call->path = "/models";
    call->total_timeout = timeout;
    call->read = [&status = all[i]](std::string_view body, bool) -> schemas::Result<Usage> {
      auto models = read_models(body);
      if (!models) return std::unexpected(models.error());
      if (status.models.empty()) status.models = std::move(*models);
      return Usage{};
    };
    call->done = [&status = all[i], &countdown](const schemas::Result<Ended>& ended) {
      status.reachable = ended.has_value();
      if (ended)
        status.latency = ended->latency;
      else
        status.error = ended.error().message();
      countdown.one_less();
    };
    calls.push_back({&impl_->lanes[i], std::move(call)});
  }
  if (!calls.empty()) impl_->run(calls, {}, countdown);
  return all;
}

std::vector<Traffic> Client::traffic() const {
  std::vector<Traffic> all;
  impl_->on_thread([&] {
    for (const Lane& lane : impl_->lanes) all.push_back(lane.traffic());
  });
  return all;
}

}  // namespace steps::llm
