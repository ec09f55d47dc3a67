// POSTs that ask something and change nothing: tests, checks, previews. Lives on the api thread; the handler
// runs on an api worker, with the whole body.
#pragma once

#include "api/stream.hpp"

namespace api {

boost::asio::awaitable<void> post_only(Stream& stream, Call call, Read handler);

}  // namespace api
