// Groups that several searches agree on. One search depends on the seed of its projection: on texts of few
// broad topics its number of groups may be off by half. What several of them put together is what the texts
// have in common (cluster ensembles, Strehl and Ghosh 2002). Pure and seeded; costs five searches and one
// more.
#pragma once

#include <cstdint>
#include <functional>

#include "steps/topics/cluster.hpp"

namespace steps::topics {

// Rows of the same texts, each time from another seed.
using RowsOfSeed = std::function<Matrix(std::uint64_t seed)>;

// As cluster(); the result is described in the rows of options.seed. Few rows are searched once.
[[nodiscard]] schemas::Result<Clustering> cluster_by_consensus(const RowsOfSeed& rows_of,
                                                               const ClusterOptions& options);

}  // namespace steps::topics
