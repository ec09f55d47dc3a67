#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "api/gate.hpp"

namespace api {

Result<Identity> Keyring::identify(const Request& request) const {
  if (tokens_.empty()) return Identity{};
  constexpr std::string_view scheme = "bearer ";
  const std::string_view header = request.header("authorization").value_or("");
  if (header.empty()) {
    return fail(ErrorCode::unauthenticated, "a token", "none", "send 'Authorization: Bearer <token>'",
                "Authorization");
  }
  if (header.size() <= scheme.size() || !equal_ignoring_case(header.substr(0, scheme.size()), scheme)) {
    return fail(ErrorCode::unauthenticated, "'Authorization: Bearer <token>'", "another scheme", {},
                "Authorization");
  }
  const std::string_view token = trimmed(header.substr(scheme.size()));
  std::array<unsigned char, 32> hash{};
  unsigned size = 0;
  EVP_Digest(token.data(), token.size(), hash.data(), &size, EVP_sha256(), nullptr);
  const Token* found = nullptr;
  // No early end: how long it takes says nothing about which token came close.
  for (const Token& known : tokens_) {
    if (CRYPTO_memcmp(known.sha256.data(), hash.data(), hash.size()) == 0) found = &known;
  }
  if (found == nullptr) {
    return fail(ErrorCode::unauthenticated, "a token that this daemon knows", "another one",
                "ask whoever runs the daemon", "Authorization");
  }
  return Identity{found->name, found->role};
}

Result<void> check_role(const Identity& identity, Role needed) {
  if (identity.role >= needed) return {};
  return fail(ErrorCode::forbidden, "the role " + std::string(name_of(needed)),
              "'" + identity.actor + "', who is " + std::string(name_of(identity.role)),
              "use a token with that role", "Authorization");
}

}  // namespace api
