#include "steps/generation_plan.hpp"

#include <algorithm>

#include "engine/projections/coverage.hpp"

namespace steps {

namespace {
using engine::RecordRow;

// Visits number and row of what is shown and valid.
template <class Visit>
void for_each_valid(const engine::DatasetState& state, Visit visit) {
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    const RecordRow& row = state.records[number - 1];
    if (row.visible() && row.valid()) visit(number, row);
  }
}
}  // namespace

generate::Parameters generation_parameters(const schemas::GenerateParametersT& given, std::uint64_t seed) {
  generate::Parameters parameters;
  if (given.has_strategy) parameters.strategy = static_cast<generate::Strategy>(given.strategy);
  parameters.temperature = given.temperature;
  parameters.records_per_call = given.records_per_call;
  parameters.retries = given.retries;
  parameters.length_min = given.length_min;
  parameters.length_max = given.length_max;
  parameters.synthetic_share_max = given.synthetic_share_max;
  parameters.variations_per_record = given.variations_per_record;
  if (given.count > 0) parameters.count = given.count;
  parameters.topics = given.topics;
  parameters.records = given.records;
  parameters.seed = seed;
  return parameters;
}

std::vector<generate::TopicState> topics_to_generate(const engine::DatasetState& state) {
  std::vector<generate::TopicState> topics;
  for (const engine::TopicCoverage& covered : engine::coverage_of(state).topics) {
    generate::TopicState topic;
    topic.topic = covered.id;
    topic.name = covered.name;
    if (const engine::Topic* told = state.topics->find(covered.id); told != nullptr) {
      topic.description = told->description;
      topic.keywords = told->keywords;
    }
    topic.records = covered.records;
    topic.recommend = covered.recommend;
    topics.push_back(std::move(topic));
  }
  return topics;
}

schemas::Result<generate::Plan> plan_generation(const engine::DatasetState& state,
                                                const generate::Parameters& parameters) {
  std::vector<generate::Source> sources;
  for_each_valid(state, [&](std::uint64_t number, const RecordRow& row) {
    sources.push_back({number, row.topic, row.is(engine::multi_turn), row.is(engine::has_tools),
                       state.blocks[row.block].source == engine::Source::synthetic});
  });
  return generate::make_plan(parameters, topics_to_generate(state), sources);
}

std::uint64_t mean_record_tokens(const engine::DatasetState& state) {
  std::uint64_t tokens = 0;
  std::uint64_t records = 0;
  for_each_valid(state, [&](std::uint64_t, const RecordRow& row) {
    tokens += row.tokens;
    ++records;
  });
  return records == 0 ? 0 : tokens / records;
}

}  // namespace steps
