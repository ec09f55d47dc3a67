#include "steps/topics/linkage.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>
#include <tuple>

#include "steps/topics/gemm.hpp"

namespace steps::topics {
namespace {

// Distances between n nodes, the triangle above the diagonal.
class Distances {
 public:
  explicit Distances(std::size_t size) : size_(size), values_(size * (size - 1) / 2) {}

  float& at(std::size_t left, std::size_t right) {
    if (left > right) std::swap(left, right);
    return values_[left * (2 * size_ - left - 1) / 2 + (right - left - 1)];
  }

 private:
  std::size_t size_;
  std::vector<float> values_;
};

struct Chain {
  Distances distances;
  std::vector<float> weight;
  std::vector<std::uint32_t> active;  // ascending
  Linkage linkage;

  // The nearest active node; `preferred` wins ties, so that the chain always ends.
  std::uint32_t nearest(std::uint32_t node, std::uint32_t preferred, float& best) {
    std::uint32_t found = preferred;
    best = preferred == node ? std::numeric_limits<float>::infinity() : distances.at(node, preferred);
    for (const std::uint32_t other : active) {
      if (other == node) continue;
      const float distance = distances.at(node, other);
      if (distance < best) {
        best = distance;
        found = other;
      }
    }
    return found;
  }

  // Lance-Williams: `kept` becomes the union, `gone` leaves.
  void merge(std::uint32_t kept, std::uint32_t gone, float height) {
    const float a = weight[kept];
    const float b = weight[gone];
    active.erase(std::ranges::lower_bound(active, gone));
    for (const std::uint32_t other : active) {
      if (other == kept) continue;
      float& to_kept = distances.at(kept, other);
      const float to_gone = distances.at(gone, other);
      if (linkage == Linkage::average) {
        to_kept = (a * to_kept + b * to_gone) / (a + b);
      } else {
        const float c = weight[other];
        to_kept = ((a + c) * to_kept + (b + c) * to_gone - c * height) / (a + b + c);
      }
    }
    weight[kept] = a + b;
  }
};

Chain start(const Matrix& rows, Linkage linkage, std::span<const float> weights) {
  Chain chain{Distances(rows.rows), {}, std::vector<std::uint32_t>(rows.rows), linkage};
  std::iota(chain.active.begin(), chain.active.end(), 0U);
  chain.weight.assign(rows.rows, 1.0F);
  if (!weights.empty()) chain.weight.assign(weights.begin(), weights.end());
  constexpr std::size_t block = 256;
  Matrix together;
  for (std::size_t left = 0; left < rows.rows; ++left) {
    if (left % block == 0) {
      Matrix some(std::min(block, rows.rows - left), rows.cols);
      std::copy_n(rows.values.begin() + static_cast<std::ptrdiff_t>(left * rows.cols), some.values.size(),
                  some.values.begin());
      together = dots(some, rows);
    }
    for (std::size_t right = left + 1; right < rows.rows; ++right) {
      const float apart = std::max(0.0F, 1.0F - together.row(left % block)[right]);
      const float a = chain.weight[left];
      const float b = chain.weight[right];
      // Rows of length 1: squared distance = 2 * (1 - cosine); Ward's growth is a b / (a + b) times that.
      chain.distances.at(left, right) = linkage == Linkage::average ? apart : 2.0F * apart * a * b / (a + b);
    }
  }
  return chain;
}

}  // namespace

std::vector<Merge> link(const Matrix& rows, Linkage linkage, std::span<const float> weights) {
  if (rows.rows < 2) return {};
  Chain chain = start(rows, linkage, weights);
  std::vector<Merge> found;
  std::vector<std::uint32_t> path;
  while (chain.active.size() > 1) {
    if (path.empty()) path.push_back(chain.active.front());
    while (true) {
      const std::uint32_t top = path.back();
      float height = 0;
      const std::uint32_t before = path.size() > 1 ? path[path.size() - 2] : top;
      const std::uint32_t next = chain.nearest(top, before, height);
      if (path.size() > 1 && next == before) {
        path.resize(path.size() - 2);
        const std::uint32_t kept = std::min(top, next);
        const std::uint32_t gone = std::max(top, next);
        chain.merge(kept, gone, height);
        found.push_back({kept, gone, height});
        break;
      }
      path.push_back(next);
    }
  }
  // The chain finds merges out of order; sorted by height they are the tree, with `left` and `right` still
  // being leaves that stand for their groups.
  std::ranges::sort(found, [](const Merge& left, const Merge& right) {
    return std::tuple(left.height, left.left, left.right) < std::tuple(right.height, right.left, right.right);
  });
  std::vector<std::uint32_t> node_of(rows.rows);
  std::iota(node_of.begin(), node_of.end(), 0U);
  std::vector<std::uint32_t> parent(rows.rows);
  std::iota(parent.begin(), parent.end(), 0U);
  const auto root = [&parent](std::uint32_t leaf) {
    while (parent[leaf] != leaf) leaf = parent[leaf] = parent[parent[leaf]];
    return leaf;
  };
  for (std::size_t index = 0; index < found.size(); ++index) {
    const std::uint32_t left = root(found[index].left);
    const std::uint32_t right = root(found[index].right);
    found[index].left = node_of[left];
    found[index].right = node_of[right];
    parent[right] = left;
    node_of[left] = static_cast<std::uint32_t>(rows.rows + index);
  }
  return found;
}

std::vector<std::uint32_t> cut(std::span<const Merge> merges, std::size_t leaves, std::size_t groups) {
  assert(groups >= 1 && groups <= leaves && merges.size() + 1 == leaves);
  const std::size_t applied = leaves - groups;
  std::vector<std::uint32_t> parent(leaves + merges.size());
  std::iota(parent.begin(), parent.end(), 0U);
  for (std::size_t index = 0; index < applied; ++index) {
    parent[merges[index].left] = parent[merges[index].right] = static_cast<std::uint32_t>(leaves + index);
  }
  // A parent always has the higher number, so one pass from the top finds every root.
  for (std::size_t node = parent.size(); node-- > 0;) parent[node] = parent[parent[node]];
  constexpr std::uint32_t unseen = 0xFFFFFFFF;
  std::vector<std::uint32_t> number(parent.size(), unseen);
  std::vector<std::uint32_t> out(leaves);
  std::uint32_t next = 0;
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    std::uint32_t& group = number[parent[leaf]];
    if (group == unseen) group = next++;
    out[leaf] = group;
  }
  return out;
}

}  // namespace steps::topics
