// SHA-256 over bytes that come in pieces. One thread at a time.
#pragma once

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "schemas/ids.hpp"

namespace api {

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  // Once.
  schemas::Hash result() {
    std::array<std::uint8_t, 32> bytes{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), bytes.data(), &size);
    return schemas::Hash(flatbuffers::span<const std::uint8_t, 32>(bytes));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

// The generated == of structs with arrays compares where the bytes are, not what they are.
inline bool same_hash(const schemas::Hash& a, const schemas::Hash& b) {
  return std::equal(a.bytes()->begin(), a.bytes()->end(), b.bytes()->begin());
}

// What a request asks for, without its body: the beginning of the hash that tells a repeat from a reuse of an
// Idempotency-Key.
inline void add_question(Digest& digest, std::string_view method, std::string_view target) {
  digest.add(method);
  digest.add("\n");
  digest.add(target);
  digest.add("\n");
}

}  // namespace api
