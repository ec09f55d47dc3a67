#include "steps/topics/meaning_groups.hpp"

#include <algorithm>

#include "steps/topics/linkage.hpp"

namespace steps::topics {

namespace {

struct Count {
  std::size_t groups = 0;  // of rows_min and more
  double support = 0;      // share of the rows in them
};

Count count_at(const std::vector<Merge>& tree, std::size_t rows, double distance, std::size_t rows_min) {
  const auto above = static_cast<std::size_t>(
      std::ranges::count_if(tree, [&](const Merge& merge) { return merge.height > distance; }));
  std::vector<std::size_t> sizes(above + 1);
  for (const std::uint32_t group : cut(tree, rows, above + 1)) ++sizes[group];
  Count count;
  std::size_t supported = 0;
  for (const std::size_t size : sizes) {
    if (size < rows_min) continue;
    ++count.groups;
    supported += size;
  }
  count.support = static_cast<double>(supported) / static_cast<double>(rows);
  return count;
}

}  // namespace

std::optional<MeaningGroups> meaning_groups(const Matrix& rows, const MeaningOptions& options) {
  if (rows.rows < 4 * options.rows_min) return std::nullopt;
  const std::vector<Merge> tree = link(rows, Linkage::average);
  Count count = count_at(tree, rows.rows, options.distance, options.rows_min);
  if (count.support < options.support_min || count.groups < 2) return std::nullopt;
  MeaningGroups found;
  found.support = count.support;
  if (options.finer != 0) {
    // Groups that are cut finer than they are supported at may be smaller.
    const std::size_t rows_min = options.finer > 0 ? 2 + options.rows_min / 4 : options.rows_min;
    count = count_at(tree, rows.rows, options.distance - options.finer, rows_min);
  }
  // Average linkage tells how many; Ward's groups of that number are more even, and k-means settles borders.
  found.groups = std::clamp(count.groups, options.groups_min, std::min(options.groups_max, rows.rows));
  found.group_of = cut(link(rows, Linkage::ward), rows.rows, found.groups);
  found.groups = refine(rows, found.group_of, found.groups, 30);
  found.groups = dissolve_small(rows, found.group_of, found.groups, 2);
  return found;
}

}  // namespace steps::topics
