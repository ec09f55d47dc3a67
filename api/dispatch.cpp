#include "api/dispatch.hpp"

#include <random>

#include "api/digest.hpp"
#include "api/past.hpp"
#include "api/past_states.hpp"
#include "api/post_only.hpp"
#include "api/workers.hpp"

namespace api {

namespace asio = boost::asio;

namespace {
std::string refused_verb_text(const std::vector<Verb>& allowed) {
  std::string text;
  for (const Verb verb : allowed) text += (text.empty() ? "" : ", ") + std::string(name_of(verb));
  return text;
}

Reply no_such_route(const Request& request) {
  std::string nearest;
  for (const std::string_view pattern : near_matches(request))
    nearest += (nearest.empty() ? "" : ", ") + std::string(pattern);
  return problem({ErrorCode::not_found,
                  "a path that this daemon knows",
                  "'" + std::string(request.path_text().substr(0, 200)) + "'",
                  nearest.empty() ? "see /api/v1/openapi.json" : "near it: " + nearest,
                  {}});
}

Reply wrong_verb(const Request& request, const std::vector<Verb>& allowed) {
  const std::string names = refused_verb_text(allowed);
  Reply reply = problem({ErrorCode::invalid_argument, "one of " + names, request.method, {}, "method"}, 405);
  reply.headers.emplace_back("Allow", names);
  return reply;
}

Result<void> check_parameters(const Request& request, const Route& route) {
  if (route.parameters == "*") return {};
  const bool takes_at = !request.is_write() && !request.id("dataset").empty();
  for (const auto& [name, value] : request.query) {
    if (takes_at && name == "at") continue;
    const std::string known = " " + std::string(route.parameters) + " ";
    if (name.find(' ') == std::string::npos && known.find(" " + name + " ") != std::string::npos) continue;
    return fail(ErrorCode::invalid_argument,
                "query parameters of this path: " + std::string(takes_at ? "at " : "") +
                    (route.parameters.empty() && !takes_at ? "none" : std::string(route.parameters)),
                "'" + name + "'", {}, "?" + name);
  }
  return {};
}
}  // namespace

Dispatcher::Dispatcher(const Services& services, Keyring& keyring)
    : services_(&services),
      keyring_(&keyring),
      rate_(services.config.limits.requests_per_second, services.config.limits.burst) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::random_device random;
  for (int i = 0; i < 8; ++i) instance_ += digits[random() % 16];
}

std::variant<Dispatcher::Admitted, Reply> Dispatcher::admit(Request request) {
  if (auto good = check_host(services_->config, request); !good)
    return problem(good.error(), good.error().code == ErrorCode::forbidden ? 421 : 0);
  if (auto good = split_target(request); !good) return problem(good.error());
  const Match match = find_route(request);
  if (match.route == nullptr)
    return match.allowed.empty() ? no_such_route(request) : wrong_verb(request, match.allowed);
  Admitted admitted{{}, match.route};
  if (!match.route->open) {
    const unsigned wait = rate_.take(request.client, std::chrono::steady_clock::now());
    if (wait > 0) {
      Reply reply = problem({ErrorCode::busy,
                             "fewer requests from one client",
                             "more than the limit",
                             "wait " + std::to_string(wait) + " s",
                             {}},
                            429);
      reply.headers.back().second = std::to_string(wait);
      return reply;
    }
    auto identity = keyring_->identify(request);
    if (!identity) return problem(identity.error());
    if (auto good = check_role(*identity, match.route->role); !good) return problem(good.error());
    admitted.call.identity = std::move(*identity);
  }
  if (auto good = check_origin(request); !good) return problem(good.error());
  if (auto good = check_parameters(request, *match.route); !good) return problem(good.error());
  admitted.call.services = services_;
  admitted.call.id = instance_ + "-" + std::to_string(++requests_);
  admitted.call.request = std::move(request);
  return admitted;
}

asio::awaitable<void> Dispatcher::answer(Stream& stream, Request request) {
  auto admitted = admit(std::move(request));
  if (auto* refused = std::get_if<Reply>(&admitted)) {
    co_await stream.send(std::move(*refused));
    co_return;
  }
  auto& [call, route] = std::get<Admitted>(admitted);
  if (!call.request.id("dataset").empty()) {
    const auto found = co_await find_dataset(call);
    if (!found) {
      co_await stream.send(problem(found.error()));
      co_return;
    }
  }
  if (const auto* streaming = std::get_if<StreamHandler>(&route->handler)) {
    co_await (*streaming)(stream, std::move(call));
  } else if (const auto* writing = std::get_if<Write>(&route->handler)) {
    Reply reply = co_await write(stream, std::move(call), *writing);
    co_await stream.send(std::move(reply));
  } else if (const auto* either = std::get_if<Previewed>(&route->handler)) {
    const auto previews = flag_parameter(call.request, "preview");
    if (!previews) {
      co_await stream.send(problem(previews.error()));
    } else if (previews->value_or(false)) {
      co_await post_only(stream, std::move(call), either->preview);
    } else {
      Reply reply = co_await write(stream, std::move(call), either->write);
      co_await stream.send(std::move(reply));
    }
  } else {
    Reply reply = co_await read(std::move(call), std::get<ReadRoute>(route->handler));
    co_await stream.send(std::move(reply));
  }
}

asio::awaitable<Result<void>> Dispatcher::find_dataset(Call& call) {
  const auto id = schemas::dataset_id_from(call.request.id("dataset"));
  call.state = id ? services_->hub.state(*id) : nullptr;
  if (!call.state) {
    co_return fail(ErrorCode::not_found, "a dataset", "'" + std::string(call.request.id("dataset")) + "'",
                   "GET /api/v1/datasets lists them");
  }
  call.dataset = *id;
  call.head = call.state->position;
  const bool is_write = call.request.is_write();
  const auto at = is_write ? std::nullopt : call.request.parameter("at");
  if (at) co_return co_await go_to(call, std::string(*at));
  if (!is_write && call.state->deleted_at != 0) co_return std::unexpected(deleted_error(*call.state));
  if (!call.state->outline) co_return Result<void>{};
  auto whole = co_await state_at(*services_, *id, call.head);
  if (!whole) co_return std::unexpected(whole.error());
  call.state = std::move(*whole);
  co_return Result<void>{};
}

asio::awaitable<Reply> Dispatcher::read(Call call, ReadRoute route) {
  if (call.dataset) {
    const auto wanted = call.request.header("if-none-match");
    if (wanted && names_etag(*wanted, etag_of(call.state->position))) {
      Reply same;
      same.status = 304;
      add_position(same, call.state->position, services_->durability);
      co_return same;
    }
  }
  Result<Reply> reply = fail(ErrorCode::internal, "an answer", "none");
  if (route.where == On::api) {
    reply = route.handler(call);
  } else {
    std::function<Result<Reply>()> job = [&call, &route] { return route.handler(call); };
    reply = co_await on_worker(services_->workers, std::move(job));
  }
  if (!reply) co_return problem_of(call, reply.error());
  if (call.dataset && reply->status == 200) add_position(*reply, call.state->position, services_->durability);
  co_return std::move(*reply);
}

asio::awaitable<Reply> Dispatcher::write(Stream& stream, Call call, Write handler) {
  if (call.request.has_body) {
    const std::string_view type = call.request.header("content-type").value_or("");
    const std::string_view essence = trimmed(type.substr(0, type.find(';')));
    if (!equal_ignoring_case(essence, "application/json")) {
      const Error error{ErrorCode::unsupported_media_type,
                        "application/json",
                        type.empty() ? "no content type" : "'" + std::string(type) + "'",
                        {},
                        "Content-Type"};
      co_return problem(error);
    }
    stream.limit_body(services_->config.limits.body_bytes);
    std::string piece;
    do {
      const auto read = co_await stream.read_body(piece, 256U << 10U);
      if (!read) co_return problem(read.error());
      call.request.body += piece;
    } while (!piece.empty());
  }
  auto reply = co_await perform(call, handler);
  if (!reply) co_return problem_of(call, reply.error());
  co_return std::move(*reply);
}

asio::awaitable<Result<Reply>> Dispatcher::perform(Call& call, Write handler) {
  engine::Origin origin;
  if (auto good = fill_origin(call, origin); !good) co_return std::unexpected(good.error());
  Digest digest;
  add_question(digest, call.request.method, call.request.target);
  digest.add(call.request.body);
  origin.request = digest.result();
  if (!origin.idempotency_key.empty()) {
    const auto known = co_await remembered(*services_, origin.idempotency_key);
    if (!known) co_return std::unexpected(known.error());
    if (*known && same_hash((*known)->request, origin.request)) {
      const engine::Answer first{schemas::DatasetId((*known)->stream), (*known)->position, (*known)->subject,
                                 true};
      co_return co_await answer_after(call, handler, first);
    }
    if (*known) co_return std::unexpected(key_used_error(call));
  }
  if (call.state && call.state->deleted_at != 0) co_return std::unexpected(deleted_error(*call.state));
  std::function<Result<Wish>()> prepare = [&call, &handler] { return handler.prepare(call); };
  auto wish = co_await on_worker(services_->workers, std::move(prepare));
  if (!wish) co_return std::unexpected(wish.error());
  const auto answer = co_await submit(call, std::move(*wish), std::move(origin));
  if (!answer) co_return std::unexpected(answer.error());
  if (handler.afterwards != nullptr && !answer->repeated)
    handler.afterwards(call, *answer, co_await asio::this_coro::executor);
  co_return co_await answer_after(call, handler, *answer);
}

// The newest state may be ahead of what this command led to; the answer speaks of right after it.
asio::awaitable<Result<Reply>> Dispatcher::answer_after(const Call& call, Write handler,
                                                        engine::Answer answer) {
  const engine::StatePtr newest = services_->hub.state(answer.dataset);
  std::function<Result<Reply>()> render = [this, &call, &handler, &answer, &newest]() -> Result<Reply> {
    if (newest && newest->position == answer.position && !newest->outline)
      return handler.answer(call, answer, *newest);
    const auto folded = services_->past.at(answer.dataset, answer.position, newest);
    if (!folded) return std::unexpected(folded.error());
    return handler.answer(call, answer, **folded);
  };
  auto reply = co_await on_worker(services_->workers, std::move(render));
  if (reply) add_position(*reply, answer.position, services_->durability);
  co_return reply;
}

}  // namespace api
