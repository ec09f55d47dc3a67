// The snapshot's description of what a state is made of, row by row. Every field of these structs stands here
// once; changing one means a new `snapshot_layout` (engine/snapshot.cpp).
#pragma once

#include "engine/dataset_state.hpp"
#include "engine/snapshot_bytes.hpp"

namespace engine::snapshot_parts {

template <class A>
void pull(A& a, auto& pull) {
  all(a, pull.watermark, pull.matching, pull.position, pull.time, pull.with_failed);
  text(a, pull.filter);
  text(a, pull.folding);
  list(a, pull.skipped, [&](auto& skipped) {
    text(a, skipped.reason);
    describe(a, skipped.calls);
  });
}

template <class A>
void import_progress(A& a, auto& import) {
  all(a, import.mode, import.source, import.bytes_expected, import.bytes_read, import.imported,
      import.validated, import.invalid, import.duplicates, import.lines, import.blank, import.replaced,
      import.generation, import.received, import.categorize);
  text(a, import.name);
  optional(a, import.pull, [&](auto& one) { pull(a, one); });
}

template <class A>
void work_blocks(A& a, auto& blocks) {
  list(a, blocks, [&](auto& block) {
    blob_id(a, block.id);
    all(a, block.first, block.count, block.position);
  });
}

template <class A>
void spending(A& a, auto& spent) {
  all(a, spent.input_tokens, spent.output_tokens, spent.cost_usd);
}

template <class A>
void run(A& a, auto& run) {
  all(a, run.id, run.step, run.state, run.attempt, run.forgiven, run.epoch, run.seed, run.requested_at,
      run.started_at, run.ended_at, run.requested_time, run.started_time, run.ended_time, run.retry_time,
      run.done, run.total);
  text(a, run.because);
  text(a, run.stage);
  text(a, run.error);
  optional(a, run.import, [&](auto& import) { import_progress(a, import); });
  optional(a, run.topics, [&](auto& topics) {
    all(a, topics.method, topics.max_topics, topics.depth, topics.min_topics, topics.granularity,
        topics.split, topics.clear_assignments);
    text(a, topics.template_name);
    text(a, topics.embedder);
    text(a, topics.label_model);
  });
  optional(a, run.categorize, [&](auto& categorize) {
    all(a, categorize.scope, categorize.overwrite_manual);
    text(a, categorize.embedder);
    text(a, categorize.model);
  });
  optional(a, run.dry_run, [&](auto& p) {
    all(a, p.sample_size, p.answers, p.k, p.temperature, p.max_tokens, p.grader_version, p.regrade_of,
        p.duplicates);
    text(a, p.model);
    list(a, p.records, [&](auto& record) { describe(a, record); });
  });
  optional(a, run.generate, [&](auto& p) {
    all(a, p.strategy, p.has_strategy, p.temperature, p.records_per_call, p.retries, p.length_min,
        p.length_max, p.synthetic_share_max, p.variations_per_record, p.count);
    text(a, p.model);
    list(a, p.topics, [&](auto& topic) { describe(a, topic); });
    list(a, p.records, [&](auto& record) { describe(a, record); });
  });
  work_blocks(a, run.calls);
  spending(a, run.spent);
}

template <class A>
void grader(A& a, auto& grader) {
  all(a, grader.version, grader.restores, grader.position, grader.time);
  blob_id(a, grader.definition);
  text(a, grader.kind);
  text(a, grader.title);
  text(a, grader.reason);
  list(a, grader.models, [&](auto& model) { text(a, model); });
}

template <class A>
void dry_run(A& a, auto& d) {
  all(a, d.run, d.grader_version, d.regrade_of, d.k, d.sampled_at, d.records, d.candidates, d.without_answer,
      d.answered, d.missing, d.graded, d.unscored, d.score_sum);
  blob_id(a, d.sample);
  work_blocks(a, d.answers);
  work_blocks(a, d.grades);
  work_blocks(a, d.calls);
  spending(a, d.spent);
  optional(a, d.measured, [&](auto& m) {
    all(a, m.verdict, m.mean, m.std, m.above_zero, m.scored, m.unscored, m.position);
    text(a, m.cause);
  });
}

template <class A>
void generation(A& a, auto& g) {
  all(a, g.run, g.planned, g.balance_before, g.balance_after, g.calls_done, g.calls_failed, g.generated,
      g.reviewed_at, g.accepted, g.dropped, g.import_run, g.first_record);
  list(a, g.plan, [&](auto& call) {
    all(a, call.strategy, call.topic, call.count, call.sample);
    list(a, call.sources, [&](auto& record) { describe(a, record); });
  });
  work_blocks(a, g.blocks);
  work_blocks(a, g.calls);
  list(a, g.rejected, [&](auto& count) { describe(a, count); });
  spending(a, g.spent);
}

template <class A>
void topic(A& a, auto& topic) {
  all(a, topic.id, topic.parent, topic.labels_by);
  text(a, topic.name);
  text(a, topic.description);
  list(a, topic.keywords, [&](auto& keyword) { text(a, keyword); });
  list(a, topic.exemplars, [&](auto& record) { describe(a, record); });
  list(a, topic.members, [&](auto& record) { describe(a, record); });
}

template <class A>
void tree(A& a, auto& tree) {
  all(a, tree.version, tree.method, tree.outliers);
  text(a, tree.template_name);
  text(a, tree.embedder);
  text(a, tree.language);
  text(a, tree.label_model);
  text(a, tree.label_problem);
  list(a, tree.topics, [&](auto& one) { topic(a, one); });
}

template <class A>
void counters(A& a, auto& counters) {
  all(a, counters.records, counters.valid, counters.invalid, counters.unvalidated, counters.duplicates,
      counters.categorized, counters.low_confidence, counters.multi_turn);
  for (auto& code : counters.by_code) describe(a, code);
  for (auto& source : counters.by_source) describe(a, source);
}

template <class A>
void change(A& a, auto& change) {
  describe(a, change.position);
  text(a, change.because);
}

// Outlives the contents it speaks of: kept as long as the dataset.
template <class A>
void erasure(A& a, auto& erasure) {
  describe(a, erasure.position);
  list(a, erasure.records, [&](auto& record) { describe(a, record); });
  list(a, erasure.replaced, [&](auto& payload) {
    describe(a, payload.position);
    blob_id(a, payload.from);
    blob_id(a, payload.to);
  });
}

}  // namespace engine::snapshot_parts
