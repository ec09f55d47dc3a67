#include "steps/traces/fold.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace steps::traces;

namespace {

Message said(std::string role, const std::string& text) {
  return {std::move(role), '"' + text + '"', {}, {}, {}};
}

// "u1 a1 u2" asked and "a2" answered: users and assistants take turns.
Call call(const std::vector<std::string>& texts, std::string session = "") {
  Call made;
  for (std::size_t i = 0; i < texts.size(); ++i)
    made.prompt.push_back(said(i % 2 == 0 ? "user" : "assistant", texts[i]));
  made.output = made.prompt.back();
  made.prompt.pop_back();
  made.session = std::move(session);
  return made;
}

std::vector<Message> whole(const Call& one) {
  return conversation_of(one);
}

// What fold() says, by comparing every two calls.
bool is_kept_slowly(const std::vector<Call>& calls, std::size_t at) {
  for (const Call& other : calls) {
    const std::vector<Message> mine = whole(calls[at]);
    const std::vector<Message> all = whole(other);
    const bool may = calls[at].session.empty() || other.session.empty() || calls[at].session == other.session;
    if (may && mine.size() < all.size() && std::ranges::equal(mine, std::span(all).first(mine.size())))
      return false;
  }
  return true;
}

}  // namespace

TEST_CASE("of a conversation's turns the last is kept, and each branch of it", "[traces][fold]") {
  const std::vector<Call> calls{call({"q", "a"}), call({"q", "a", "q2", "a2"}),
                                call({"q", "a", "q2", "other"}), call({"q", "b", "q2", "a2"}),
                                call({"x", "y"})};
  CHECK(fold(calls, Folding::not_a_prefix) == std::vector<bool>{false, true, true, true, true});
  CHECK(fold(calls, Folding::every_call) == std::vector<bool>(5, true));
}

TEST_CASE("the same beginning in two sessions is two conversations", "[traces][fold]") {
  const std::vector<Call> calls{call({"q", "a"}, "one"), call({"q", "a", "q2", "a2"}, "two"),
                                call({"q", "a"}, "two"), call({"q", "a"})};
  CHECK(fold(calls, Folding::not_a_prefix) == std::vector<bool>{true, true, false, false});
}

TEST_CASE("a history whose arguments were written anew is still the same history", "[traces][fold]") {
  Call first = call({"q", "a"});
  first.output = Message{"assistant", "", {{"c", "f", R"({"x": 1})"}}, "", ""};
  Call second = first;
  second.prompt.push_back(Message{"assistant", "\"\"", {{"c", "f", R"({"x":1})"}}, "", ""});
  second.prompt.push_back(Message{"tool", "\"r\"", {}, "c", ""});
  CHECK(fold(std::vector{first, second}, Folding::not_a_prefix) == std::vector<bool>{false, true});
}

TEST_CASE("the last call of a session is the latest, not the one that came last", "[traces][fold]") {
  std::vector<Call> calls{call({"q", "a"}, "s"), call({"q", "b"}, "s"), call({"q", "c"}), call({"q", "d"})};
  calls[0].start_ns = 9;
  calls[1].start_ns = 5;
  calls[2].trace_id = "t1";
  calls[3].trace_id = "t2";
  CHECK(fold(calls, Folding::last_of_session) == std::vector<bool>{true, false, true, true});
}

TEST_CASE("folding agrees with comparing every two calls", "[traces][fold]") {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    INFO("round " << round);
    std::vector<Call> calls;
    for (unsigned i = 0; i < 12; ++i) {
      std::vector<std::string> texts;
      for (unsigned k = 0; k < 2 + 2 * (random() % 3); ++k) texts.push_back(std::to_string(random() % 2));
      calls.push_back(call(texts, random() % 2 == 0 ? "" : std::to_string(random() % 2)));
      if (random() % 8 == 0) calls.back().output.reset();
    }
    const std::vector<bool> kept = fold(calls, Folding::not_a_prefix);
    for (std::size_t i = 0; i < calls.size(); ++i) CHECK(kept[i] == is_kept_slowly(calls, i));
  }
}

TEST_CASE("foldings have names", "[traces][fold]") {
  for (const Folding one : {Folding::every_call, Folding::last_of_session, Folding::not_a_prefix}) {
    CHECK(folding_from_name(folding_name(one)) == one);
  }
  CHECK_FALSE(folding_from_name("first"));
}
