#include "steps/topics/meaning_groups.hpp"

#include <algorithm>

#include "steps/topics/linkage.hpp"

namespace steps::topics {

std::optional<MeaningGroups> meaning_groups(const Matrix& rows, const MeaningOptions& options) {
  if (rows.rows < 4 * options.rows_min) return std::nullopt;
  const std::vector<Merge> tree = link(rows, Linkage::average);
  const auto above = static_cast<std::size_t>(
      std::ranges::count_if(tree, [&](const Merge& merge) { return merge.height > options.distance; }));
  std::vector<std::size_t> sizes(above + 1);
  for (const std::uint32_t group : cut(tree, rows.rows, above + 1)) ++sizes[group];
  MeaningGroups found;
  std::size_t supported = 0;
  for (const std::size_t size : sizes) {
    if (size < options.rows_min) continue;
    ++found.groups;
    supported += size;
  }
  found.support = static_cast<double>(supported) / static_cast<double>(rows.rows);
  if (found.support < options.support_min || found.groups < 2) return std::nullopt;
  // Average linkage tells how many; Ward's groups of that number are more even, and k-means settles borders.
  found.groups = std::clamp(found.groups, options.groups_min, std::min(options.groups_max, rows.rows));
  found.group_of = cut(link(rows, Linkage::ward), rows.rows, found.groups);
  found.groups = refine(rows, found.group_of, found.groups, 30);
  found.groups = dissolve_small(rows, found.group_of, found.groups, 2);
  return found;
}

}  // namespace steps::topics
