// A daemon that others reach: TLS and tokens, over real sockets with a certificate made for the test.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>

#include "tests/api/api_support.hpp"

namespace asio = boost::asio;

namespace {
using KeyPair = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

KeyPair make_key() {
  return {EVP_EC_gen("P-256"), &EVP_PKEY_free};
}

void write_key(EVP_PKEY* key, const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
}

// For 127.0.0.1, signed by itself, good for an hour.
void write_certificate(EVP_PKEY* key, const std::string& path) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("rftd"), -1, -1,
                             0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* address = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(certificate, address, -1);
  X509_EXTENSION_free(address);
  X509_sign(certificate, key, EVP_sha256());
  std::FILE* file = std::fopen(path.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  X509_free(certificate);
}

std::array<std::uint8_t, 32> sha256_of(const std::string& text) {
  std::array<std::uint8_t, 32> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

// Reachable from everywhere, with one token.
struct TlsDaemon {
  TlsDaemon() {
    const KeyPair key = make_key();
    write_key(key.get(), key_file());
    write_certificate(key.get(), certificate_file());
    api::Config config = test_config(folder.path().string());
    config.address = "0.0.0.0";
    config.tls_certificate = certificate_file();
    config.tls_key = key_file();
    config.tokens.push_back({"ann", api::Role::editor, sha256_of("a long secret")});
    auto started = api::Daemon::start(config);
    if (!started) throw std::runtime_error(started.error().message());
    daemon = std::move(*started);
  }
  [[nodiscard]] std::string certificate_file() const { return files.path().string() + "/tls.crt"; }
  [[nodiscard]] std::string key_file() const { return files.path().string() + "/tls.key"; }

  // The answer's status line and the rest, as bytes; the certificate is checked against itself and the
  // address.
  std::string ask(const std::string& request, int version_max = TLS1_3_VERSION) {
    asio::io_context io;
    asio::ssl::context context(asio::ssl::context::tls_client);
    context.load_verify_file(certificate_file());
    context.set_verify_mode(asio::ssl::verify_peer);
    SSL_CTX_set_max_proto_version(context.native_handle(), version_max);
    asio::ssl::stream<asio::ip::tcp::socket> stream(io, context);
    stream.set_verify_callback(asio::ssl::host_name_verification("127.0.0.1"));
    stream.lowest_layer().connect({asio::ip::make_address("127.0.0.1"), daemon->port()});
    stream.handshake(asio::ssl::stream_base::client);
    asio::write(stream, asio::buffer(request));
    std::string answer;
    boost::system::error_code ended;
    asio::read(stream, asio::dynamic_buffer(answer), ended);
    return answer;
  }

  support::TempFolder folder;
  support::TempFolder files;
  std::unique_ptr<api::Daemon> daemon;
};

std::string request(const std::string& line, const std::string& headers, const std::string& body = {}) {
  return line + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + headers +
         (body.empty()
              ? ""
              : "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n") +
         "\r\n" + body;
}
const std::string token = "Authorization: Bearer a long secret\r\n";
}  // namespace

TEST_CASE("over TLS a token lets in, and its owner is the actor", "[api][tls]") {
  TlsDaemon t;
  CHECK(t.ask(request("GET /healthz", "")).starts_with("HTTP/1.1 200"));
  CHECK(t.ask(request("GET /api/v1/datasets", "")).starts_with("HTTP/1.1 401"));
  CHECK(
      t.ask(request("GET /api/v1/datasets", "Authorization: Bearer wrong\r\n")).starts_with("HTTP/1.1 401"));
  const std::string body = R"({"name":"chess","objective":"explain chess moves"})";
  CHECK(t.ask(request("POST /api/v1/datasets", token, body)).starts_with("HTTP/1.1 201"));
  const std::string events = t.ask(request("GET /api/v1/datasets/d1/events", token));
  CHECK(events.find("\"actor\":\"ann\"") != std::string::npos);
  CHECK(t.ask(request("POST /api/v1/system/backup", token, R"({"to":"/nowhere"})"))
            .starts_with("HTTP/1.1 403"));
}

TEST_CASE("a large answer comes over TLS as it is", "[api][tls]") {
  TlsDaemon t;
  const std::string page = t.ask(request("GET /api/v1/openapi.json", token));
  REQUIRE(page.starts_with("HTTP/1.1 200"));
  const Json contract = Json::parse(page.substr(page.find("\r\n\r\n") + 4), nullptr, false);
  REQUIRE(contract.is_object());
  REQUIRE(contract["paths"].size() > 20);
}

TEST_CASE("old versions of TLS and plain HTTP get no answer from a TLS port", "[api][tls]") {
  TlsDaemon t;
  CHECK_THROWS(t.ask(request("GET /healthz", ""), TLS1_1_VERSION));
  HttpClient plain(t.daemon->port());
  plain.send("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  CHECK(plain.read_answer().ended);
  CHECK(t.ask(request("GET /healthz", "")).starts_with("HTTP/1.1 200"));
}

TEST_CASE("a certificate that is none, or another key's, keeps the daemon from starting", "[api][tls]") {
  support::TempFolder folder;
  support::TempFolder files;
  const std::string certificate = files.path().string() + "/tls.crt";
  const std::string other_key = files.path().string() + "/tls.key";
  const KeyPair key = make_key();
  write_certificate(key.get(), certificate);
  write_key(make_key().get(), other_key);
  api::Config config = test_config(folder.path().string());
  config.tls_certificate = certificate;
  config.tls_key = other_key;
  const auto wrong_key = api::Daemon::start(config);
  REQUIRE(!wrong_key);
  CHECK(wrong_key.error().message().find(other_key) != std::string::npos);
  config.tls_certificate = other_key;
  const auto no_certificate = api::Daemon::start(config);
  REQUIRE(!no_certificate);
  CHECK(no_certificate.error().wanted == "a certificate chain (PEM)");
}
