#include "steps/traces/fold.hpp"

#include <xxhash.h>

#include <array>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "steps/text/json_index.hpp"
#include "steps/text/json_string.hpp"

namespace steps::traces {
namespace {

constexpr std::array<std::string_view, 3> names{"every_call", "last_of_session", "not_a_prefix"};

// The hash of a conversation up to and with each of its messages; 128 bits, so that equal means equal.
struct Hash {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(const Hash&) const = default;
};
struct HashOfHash {
  std::size_t operator()(const Hash& hash) const { return hash.low; }
};

void append_sized(std::string_view text, std::string& out) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

void append_arguments(std::string_view arguments, std::string& out) {
  text::JsonIndex json;
  if (json.parse(arguments)) return append_sized(arguments, out);
  std::string compact;
  text::append_compact(arguments, compact);
  append_sized(compact, out);
}

class Chain {
 public:
  explicit Chain(std::string_view conversation) { hash(conversation); }

  Hash add(const Message& message) {
    bytes_.clear();
    append_sized({reinterpret_cast<const char*>(&now_), sizeof now_}, bytes_);
    append_sized(message.role, bytes_);
    const bool is_blank = message.content == "\"\"" && !message.tool_calls.empty();
    append_sized(is_blank ? std::string_view{} : std::string_view{message.content}, bytes_);
    append_sized(message.tool_call_id, bytes_);
    for (const ToolCall& call : message.tool_calls) {
      append_sized(call.id, bytes_);
      append_sized(call.name, bytes_);
      append_arguments(call.arguments, bytes_);
    }
    hash(bytes_);
    return now_;
  }

 private:
  void hash(std::string_view bytes) {
    const XXH128_hash_t hashed = XXH3_128bits(bytes.data(), bytes.size());
    now_ = {hashed.low64, hashed.high64};
  }

  Hash now_;
  std::string bytes_;
};

// Every beginning of a call but the whole of it, under its conversation's name and under none.
void note_beginnings(const Call& call, std::string_view conversation,
                     std::unordered_set<Hash, HashOfHash>& seen) {
  Chain chain(conversation);
  for (std::size_t i = 0; i < call.prompt.size(); ++i) {
    const Hash hash = chain.add(call.prompt[i]);
    const bool is_whole = !call.output && i + 1 == call.prompt.size();
    if (!is_whole) seen.insert(hash);
  }
}

Hash whole(const Call& call, std::string_view conversation) {
  Chain chain(conversation);
  Hash hash;
  for (const Message& message : call.prompt) hash = chain.add(message);
  return call.output ? chain.add(*call.output) : hash;
}

// A name that no session has.
constexpr std::string_view any_conversation =
    "\xff"
    "any";
constexpr std::string_view nameless =
    "\xff"
    "none";

}  // namespace

std::optional<Folding> folding_from_name(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Folding>(i);
  }
  return std::nullopt;
}

std::string_view folding_name(Folding folding) {
  return names[static_cast<std::size_t>(folding)];
}

// What of the messages is remembered: hashes of beginnings, or the last call of each conversation.
struct Folder::Seen {
  using Order = std::tuple<std::uint64_t, std::uint64_t, std::string, std::string>;
  std::unordered_set<Hash, HashOfHash> beginnings;
  std::unordered_map<std::string, Order> last;

  static Order order_of(const Call& call) {
    return {call.start_ns, call.end_ns, call.trace_id, call.span_id};
  }
  static std::string key_of(const Call& call) {
    const std::string_view conversation = call.conversation();
    return conversation.empty() ? "t" + call.trace_id : "s" + std::string(conversation);
  }
};

Folder::Folder(Folding folding) : folding_(folding), seen_(std::make_unique<Seen>()) {}
Folder::~Folder() = default;

void Folder::see(const Call& call) {
  if (folding_ == Folding::not_a_prefix) {
    const std::string_view conversation = call.conversation();
    note_beginnings(call, conversation.empty() ? nameless : conversation, seen_->beginnings);
    note_beginnings(call, any_conversation, seen_->beginnings);
  } else if (folding_ == Folding::last_of_session) {
    const auto [at, is_new] = seen_->last.try_emplace(Seen::key_of(call), Seen::order_of(call));
    if (!is_new) at->second = std::max(at->second, Seen::order_of(call));
  }
}

bool Folder::keeps(const Call& call) const {
  if (folding_ == Folding::every_call) return true;
  if (folding_ == Folding::last_of_session) {
    const auto last = seen_->last.find(Seen::key_of(call));
    return last == seen_->last.end() || last->second == Seen::order_of(call);
  }
  if (call.prompt.empty()) return true;
  const std::string_view conversation = call.conversation();
  const auto begins_another = [&](std::string_view name) {
    return seen_->beginnings.contains(whole(call, name));
  };
  // A call without a name folds into any; one with a name into its own, and into those without.
  if (conversation.empty()) return !begins_another(any_conversation);
  return !begins_another(conversation) && !begins_another(nameless);
}

std::vector<bool> fold(std::span<const Call> calls, Folding folding) {
  Folder folder(folding);
  for (const Call& call : calls) folder.see(call);
  std::vector<bool> kept;
  for (const Call& call : calls) kept.push_back(folder.keeps(call));
  return kept;
}

}  // namespace steps::traces
