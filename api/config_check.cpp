#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/config.hpp"
#include "api/request.hpp"

namespace api {

namespace fs = std::filesystem;

std::string_view name_of(Role role) {
  switch (role) {
    case Role::viewer:
      return "viewer";
    case Role::editor:
      return "editor";
    case Role::admin:
      return "admin";
  }
  return "viewer";
}

bool Config::is_loopback() const {
  return address == "::1" || address == "localhost" || address.starts_with("127.");
}

Result<void> set_listen(Config& config, std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  const auto port = colon == std::string_view::npos ? std::nullopt : whole_number(listen.substr(colon + 1));
  std::string_view host = listen.substr(0, std::min(colon, listen.size()));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (!port || *port > 65535 || host.empty()) {
    return fail(ErrorCode::invalid_argument, "an address and a port such as 127.0.0.1:8420 or [::1]:8420",
                "'" + std::string(listen) + "'", {}, "listen");
  }
  config.address = std::string(host);
  config.port = static_cast<std::uint16_t>(*port);
  return {};
}

namespace {
std::optional<std::array<unsigned char, 32>> hash_from_hex(std::string_view text) {
  std::array<unsigned char, 32> hash{};
  if (text.size() != 64) return std::nullopt;
  for (std::size_t i = 0; i < 64; ++i) {
    const char c = text[i];
    int digit = -1;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (digit < 0) return std::nullopt;
    hash.at(i / 2) = static_cast<unsigned char>(hash.at(i / 2) * 16 + digit);
  }
  return hash;
}

std::optional<Role> role_from(std::string_view name) {
  for (const Role role : {Role::viewer, Role::editor, Role::admin}) {
    if (name_of(role) == name) return role;
  }
  return std::nullopt;
}
}  // namespace

Result<std::vector<Token>> tokens_from_text(std::string_view text, const std::string& where) {
  std::string lines(text);
  std::ranges::replace(lines, ';', '\n');
  std::istringstream stream(lines);
  std::vector<Token> tokens;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    std::istringstream words(line);
    std::string name;
    std::string role;
    std::string hex;
    std::string more;
    if (!(words >> name) || name.starts_with('#')) continue;
    words >> role >> hex;
    const auto hash = hash_from_hex(hex);
    const auto known = role_from(role);
    if (!hash || !known || (words >> more)) {
      // What was found is not shown: it may be the token itself.
      return fail(ErrorCode::invalid_argument,
                  "'<name> viewer|editor|admin <SHA-256 of the token in hexadecimal>'", "something else",
                  "printf %s \"$TOKEN\" | sha256sum", where + " line " + std::to_string(number));
    }
    tokens.push_back({name, *known, *hash});
  }
  return tokens;
}

Result<std::vector<Token>> tokens_from_environment() {
  std::vector<Token> tokens;
  if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY")) {
    const fs::path path = fs::path(folder) / "rftd-tokens";
    if (std::ifstream file(path, std::ios::binary); file) {
      std::ostringstream content;
      content << file.rdbuf();
      auto found = tokens_from_text(content.str(), "credential rftd-tokens");
      if (!found) return found;
      tokens = std::move(*found);
    }
  }
  if (const char* text = std::getenv("RFTD_TOKENS")) {
    auto found = tokens_from_text(text, "RFTD_TOKENS");
    if (!found) return found;
    tokens.insert(tokens.end(), found->begin(), found->end());
  }
  return tokens;
}

Result<void> check(const Config& config) {
  const auto wrong = [](std::string wanted, std::string found, std::string hint, std::string at) {
    return fail(ErrorCode::invalid_argument, std::move(wanted), std::move(found), std::move(hint),
                std::move(at));
  };
  if (config.data.empty()) return wrong("a folder for the store", "none", "give --data DIR", "data");
  std::error_code ignored;
  if (fs::exists(config.data, ignored) && !fs::is_directory(config.data, ignored))
    return wrong("a folder", "'" + config.data + "', which is a file", {}, "data");
  if (config.durability != "fsync" && config.durability != "os")
    return wrong("\"fsync\" or \"os\"", "'" + config.durability + "'", {}, "durability");
  if (!config.is_loopback() && config.tokens.empty()) {
    return wrong("a token when others than this machine can connect",
                 "listen on " + config.address + " without one",
                 "configure [[tokens]], or listen on 127.0.0.1", "listen");
  }
  if (config.tls_certificate.empty() != config.tls_key.empty())
    return wrong("both tls.certificate and tls.key", "one of them", {}, "tls");
  for (const std::string& file : {config.tls_certificate, config.tls_key}) {
    if (!file.empty() && !std::ifstream(file))
      return wrong("a readable file", "'" + file + "'", "check the path and its permissions", "tls");
  }
  if (auto good = steps::llm::check_providers(config.models); !good) {
    good.error().at = "models" + (good.error().at.empty() ? "" : ": " + good.error().at);
    return good;
  }
  if (auto good = steps::traces::check_trace_sources(config.trace_sources); !good) return good;
  if (!config.ui_dir.empty() && !fs::is_directory(config.ui_dir, ignored))
    return wrong("a folder", "'" + config.ui_dir + "'", {}, "ui_dir");
  return {};
}

}  // namespace api
