// The calls of a heap of granules: one way down the tree, one way up.
#include "tarn/detail/fixed_bounds.hpp"
#include "tarn/detail/fixed_tree.hpp"

#include "fixed/word_runs.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

// What lies above a node that had `was` and has less now; `full` is what it has
// when all of it is free. As long as all of a parent was free it had one more;
// after that it had `was`, as long as the sibling has less.
void TreeHeap::lower(std::uint32_t node, std::uint32_t was,
                     std::uint32_t full) noexcept {
  std::uint8_t* const tree = tree_;
  std::uint32_t now = tree[node];
  if (was == full)
    while (node != 1 && tree[node ^ 1] == was) {
      node >>= 1;
      now = was++;
      tree[node] = static_cast<std::uint8_t>(now);
    }
  while (node != 1) {
    const std::uint32_t beside = tree[node ^ 1];
    if (beside >= was)
      return;
    now = now < beside ? beside : now;
    node >>= 1;
    tree[node] = static_cast<std::uint8_t>(now);
  }
}

// What lies above a node that has more than before; `full` is what it has when
// all of it is free.
void TreeHeap::lift(std::uint32_t node, std::uint32_t full) noexcept {
  std::uint8_t* const tree = tree_;
  std::uint32_t now = tree[node];
  if (now == full)
    while (node != 1 && tree[node ^ 1] == now) {
      node >>= 1;
      ++now;
      tree[node] = static_cast<std::uint8_t>(now);
    }
  while (node != 1) {
    if (tree[node ^ 1] >= now)
      return;
    node >>= 1;
    tree[node] = static_cast<std::uint8_t>(now);
  }
}

void* TreeHeap::take(std::size_t size, std::size_t align,
                     unsigned order) noexcept {
  std::uint8_t* const tree = tree_;
  const std::uint32_t want = order + 1;
  if (tree == nullptr || tree[1] < want) [[unlikely]]
    return refuse(size, align);
  // The leftmost node that has it; of blocks of a word or more, itself.
  const std::uint32_t stop =
      order < word_order ? leaves_ : leaves_ >> (order - word_order);
  std::uint32_t node = 1;
  while (node < stop) {
    node *= 2;
    node += (tree[node] - want) >> 31;  // less than 0: 1
  }
  const std::uint32_t was = tree[node];
  std::uint32_t first = 0;  // granule
  if (order < word_order) {
    const std::uint32_t word = node - leaves_;
    const unsigned at = low_bit(runs_in(free_[word], order));
    const std::uint32_t rest = free_[word] & ~(ones(order) << at);
    free_[word] = rest;
    starts_[word] |= std::uint32_t{1} << at;
    tree[node] = best_in(rest);
    first = word * 32 + at;
  } else {
    tree[node] = 0;
    first = ((node << (order - word_order)) - leaves_) * 32;
  }
  const std::uint32_t granules = std::uint32_t{1} << order;
  count_request(used_ + granules, size, granules);
  lower(node, was, order < word_order ? word_order + 1 : want);
  return blocks_ + first * granule;
}

TreeHeap::Found TreeHeap::find(const void* p) const noexcept {
  const std::size_t number = number_of(p);
  if (number >= count_) [[unlikely]]
    return {};
  const auto word = static_cast<std::uint32_t>(number / 32);
  const std::uint32_t bit = std::uint32_t{1} << number % 32;
  const std::uint32_t starts = starts_[word];
  if ((starts & bit) != 0) {
    // Up to what begins next, or to the end of the word.
    const std::uint32_t next = (starts | free_[word]) & (0 - 2 * bit);
    return {leaves_ + word, word, (next & (0 - next)) - bit, word_order};
  }
  if (bit != 1)
    return {};
  std::uint32_t node = leaves_ + word;
  unsigned order = word_order;
  for (; tree_[node] != 0; ++order) {
    // A right child begins no larger place, nor does the root.
    if ((node & 1) != 0)
      return {};
    node >>= 1;
  }
  return {node, word, 0, order};
}

void TreeHeap::deallocate(void* p) noexcept {
  const Found found = find(p);
  if (found.node == 0) [[unlikely]]
    return refuse_pointer(p);
  if (found.bits != 0) {
    const std::uint32_t word = found.word;
    const std::uint32_t all = free_[word] | found.bits;
    free_[word] = all;
    starts_[word] &= ~found.bits;
    tree_[found.node] = best_in(all);
    used_ -= length_of(found.bits);
  } else {
    tree_[found.node] = static_cast<std::uint8_t>(found.order + 1);
    used_ -= std::uint32_t{1} << found.order;
  }
  lift(found.node, found.order + 1);
}

// Whether all of the place of 2^order granules from `first` on is free.
bool TreeHeap::is_free(std::uint32_t first, unsigned order) const noexcept {
  if (order < word_order)
    return (~free_[first / 32] >> first % 32 & ones(order)) == 0;
  std::uint32_t node = leaves_ + first / 32;
  if (node - leaves_ >= words_for(count_))
    return false;
  node >>= order - word_order;
  return tree_[node] == order + 1;
}

bool TreeHeap::try_expand(void* p, std::size_t size) noexcept {
  if (other_ != nullptr && !is_here(p))
    return other_->try_expand(p, size);
  const Found found = find(p);
  if (found.node == 0) [[unlikely]] {
    report_pointer(p);
    return false;
  }
  const std::uint32_t has = granules_of(found);
  if (size <= has * granule)
    return true;
  if (size > most_bytes)
    return false;
  // The larger place must begin where the block does, and each half that it
  // adds must be free.
  const std::uint32_t first =
      static_cast<std::uint32_t>(bytes_between(blocks_, p) / granule);
  const unsigned want = order_of(size);
  if (first % (std::uint32_t{1} << want) != 0 ||
      (std::uint32_t{1} << want) > count_ - first)
    return false;
  for (unsigned order = low_bit(has); order < want; ++order)
    if (!is_free(first + (std::uint32_t{1} << order), order))
      return false;
  grow(found, first, want, size);
  return true;
}

// A block becomes one of 2^want granules, the rest of which is free.
void TreeHeap::grow(const Found& found, std::uint32_t first, unsigned want,
                    std::size_t size) noexcept {
  const std::uint32_t word = first / 32;
  const std::uint32_t has = granules_of(found);
  std::uint32_t node = leaves_ + word;
  if (want < word_order) {
    const std::uint32_t was = tree_[node];
    free_[word] &= ~(ones(want) << first % 32);
    tree_[node] = best_in(free_[word]);
    lower(node, was, word_order + 1);
  } else {
    // As if it were free for a moment: then all of the place is.
    if (found.bits != 0) {
      free_[word] |= found.bits;
      starts_[word] &= ~found.bits;
      tree_[node] = best_in(free_[word]);
    } else {
      node = found.node;
      tree_[node] = static_cast<std::uint8_t>(found.order + 1);
    }
    lift(node, found.order + 1);
    node = (leaves_ + word) >> (want - word_order);
    tree_[node] = 0;
    lower(node, want + 1, want + 1);
  }
  const std::uint32_t granules = std::uint32_t{1} << want;
  count_request(used_ + granules - has, size, granules);
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
