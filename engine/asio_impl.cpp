// The bodies of Asio's functions, compiled once for the whole project (BOOST_ASIO_SEPARATE_COMPILATION).
// Every file that includes an Asio header must see the same definitions, or layouts differ: link asio_impl.
#include <boost/asio/impl/src.hpp>
