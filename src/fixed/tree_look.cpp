// What a heap of granules does seldom: its beginning, looking at itself, and
// saying no.
#include "tarn/detail/fixed_tree.hpp"

#include "fixed/granules.hpp"
#include "fixed/word_runs.hpp"

#include <bit>

namespace tarn {
inline namespace v1 {
namespace detail {

bool TreeHeap::begin(std::span<std::byte> buffer) noexcept {
  std::byte* const book = begin_blocks(buffer);
  if (book == nullptr)
    return false;
  leaves_ = leaves_for(count_);
  free_ = reinterpret_cast<std::uint32_t*>(book);
  starts_ = free_ + words_for(count_);
  tree_ = reinterpret_cast<std::uint8_t*>(starts_ + words_for(count_));
  begin_words(count_);
  return true;
}

// All granules are free; those that the last word lacks begin blocks for ever,
// and leaves without a word have nothing.
void TreeHeap::begin_words(std::uint32_t granules) noexcept {
  for (std::uint32_t i = 0; i < 2 * leaves_; ++i)
    tree_[i] = 0;
  for (std::uint32_t word = 0; word < words_for(granules); ++word) {
    const std::uint32_t rest = granules - word * 32;
    const std::uint32_t all =
        rest < 32 ? (std::uint32_t{1} << rest) - 1 : 0xffff'ffff;
    free_[word] = all;
    starts_[word] = ~all;
    tree_[leaves_ + word] = best_in(all);
  }
  unsigned full = word_order + 1;  // what the children say when all is free
  for (std::uint32_t row = leaves_ / 2; row != 0; row /= 2, ++full)
    for (std::uint32_t node = row; node < 2 * row; ++node) {
      const std::uint8_t left = tree_[std::size_t{2} * node];
      const std::uint8_t right = tree_[2 * node + 1];
      tree_[node] = left == full && right == full
                        ? static_cast<std::uint8_t>(full + 1)
                    : left < right ? right
                                   : left;
    }
}

std::uint32_t TreeHeap::granules_of(const Found& found) const noexcept {
  return found.bits != 0 ? length_of(found.bits)
                         : std::uint32_t{1} << found.order;
}

std::size_t TreeHeap::size_of(const void* p) const noexcept {
  const Found found = find(p);
  if (found.node != 0)
    return granules_of(found) * granule;
  return other_ != nullptr ? other_->size_of(p) : 0;
}

std::size_t TreeHeap::largest_here() const noexcept {
  const unsigned best = has_begun() ? tree_[1] : 0;
  return best == 0 ? 0 : granule << (best - 1);
}

// Blocks of a word are aligned powers of two, and every granule is one's.
bool TreeHeap::is_word_sound(std::uint32_t word) const noexcept {
  const std::uint32_t free = free_[word];
  const std::uint32_t starts = starts_[word];
  const std::uint32_t rest = count_ - word * 32;
  const std::uint32_t missing =
      rest < 32 ? ~((std::uint32_t{1} << rest) - 1) : 0;
  if ((free & starts) != 0 || (free & missing) != 0 ||
      (starts & missing) != missing)
    return false;
  std::uint32_t told = free | missing;
  for (std::uint32_t left = starts & ~missing; left != 0; left &= left - 1) {
    const std::uint32_t bit = left & (0 - left);
    const std::uint32_t next = (starts | free) & (0 - 2 * bit);
    const std::uint32_t bits = (next & (0 - next)) - bit;
    const std::uint32_t size = length_of(bits);
    if (!is_pow2(size) || size > 16 || low_bit(bit) % size != 0)
      return false;
    told |= bits;
  }
  const std::uint8_t leaf = tree_[leaves_ + word];
  const bool is_block = leaf == 0 && free == 0xffff'ffff;
  return told == 0xffff'ffff && (is_block || leaf == best_in(free));
}

// A node says what its children have, or 0 where it is a block.
bool TreeHeap::is_node_sound(std::uint32_t node,
                             unsigned order) const noexcept {
  const std::uint8_t left = tree_[std::size_t{2} * node];
  const std::uint8_t right = tree_[2 * node + 1];
  const bool is_full = left == order && right == order;
  const unsigned now = is_full ? order + 1 : left < right ? right : left;
  return tree_[node] == now || (is_full && tree_[node] == 0);
}

bool TreeHeap::check() const noexcept {
  std::uint32_t used = 0;
  const std::uint32_t words = words_for(count_);
  for (std::uint32_t word = 0; word < words; ++word) {
    if (!is_word_sound(word))
      return false;
    used += static_cast<std::uint32_t>(std::popcount(~free_[word]));
    if (tree_[leaves_ + word] == 0 && free_[word] == 0xffff'ffff)
      used += 32;
  }
  used -= words * 32 - count_;
  unsigned order = word_order + 1;
  for (std::uint32_t row = leaves_ / 2; row != 0; row /= 2, ++order)
    for (std::uint32_t node = row; node < 2 * row; ++node) {
      if (!is_node_sound(node, order))
        return false;
      if (tree_[node] == 0 && tree_[std::size_t{2} * node] == order &&
          tree_[2 * node + 1] == order)
        used += std::uint32_t{1} << order;
    }
  return used == used_ && used_ <= peak_ &&
         (other_ == nullptr || other_->check());
}

bool TreeHeap::check_step(std::size_t words, BlockLook look) noexcept {
  for (std::size_t i = 0; i < words && count_ != 0; ++i) {
    if (looked_at_ >= words_for(count_))
      looked_at_ = 0;
    if (!is_word_sound(looked_at_))
      return false;
    unsigned order = word_order + 1;
    std::uint32_t node = (leaves_ + looked_at_) / 2;
    for (; node != 0; node /= 2, ++order)
      if (!is_node_sound(node, order))
        return false;
    if (look != nullptr && !look_at(looked_at_, look))
      return false;
    ++looked_at_;
  }
  return other_ == nullptr || other_->check_step(words, look);
}

// The blocks that begin in a word's granules.
bool TreeHeap::look_at(std::uint32_t word, BlockLook look) const noexcept {
  const std::uint32_t end = (word + 1) * 32 < count_ ? (word + 1) * 32 : count_;
  for (std::uint32_t next = word * 32; next < end;) {
    const std::byte* const place = blocks_ + next * granule;
    const Found found = find(place);
    if (found.node == 0) {
      ++next;
      continue;
    }
    const std::uint32_t granules = granules_of(found);
    if (!look(place, granules * granule))
      return false;
    next += granules;
  }
  return true;
}

bool TreeHeap::look_at_all(BlockLook look) const noexcept {
  for (std::uint32_t word = 0; word < words_for(count_); ++word)
    if (!look_at(word, look))
      return false;
  return other_ == nullptr || other_->look_at_all(look);
}

template class FixedBuffers<TreeHeap>;
template class GranuleHeap<TreeHeap>;

}  // namespace detail
}  // namespace v1
}  // namespace tarn
