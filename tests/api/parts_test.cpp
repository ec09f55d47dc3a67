// The parts that need no daemon: times, cursors, targets of requests, configuration, buckets, the parser.
#include <fstream>

#include "api/config.hpp"
#include "api/cursor.hpp"
#include "api/gate.hpp"
#include "api/http_parser.hpp"
#include "api/problem.hpp"
#include "api/record_query.hpp"
#include "api/record_text.hpp"
#include "api/time_text.hpp"
#include "tests/api/api_support.hpp"

namespace {
std::string error_in_config(const std::string& text) {
  support::TempFolder folder;
  const std::string path = folder / "rftd.toml";
  std::ofstream(path) << text;
  const auto config = api::config_from_file(path);
  REQUIRE(!config);
  std::string message = config.error().message();
  return message.replace(message.find(path), path.size(), "rftd.toml");
}

api::Request parsed(const std::string& target) {
  api::Request request;
  request.target = target;
  REQUIRE(api::split_target(request));
  return request;
}
}  // namespace

TEST_CASE("times are read and written as RFC 3339", "[api][parts]") {
  REQUIRE(api::rfc3339(0) == "1970-01-01T00:00:00Z");
  REQUIRE(api::rfc3339(1'000'001) == "1970-01-01T00:00:01.000001Z");
  REQUIRE(api::rfc3339(-1) == "1969-12-31T23:59:59.999999Z");
  REQUIRE(api::rfc3339(*api::from_rfc3339("0237-07-22T12:03:11Z")) == "0237-07-22T12:03:11Z");
  for (const std::int64_t time : {0LL, 1'790'000'000'123'456LL, 951'782'400'000'000LL})
    REQUIRE(api::from_rfc3339(api::rfc3339(time)) == time);
  REQUIRE(api::from_rfc3339("1970-01-01T02:00:00+02:00") == 0);
  REQUIRE(api::from_rfc3339("1970-01-01t00:00:00.5z") == 500'000);
  for (const char* wrong :
       {"", "1970", "1970-13-01T00:00:00Z", "1970-02-30T00:00:00Z", "1970-01-01T24:00:00Z",
        "1970-01-01T00:00:00", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00Zx", "-970-01-01T00:00:00Z"}) {
    INFO(wrong);
    REQUIRE(!api::from_rfc3339(wrong));
  }
}

TEST_CASE("a target is split into decoded segments and parameters", "[api][parts]") {
  const api::Request request = parsed("/a%2Fb/c/?q=x+y%2B&empty=&flag");
  REQUIRE(request.path == std::vector<std::string>{"a/b", "c", ""});
  REQUIRE(request.parameter("q") == "x y+");
  REQUIRE(request.parameter("empty") == "");
  REQUIRE(request.parameter("flag") == "");
  REQUIRE(!request.parameter("other"));
  REQUIRE(parsed("/").path.empty());
  for (const char* wrong : {"", "a", "*", "http://a/b", "/%", "/%4", "/%zz", "/%00", "/?a=1&a=2"}) {
    api::Request bad;
    bad.target = wrong;
    INFO(wrong);
    REQUIRE(!api::split_target(bad));
  }
}

TEST_CASE("a cursor comes back as what went in, and only in its own list", "[api][parts]") {
  for (const std::string& text :
       {std::string(), std::string("a"), std::string("ab"), std::string("abc"), std::string("\0\xff", 2)})
    REQUIRE(api::from_base64url(api::base64url(text)) == text);
  const std::string cursor = api::cursor_text("-name", {"a key", "7"});
  REQUIRE(api::cursor_fields(cursor, "-name", 2) == std::vector<std::string>{"a key", "7"});
  REQUIRE(!api::cursor_fields(cursor, "name", 2));
  REQUIRE(!api::cursor_fields("AAAA", "name", 2));
  REQUIRE(!api::cursor_fields("not a cursor", "name", 2));
}

TEST_CASE("a configuration is refused by file and line", "[api][parts]") {
  REQUIRE(error_in_config("data = \"/x\"\nlistne = 1\n").starts_with("rftd.toml:2: expected one of"));
  REQUIRE(error_in_config("[limits]\nbody_bytes = -1\n")
              .starts_with("rftd.toml:2: expected a whole number above 0"));
  REQUIRE(
      error_in_config("listen = \"nowhere\"\n").starts_with("rftd.toml:1: expected an address and a port"));
  REQUIRE(error_in_config("data = \n").starts_with("rftd.toml:1:"));
  const std::string token =
      error_in_config("[[tokens]]\nname = \"a\"\nrole = \"king\"\nsha256 = \"secret\"\n");
  REQUIRE(token.find("viewer|editor|admin") != std::string::npos);
  REQUIRE(token.find("secret") == std::string::npos);
}

TEST_CASE("a configuration is read", "[api][parts]") {
  support::TempFolder folder;
  const std::string path = folder / "rftd.toml";
  std::ofstream(path)
      << "data = \"/var/lib/rftd\"\nlisten = \"[::1]:99\"\nallowed_hosts = [\"RFT.example\"]\n"
         "[limits]\nidle_seconds = 1.5\nbody_bytes = 5\n[engine]\nworkers = 3\n"
         "[[tokens]]\nname = \"ann\"\nrole = \"editor\"\nsha256 = \""
      << std::string(64, 'a') << "\"\n";
  const auto config = api::config_from_file(path);
  REQUIRE(config);
  REQUIRE(config->address == "::1");
  REQUIRE(config->port == 99);
  REQUIRE(config->is_loopback());
  REQUIRE(config->limits.idle_time == std::chrono::milliseconds(1500));
  REQUIRE(config->limits.body_bytes == 5);
  REQUIRE(config->workers == 3);
  REQUIRE(config->allowed_hosts == std::vector<std::string>{"rft.example"});
  REQUIRE(config->tokens.at(0).role == api::Role::editor);
  REQUIRE(config->tokens.at(0).sha256.at(31) == 0xaa);
}

TEST_CASE("sources of traces are read from a file, and refused where they cannot be right", "[api][parts]") {
  support::TempFolder folder;
  const std::string path = folder / "rftd.toml";
  const std::string good =
      "data = \"/var/lib/rftd\"\n[[trace_sources]]\nname = \"prod\"\nkind = \"langfuse\"\n"
      "base_url = \"https://cloud.langfuse.com\"\ncredential = \"LANGFUSE_KEYS\"\n";
  std::ofstream(path) << good
                      << "every_seconds = 0\noverlap_seconds = 1200\nfrom = \"2026-01-01T00:00:00Z\"\n"
                         "answer_bytes = 5000\n[[trace_sources]]\nname = \"local\"\nkind = \"vllora\"\n"
                         "base_url = \"http://127.0.0.1:9090\"\n";
  const auto config = api::config_from_file(path);
  REQUIRE(config);
  REQUIRE(config->trace_sources.size() == 2);
  const auto& prod = config->trace_sources.front();
  CHECK(prod.name == "prod");
  CHECK(prod.credential == "LANGFUSE_KEYS");
  CHECK(prod.every == std::chrono::milliseconds(0));
  CHECK(prod.overlap == std::chrono::seconds(1200));
  CHECK(prod.from == "2026-01-01T00:00:00Z");
  CHECK(prod.answer_bytes_max == 5000);
  CHECK(config->trace_sources.back().every == std::chrono::seconds(60));
  CHECK(config->trace_sources.back().overlap == std::chrono::seconds(300));
  CHECK(check(*config));

  CHECK(error_in_config("[[trace_sources]]\nnam = \"a\"\n").contains("'trace_sources.nam'"));
  CHECK(error_in_config("[trace_sources]\nname = \"a\"\n").contains("[[trace_sources]]"));
  CHECK(error_in_config("[[trace_sources]]\nevery_seconds = -1\n")
            .starts_with("rftd.toml:2: expected a number"));
  const auto refused = [&](const std::string& more) {
    std::ofstream(path, std::ios::trunc) << good << more;
    const auto read = api::config_from_file(path);
    REQUIRE(read);
    const auto checked = check(*read);
    REQUIRE_FALSE(checked);
    return checked.error().message();
  };
  CHECK(refused("[[trace_sources]]\nname = \"prod\"\nkind = \"vllora\"\nbase_url = \"http://[::1]:9090\"\n")
            .contains("'prod' twice"));
  CHECK(refused("[[trace_sources]]\nname = \"b\"\nkind = \"helicone\"\nbase_url = \"http://[::1]:9090\"\n")
            .contains("'helicone'"));
  CHECK(refused("[[trace_sources]]\nname = \"b\"\nkind = \"langfuse\"\nbase_url = \"https://a.example\"\n")
            .contains("credential"));
}

TEST_CASE("a bucket empties and fills again with time", "[api][parts]") {
  api::RateLimit limit(2, 3);
  const api::RateLimit::Time start{};
  for (int i = 0; i < 3; ++i) REQUIRE(limit.take("a", start) == 0);
  REQUIRE(limit.take("a", start) == 1);
  REQUIRE(limit.take("b", start) == 0);
  REQUIRE(limit.take("a", start + std::chrono::milliseconds(500)) == 0);
  REQUIRE(limit.take("a", start + std::chrono::milliseconds(500)) == 1);
  REQUIRE(limit.take("a", start + std::chrono::seconds(60)) == 0);
  api::RateLimit none(0, 0);
  for (int i = 0; i < 1000; ++i) REQUIRE(none.take("a", start) == 0);
}

TEST_CASE("the parser takes a request in any pieces", "[api][parts]") {
  const std::string bytes =
      "POST /x?y=1 HTTP/1.1\r\nHost: a\r\nX-Thing:  v \r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    api::HttpParser parser(1000);
    std::string held;
    std::string body;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      held += bytes.substr(at, step);
      while (!held.empty() && !parser.done()) {
        const auto used = parser.header_done() ? parser.feed_body(held, body) : parser.feed_header(held);
        REQUIRE(used);
        if (*used == 0) break;
        held.erase(0, *used);
      }
    }
    REQUIRE(parser.done());
    REQUIRE(held.empty());
    REQUIRE(body == "abcde");
    REQUIRE(parser.request().header("x-thing") == "v");
    REQUIRE(parser.request().verb == api::Verb::post);
    REQUIRE(parser.keep_alive());
  }
}

TEST_CASE("every kind of error has a status and a name of its own place", "[api][parts]") {
  for (int code = 0; code <= static_cast<int>(schemas::ErrorCode::internal); ++code) {
    const schemas::Error error{static_cast<schemas::ErrorCode>(code), "a", "b\xff", "c", "d"};
    const api::Reply reply = api::problem(error);
    REQUIRE(reply.status >= 400);
    const Json body = Json::parse(reply.body);
    REQUIRE(body["type"] == "urn:rftd:problem:" + std::string(api::name_of(error.code)));
    REQUIRE(body["errors"][0]["wanted"] == "a");
  }
}

TEST_CASE("text is found in either case, and JSON fits on one line", "[api][parts]") {
  REQUIRE(api::contains_ignoring_case("Some TEXT here", "text"));
  REQUIRE(api::contains_ignoring_case("x", ""));
  REQUIRE(!api::contains_ignoring_case("tex", "text"));
  REQUIRE(api::on_one_line("{ \"a b\" :\n [1 , \"\\\" \"] }") == R"({"a b":[1,"\" "]})");
  REQUIRE(api::as_utf8("a\xff\x62") == "a\xef\xbf\xbd\x62");
}
