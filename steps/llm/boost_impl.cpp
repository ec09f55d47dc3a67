// The parts of Asio and Beast that are compiled once (BOOST_ASIO_SEPARATE_COMPILATION and the like).
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
#include <boost/version.hpp>

static_assert(BOOST_VERSION >= 108100, "Boost 1.81 or newer: older Asio lacks what the coroutines here use");
