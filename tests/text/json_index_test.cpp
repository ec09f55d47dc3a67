#include "steps/text/json_index.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "steps/text/json_string.hpp"
#include "steps/text/utf8.hpp"
#include "tests/text/compress.hpp"

using namespace steps::text;

namespace {

JsonFault fault_of(std::string_view text) {
  JsonIndex index;
  return index.parse(text);
}

// Builds the text again from the index alone, so that every reference in it is used.
void rebuild(const JsonIndex& index, JsonRef value, std::string& out) {
  const auto list = [&](char open, char close) {
    out += open;
    for (JsonRef child = index.first(value); child != index.end(value);) {
      if (out.back() != open) out += ',';
      if (open == '{') {
        out.append(index.raw(child));
        out += ':';
        child = index.value_of(child);
      }
      rebuild(index, child, out);
      child = index.next(child);
    }
    out += close;
  };
  if (index.is(value, JsonKind::object)) {
    list('{', '}');
  } else if (index.is(value, JsonKind::array)) {
    list('[', ']');
  } else {
    out.append(index.raw(value));
  }
}

std::string compact(std::string_view json) {
  std::string out;
  append_compact(json, out);
  return out;
}

}  // namespace

TEST_CASE("the JSON test suite: y_ is accepted, n_ is refused, i_ is decided", "[text][json]") {
  std::size_t accepted = 0, refused = 0, decided = 0;
  for (const auto& entry : std::filesystem::directory_iterator(RFTD_TEST_DATA "/bad/json_test_suite")) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".json")) continue;
    const std::string text = tests::text::read_file(entry.path());
    JsonIndex index;
    const JsonFault fault = index.parse(text);
    INFO(name << ": " << fault.what << " at " << fault.offset);
    REQUIRE(fault.offset <= text.size());
    if (name.starts_with("y_")) {
      ++accepted;
      REQUIRE_FALSE(fault);
    } else if (name.starts_with("n_")) {
      ++refused;
      REQUIRE(fault);
      REQUIRE(index.empty());
    } else {
      ++decided;
      // Any size of number is kept as it stands; depth 500 is within the limit; the rest is text that no
      // UTF-8 can hold.
      const bool is_accepted = name.starts_with("i_number_") || name == "i_structure_500_nested_arrays.json";
      REQUIRE(!fault == is_accepted);
    }
    if (!fault) {
      std::string rebuilt;
      rebuild(index, index.root(), rebuilt);
      REQUIRE(rebuilt == compact(text));
    }
  }
  REQUIRE(accepted == 95);
  REQUIRE(refused == 188);
  REQUIRE(decided == 35);
}

TEST_CASE("cut, flipped and joined texts are judged as another parser judges them", "[text][json]") {
  const std::string seed_text =
      R"({"a\u0041":[1,-0.0e+3,true,false,null,"x\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"],"é":{"":{}, "b":[[],[ ]]} , "n":12})";
  REQUIRE_FALSE(fault_of(seed_text));
  std::mt19937 random(11);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seed_text;
    for (unsigned edits = 1 + random() % 3; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      const std::string_view bytes("\"\\{}[],:0e-+.tu \x80\xc3\x01", 19);
      switch (random() % 3) {
        case 0:
          text[at] = bytes[random() % bytes.size()];
          break;
        case 1:
          text.erase(at, 1 + random() % 3);
          break;
        default:
          text.insert(at, 1, bytes[random() % bytes.size()]);
      }
    }
    INFO(text);
    // (No number can leave the range of a double here, which nlohmann would refuse and we keep.)
    REQUIRE(!fault_of(text) == nlohmann::json::accept(text));
  }
}

TEST_CASE("a fault names the first byte that cannot be right", "[text][json]") {
  const auto [text, what, offset] = GENERATE(table<std::string, std::string, std::uint64_t>({
      {"", "the text ends where a value should stand", 0},
      {"{\"a\": 1", "the text ends inside an object", 7},
      {"{\"a\": 1,}", "a key that is not a string in double quotes", 8},
      {"{'a': 1}", "a key that is not a string in double quotes", 1},
      {"[1 2]", "no comma or ] after an element", 3},
      {"{} x", "something after the end of the value", 3},
      {"[NaN]", "a value that JSON does not know", 1},
      {"\"a\tb\"", "a control character inside a string that is not escaped", 2},
      {"\"0123456789abcdef caf\xe9\"", "a byte that is not UTF-8", 21},
      {"\"\\ud800b\"", "a lone surrogate, which no UTF-8 text can hold", 1},
      {"\"\\udc00\"", "a lone surrogate, which no UTF-8 text can hold", 1},
      {"\"\\x\"", "an escape that JSON does not know", 1},
      {"[1}", "a bracket that closes the wrong kind", 2},
      {"\xef\xbb\xbf{}", "a value that JSON does not know", 0},
  }));
  const JsonFault fault = fault_of(text);
  REQUIRE(fault.what == what);
  REQUIRE(fault.offset == offset);
}

TEST_CASE("depth is limited and neither it nor many values exhaust anything", "[text][json]") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  REQUIRE_FALSE(fault_of(nested(JsonIndex::depth_max)));
  REQUIRE(fault_of(nested(JsonIndex::depth_max + 1)).what == "nesting deeper than 1,024 levels");
  REQUIRE(fault_of(std::string(1'000'000, '[')).what == "nesting deeper than 1,024 levels");
  std::string many = "[";
  for (std::size_t i = 0; i < JsonIndex::values_max; ++i) many += "0,";
  many += "0]";
  REQUIRE(fault_of(many).what == "more values than one record may have");
}

TEST_CASE("fields are found by their unescaped name, the last one wins", "[text][json]") {
  JsonIndex index;
  REQUIRE_FALSE(index.parse(R"({"a": 1, "m\u0061": {"a": 3}, "a": 2})"));
  REQUIRE(index.raw(index.field(index.root(), "a")) == "2");
  REQUIRE(index.raw(index.field(index.field(index.root(), "ma"), "a")) == "3");
  REQUIRE(index.field(index.root(), "b") == no_value);
  REQUIRE(index.field(index.field(index.root(), "a"), "b") == no_value);
}

TEST_CASE("numbers of any size stay the bytes they were", "[text][json]") {
  JsonIndex index;
  REQUIRE_FALSE(index.parse("[123456789012345678901234567890, 1e9999, -0.00, 1E+2]"));
  std::string rebuilt;
  rebuild(index, index.root(), rebuilt);
  REQUIRE(rebuilt == "[123456789012345678901234567890,1e9999,-0.00,1E+2]");
}

TEST_CASE("quoting and unescaping are inverse, and foreign bytes are replaced", "[text][json]") {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (unsigned i = random() % 80; i > 0; --i) {
      const unsigned kind = random() % 4;
      char32_t c = kind == 0 ? random() % 0x80 : (kind == 1 ? random() % 0x800 : random() % 0x110000);
      if (round % 2 == 0 && random() % 16 != 0) c = 'a' + random() % 26;  // long runs of plain characters
      if (c >= 0xd800 && c < 0xe000) c = '"';
      utf8_append(c, text);
    }
    std::string quoted;
    append_quoted(text, quoted);
    JsonIndex index;
    std::string buffer;
    REQUIRE_FALSE(index.parse(quoted));
    REQUIRE(index.string(index.root(), buffer) == text);
    REQUIRE(nlohmann::json::parse(quoted).get<std::string>() == text);
    const std::string escaped = nlohmann::json(text).dump(-1, ' ', true);  // everything as \u escapes
    REQUIRE_FALSE(index.parse(escaped));
    REQUIRE(index.string(index.root(), buffer) == text);
  }
  std::string quoted;
  append_quoted("a\xff\xc3(", quoted);
  REQUIRE(quoted == "\"a\xef\xbf\xbd\xef\xbf\xbd(\"");
}

TEST_CASE("UTF-8 is judged as Unicode defines it", "[text][utf8]") {
  for (const char* good : {"a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    REQUIRE(is_utf8(good));
    REQUIRE(utf8_length(good) == 1);
    std::string again;
    utf8_append(utf8_decode(good), again);
    REQUIRE(again == good);
  }
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe1\x80",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "12345678\xff", "\xc3("}) {
    REQUIRE_FALSE(is_utf8(bad));
  }
  REQUIRE(is_blank_text(" \t\xc2\xa0\xe3\x80\x80\xe2\x80\xa8"));
  REQUIRE_FALSE(is_blank_text("\xe2\x80\x8bx"));
}
