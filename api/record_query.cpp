#include "api/record_query.hpp"

#include <algorithm>
#include <set>

#include "steps/text/record.hpp"

namespace api {

namespace {
Error wrong(std::string_view name, std::string wanted, std::string_view found) {
  return {ErrorCode::invalid_argument,
          std::move(wanted),
          "'" + std::string(found) + "'",
          {},
          "?" + std::string(name)};
}

Result<void> read_names(const Request& request, RecordQuery& query) {
  if (const auto code = request.parameter("code")) {
    const auto known = steps::text::code_from_name(*code);
    if (!known) return std::unexpected(wrong("code", "a code as …/health lists them", *code));
    query.filter.code = static_cast<std::uint8_t>(*known);
  }
  if (const auto topic = request.parameter("topic")) {
    if (*topic == "none" || *topic == "uncategorized") {
      query.filter.topic = 0;
    } else if (const auto known = schemas::topic_id_from(*topic)) {
      query.filter.topic = known->value();
    } else {
      return std::unexpected(wrong("topic", "a topic id such as t1, or none", *topic));
    }
  }
  if (const auto source = request.parameter("source")) {
    for (const schemas::Source one : schemas::EnumValuesSource()) {
      if (*source == schemas::EnumNameSource(one)) query.filter.source = one;
    }
    if (!query.filter.source)
      return std::unexpected(wrong("source", "one of upload, trace, synthetic", *source));
  }
  return {};
}

Result<void> read_numbers(const Request& request, RecordQuery& query) {
  const auto valid = flag_parameter(request, "valid");
  const auto duplicate = flag_parameter(request, "duplicate");
  if (!valid) return std::unexpected(valid.error());
  if (!duplicate) return std::unexpected(duplicate.error());
  query.filter.valid = *valid;
  query.filter.duplicate = *duplicate;
  if (request.parameter("line")) {
    const auto line = number_parameter(request, "line", 0, 1, UINT32_MAX);
    if (!line) return std::unexpected(line.error());
    query.filter.line = *line;
  }
  for (const char* name : {"confidence_lt", "confidence_gte", "score_lt", "score_gte"}) {
    const auto value = decimal_parameter(request, name);
    if (!value) return std::unexpected(value.error());
    if (!*value) continue;
    const std::string_view field = name;
    if (field == "confidence_lt") query.filter.confidence_lt = static_cast<float>(**value);
    if (field == "confidence_gte") query.filter.confidence_gte = static_cast<float>(**value);
    if (field == "score_lt") query.filter.score_lt = *value;
    if (field == "score_gte") query.filter.score_gte = *value;
  }
  return {};
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
}  // namespace

Result<RecordQuery> record_query_from(const Request& request) {
  RecordQuery query;
  if (auto good = read_names(request, query); !good) return std::unexpected(good.error());
  if (auto good = read_numbers(request, query); !good) return std::unexpected(good.error());
  query.text = lower_case(request.parameter("q").value_or(""));
  query.order = std::string(request.parameter("sort").value_or("id"));
  for (const auto& [name, value] : request.query) {
    if (name == "limit" || name == "cursor" || name == "offset" || name == "at") continue;
    query.key.append(name).append(1, '\x1f').append(value).append(1, '\x1e');
  }
  query.descending = query.order.starts_with('-');
  const auto sort = engine::record_sort_from(std::string_view(query.order).substr(query.descending ? 1 : 0));
  if (!sort) {
    Error error = sort.error();
    error.at = "?sort";
    return std::unexpected(error);
  }
  query.sort = *sort;
  return query;
}

bool contains_ignoring_case(std::string_view text, std::string_view needle) {
  if (needle.empty()) return true;
  const char first = needle[0];
  const char upper = first >= 'a' && first <= 'z' ? static_cast<char>(first - ('a' - 'A')) : first;
  for (std::size_t i = 0; i + needle.size() <= text.size(); ++i) {
    if (text[i] != first && text[i] != upper) continue;
    if (std::equal(needle.begin(), needle.end(), text.begin() + static_cast<std::ptrdiff_t>(i),
                   [](char wanted, char found) { return wanted == lower(found); }))
      return true;
  }
  return false;
}

Result<std::vector<std::uint64_t>> matching(const engine::DatasetState& state, const RecordQuery& query,
                                            const engine::BlobReader& blobs) {
  const bool by_id = query.sort == engine::RecordSort::id && !query.descending;
  std::vector<std::uint64_t> numbers;
  if (by_id || !query.text.empty()) numbers = engine::matching(state, query.filter);
  if (!query.text.empty()) {
    std::vector<std::uint64_t> found;
    const auto read =
        engine::read_records(state, numbers, blobs, [&](std::uint64_t number, std::string_view line) {
          if (contains_ignoring_case(line, query.text)) found.push_back(number);
        });
    if (!read) return std::unexpected(read.error());
    numbers = std::move(found);
  }
  if (by_id) return numbers;
  auto sorted =
      engine::page_of(state, query.filter, query.sort, query.descending, 0, state.records.size()).records;
  if (query.text.empty()) return sorted;
  const std::set<std::uint64_t> wanted(numbers.begin(), numbers.end());
  std::erase_if(sorted, [&](std::uint64_t number) { return !wanted.contains(number); });
  return sorted;
}

}  // namespace api
