// From a request whose header has been read to its answer: gate, route, dataset and position, handler. Lives
// on the api thread.
#pragma once

#include "api/gate.hpp"
#include "api/routes.hpp"

namespace api {

class Dispatcher {
 public:
  Dispatcher(const Services& services, Keyring& keyring);

  // Answers through `stream`, in every case.
  boost::asio::awaitable<void> answer(Stream& stream, Request request);

 private:
  struct Admitted {
    Call call;
    const Route* route = nullptr;
  };
  std::variant<Admitted, Reply> admit(Request request);
  boost::asio::awaitable<Result<void>> find_dataset(Call& call);
  boost::asio::awaitable<Reply> read(Call call, ReadRoute route);
  boost::asio::awaitable<Reply> write(Stream& stream, Call call, Write handler);
  boost::asio::awaitable<Result<Reply>> perform(Call& call, Write handler);
  boost::asio::awaitable<Result<Reply>> answer_after(const Call& call, Write handler, engine::Answer answer);

  const Services* services_;
  Keyring* keyring_;
  RateLimit rate_;
  std::uint64_t requests_ = 0;
  std::string instance_;  // so that request ids of two starts differ
};

}  // namespace api
