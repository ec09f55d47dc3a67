#include "api/engine_handle.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace api {

namespace asio = boost::asio;
using engine::Answer;
using schemas::Result;

namespace {
using Given = std::function<void(engine::OnAnswer)>;

// `give` hands the command to the engine together with what is to be called with the answer.
asio::awaitable<Result<Answer>> ask(Given give) {
  auto answer = std::make_shared<Result<Answer>>();
  const auto initiate = [&give, &answer](auto handler) {
    auto executor = asio::get_associated_executor(handler);
    auto work = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    auto held = std::make_shared<decltype(handler)>(std::move(handler));
    give([held, executor, work, answer](Result<Answer> given) mutable {
      *answer = std::move(given);
      asio::post(executor, [mine = std::move(held)] { (*mine)(); });
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable);
  co_return std::move(*answer);
}
}  // namespace

asio::awaitable<Result<Answer>> EngineHandle::submit(schemas::DatasetId dataset, engine::Command command,
                                                     engine::Origin origin) {
  Given give = [&](engine::OnAnswer on_answer) {
    engine_->submit(dataset, std::move(command), std::move(origin), std::move(on_answer));
  };
  co_return co_await ask(std::move(give));
}

asio::awaitable<Result<Answer>> EngineHandle::create(engine::CreateDataset command, engine::Origin origin) {
  Given give = [&](engine::OnAnswer on_answer) {
    engine_->create(std::move(command), std::move(origin), std::move(on_answer));
  };
  co_return co_await ask(std::move(give));
}

asio::awaitable<Result<Answer>> EngineHandle::fork(schemas::DatasetId source, engine::ForkDataset command,
                                                   engine::Origin origin) {
  Given give = [&](engine::OnAnswer on_answer) {
    engine_->fork(source, std::move(command), std::move(origin), std::move(on_answer));
  };
  co_return co_await ask(std::move(give));
}

asio::awaitable<Result<Answer>> EngineHandle::take_in(engine::ArchiveWish wish, engine::Origin origin) {
  Given give = [&](engine::OnAnswer on_answer) {
    engine_->take_in(std::move(wish), std::move(origin), std::move(on_answer));
  };
  co_return co_await ask(std::move(give));
}

}  // namespace api
