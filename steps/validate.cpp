// Validation: every record that has no verdict gets one, block by block, in the order of the records.
#include <algorithm>

#include "steps/catalog.hpp"
#include "steps/text/record.hpp"

namespace steps {

namespace {
constexpr std::size_t block_records = 4096;
constexpr std::size_t block_bytes = 1U << 20U;

struct Memory {
  std::uint64_t next = 1;  // record number to look at next
  text::Scratch scratch;
};

bool wants_verdict(const engine::RecordRow& row) {
  return row.is(engine::unvalidated) && !row.is(engine::deleted);
}

// Consecutive records without a verdict, from `next` on, then from the start; empty when there are none.
std::vector<std::uint64_t> next_block(const engine::DatasetState& state, std::uint64_t next) {
  const std::uint64_t records = state.records.size();
  const auto find_from = [&](std::uint64_t number) {
    while (number <= records && !wants_verdict(state.records[number - 1])) ++number;
    return number;
  };
  std::uint64_t first = find_from(next);
  if (first > records) first = find_from(1);
  std::vector<std::uint64_t> numbers;
  std::size_t bytes = 0;
  for (std::uint64_t number = first; number <= records && wants_verdict(state.records[number - 1]);
       ++number) {
    numbers.push_back(number);
    bytes += state.records[number - 1].length;
    if (numbers.size() >= block_records || bytes >= block_bytes) break;
  }
  return numbers;
}

class Columns {
 public:
  void add(const text::Verdict& verdict) {
    event_.codes.push_back(static_cast<std::uint8_t>(verdict.code));
    const unsigned flags =
        (verdict.has_tools ? engine::has_tools : 0U) | (verdict.has_output ? engine::has_output : 0U) |
        (verdict.multi_turn ? engine::multi_turn : 0U) | (verdict.tokens_exact ? engine::tokens_exact : 0U);
    event_.flags.push_back(static_cast<std::uint8_t>(flags));
    event_.tokens.push_back(verdict.tokens);
    event_.hashes.insert(event_.hashes.end(), verdict.content_hash.begin(), verdict.content_hash.end());
    span_hashes_.insert(span_hashes_.end(), verdict.span_hash.begin(), verdict.span_hash.end());
  }
  schemas::NewEvent event(std::uint64_t run, std::uint64_t first) {
    event_.run = schemas::RunId(run);
    event_.first_record = schemas::RecordId(first);
    if (std::ranges::any_of(span_hashes_, [](std::uint8_t byte) { return byte != 0; }))
      event_.span_hashes = span_hashes_;
    return schemas::encode(event_);
  }

 private:
  schemas::RecordsValidatedT event_;
  std::vector<std::uint8_t> span_hashes_;
};

schemas::Result<engine::StepBlock> work(const engine::StepInput& input, std::any& scratch,
                                        const Tokenizers& tokenizers) {
  if (!scratch.has_value()) scratch = std::make_shared<Memory>();
  Memory& memory = *std::any_cast<std::shared_ptr<Memory>&>(scratch);
  const auto numbers = next_block(input.state, memory.next);
  if (numbers.empty()) return engine::StepBlock{{}, true};
  const auto& settings = input.state.settings;
  const text::ValidationRules rules{settings.max_tokens, settings.min_user_characters, settings.encoding};
  const auto tokenizer = tokenizers.get(settings.encoding);
  if (!tokenizer) return std::unexpected(tokenizer.error());
  Columns columns;
  const auto read = engine::read_records(
      input.state, numbers, input.blobs, [&](std::uint64_t number, std::string_view line) {
        const engine::RecordRow& row = input.state.records[number - 1];
        columns.add(row.is(engine::truncated) ? text::verdict_of_cut_line(line.size() + 1, line.size())
                                              : text::validate(line, rules, **tokenizer, memory.scratch));
      });
  if (!read) return std::unexpected(read.error());
  memory.next = numbers.back() + 1;
  const engine::Run* import = input.state.active_run(schemas::StepName::import_);
  const bool more_to_come = import != nullptr && !import->import->received;
  return engine::StepBlock{{columns.event(input.run.id, numbers.front())},
                           input.state.pending <= numbers.size() && !more_to_come};
}
}  // namespace

engine::StepKind validate(std::shared_ptr<const Tokenizers> tokenizers) {
  return {schemas::StepName::validate, "Says of every record whether it can be trained on, and if not, why.",
          [tokenizers = std::move(tokenizers)](const engine::StepInput& input, std::any& scratch) {
            return work(input, scratch, *tokenizers);
          }};
}

}  // namespace steps
