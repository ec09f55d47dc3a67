// What a dataset's state keeps of graders, dry runs and generations: figures, and where the payloads are. The
// answers, scores and generated records themselves are blobs, so a dry run over a million records costs the
// state some bytes a block. Plain values; who changes them is engine/apply_grading.cpp and
// engine/apply_generation.cpp alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schemas/facts.hpp"
#include "schemas/ids.hpp"

namespace engine {

struct GraderVersion {
  std::uint32_t version = 0;  // from 1; the last one counts
  std::uint32_t restores = 0;
  schemas::BlobId definition;  // the grader object as JSON
  std::string kind;            // "script", "llm_judge", "string_check", …
  std::string title;           // "Type: JavaScript Script", "Judge: gpt-4o"
  std::vector<std::string> models;
  std::string reason;
  schemas::Position position = 0;
  std::int64_t time = 0;  // µs UTC
};

// One block of a run's work, a blob of lines.
struct WorkBlock {
  schemas::BlobId id;
  std::uint64_t first = 0;  // number of its first answer, call or record in the run
  std::uint32_t count = 0;
  schemas::Position position = 0;  // of the event
};

struct Spending {
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  double cost_usd = 0;  // of the models whose price is known
};

// What the verdict was made of.
struct Measured {
  schemas::Verdict verdict = schemas::Verdict::no_go;
  double mean = 0;
  double std = 0;         // population
  double above_zero = 0;  // share 0..1
  std::uint64_t scored = 0;
  std::uint64_t unscored = 0;
  std::string cause;  // empty for GO
  schemas::Position position = 0;
};

struct DryRun {
  std::uint64_t run = 0;
  std::uint32_t grader_version = 0;
  std::uint64_t regrade_of = 0;  // 0 = none
  std::uint32_t k = 1;
  schemas::BlobId sample;  // lines {record, topic}
  schemas::Position sampled_at = 0;
  std::uint64_t records = 0;  // sampled
  std::uint64_t candidates = 0;
  std::uint64_t without_answer = 0;
  std::vector<WorkBlock> answers;
  std::vector<WorkBlock> grades;
  std::vector<WorkBlock> calls;
  std::uint64_t answered = 0;  // answers, missing ones included
  std::uint64_t missing = 0;   // asked for, and nothing to grade came
  std::uint64_t graded = 0;    // answers, void ones included
  std::uint64_t unscored = 0;
  double score_sum = 0;  // of the scored, so that a mean can be shown while it runs
  Spending spent;
  std::optional<Measured> measured;

  [[nodiscard]] bool sampled() const { return sampled_at != 0; }
  [[nodiscard]] std::uint64_t samples() const { return records * k; }
};

struct GenerationCall {
  schemas::Strategy strategy = schemas::Strategy::few_shot;
  std::uint32_t topic = 0;
  std::vector<std::uint64_t> sources;
  std::uint32_t count = 0;
  std::uint32_t sample = 0;
};

struct Generation {
  std::uint64_t run = 0;
  std::vector<GenerationCall> plan;
  std::uint64_t planned = 0;  // records
  double balance_before = 0;
  double balance_after = 0;
  std::vector<WorkBlock> blocks;
  std::vector<WorkBlock> calls;
  std::uint32_t calls_done = 0;
  std::uint32_t calls_failed = 0;
  std::uint64_t generated = 0;          // passed the filters, to be reviewed
  std::vector<std::uint64_t> rejected;  // per filter
  Spending spent;
  schemas::Position reviewed_at = 0;  // 0 = not yet
  std::uint64_t accepted = 0;
  std::uint64_t dropped = 0;     // by the reviewer
  std::uint64_t import_run = 0;  // that added the accepted ones
  std::uint64_t first_record = 0;

  [[nodiscard]] bool is_planned() const { return !plan.empty(); }
  [[nodiscard]] bool awaits_review() const { return reviewed_at == 0 && generated > 0; }
};

}  // namespace engine
