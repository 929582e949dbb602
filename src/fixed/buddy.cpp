// The calls of a heap of halves: a list and a word of marks find the place, the
// book tells where its buddy is free. What users may have written to, the links
// of free places, is believed only when the list and the book agree.
#include "tarn/detail/fixed_bounds.hpp"
#include "tarn/detail/fixed_buddy.hpp"

#include "fixed/damage.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

bool BuddyHeap::begin(std::span<std::byte> buffer) noexcept {
  std::byte* const book = begin_blocks(buffer);
  if (book == nullptr)
    return false;
  tags_ = reinterpret_cast<std::uint8_t*>(book);
  for (std::uint32_t i = 0; i < count_; ++i)
    tags_[i] = 0;
  // The largest place first, so that each is aligned to its size.
  std::uint32_t place = 0;
  for (std::uint32_t left = count_; left != 0;) {
    const unsigned order = high_bit(left);
    insert(place, order);
    place += std::uint32_t{1} << order;
    left ^= std::uint32_t{1} << order;
  }
  return true;
}

inline void BuddyHeap::insert(std::uint32_t place, unsigned order) noexcept {
  const std::uint32_t first = heads_[order];
  tags_[place] = free_tag(order);
  links(place) = {first, 0};
  if (first != 0)
    links(first - 1).previous = place + 1;
  heads_[order] = place + 1;
  marks_ |= std::uint32_t{1} << order;
}

// It is in its list no more; what begins there is for the caller to say. A link
// is believed where the place that it names has one back.
inline void BuddyHeap::remove(std::uint32_t place, unsigned order) noexcept {
  const std::uint32_t number = place + 1;
  const auto [next, previous] = links(place);
  if (next != 0) {
    if (next > count_ || links(next - 1).previous != number) [[unlikely]]
      report_damage(blocks_ + place * granule);
    links(next - 1).previous = previous;
  }
  if (previous != 0) {
    if (previous > count_ || links(previous - 1).next != number) [[unlikely]]
      report_damage(blocks_ + place * granule);
    links(previous - 1).next = next;
    return;
  }
  if (heads_[order] != number) [[unlikely]]
    report_damage(blocks_ + place * granule);
  heads_[order] = next;
  if (next == 0)
    marks_ &= ~(std::uint32_t{1} << order);
}

void* BuddyHeap::take(std::size_t size, std::size_t align,
                      unsigned order) noexcept {
  const std::uint32_t granules = std::uint32_t{1} << order;
  const std::uint32_t served = marks_ & (0 - granules);
  if (served == 0) [[unlikely]]
    return refuse(size, align);
  unsigned found = low_bit(served);
  const std::uint32_t place = heads_[found] - 1;
  remove(place, found);
  // Of each order from here to there a half is free, the only one: the lists
  // between were empty.
  marks_ |= (std::uint32_t{1} << found) - granules;
  while (found > order) {
    --found;
    const std::uint32_t half = place + (std::uint32_t{1} << found);
    tags_[half] = free_tag(found);
    links(half) = {0, 0};
    heads_[found] = half + 1;
  }
  tags_[place] = static_cast<std::uint8_t>(is_block | order);
  count_request(used_ + granules, size, granules);
  return blocks_ + place * granule;
}

void BuddyHeap::deallocate(void* p) noexcept {
  const std::size_t number = number_of(p);
  auto place = static_cast<std::uint32_t>(number);
  if (number >= count_ || block_order(place) >= orders) [[unlikely]]
    return refuse_pointer(p);
  unsigned order = block_order(place);
  used_ -= std::uint32_t{1} << order;
  for (;; ++order) {
    const std::uint32_t size = std::uint32_t{1} << order;
    const std::uint32_t buddy = place ^ size;
    if (buddy >= count_ || tags_[buddy] != free_tag(order))
      break;
    remove(buddy, order);
    // The upper half begins nothing now.
    tags_[place | size] = 0;
    place &= ~size;
  }
  insert(place, order);
  keep_looking_at(place, order);
}

bool BuddyHeap::try_expand(void* p, std::size_t size) noexcept {
  if (other_ != nullptr && !is_here(p))
    return other_->try_expand(p, size);
  const std::size_t has = size_of(p);
  if (has == 0) [[unlikely]] {
    report_pointer(p);
    return false;
  }
  if (size <= has)
    return true;
  if (size > most_bytes)
    return false;
  // The larger place must begin where the block does, and each half that it
  // adds must be free.
  const auto place = static_cast<std::uint32_t>(number_of(p));
  const unsigned order = order_of(has);
  const unsigned want = order_of(size);
  if (place % (std::uint32_t{1} << want) != 0)
    return false;
  for (unsigned k = order; k < want; ++k) {
    const std::uint32_t buddy = place + (std::uint32_t{1} << k);
    if (buddy >= count_ || tags_[buddy] != free_tag(k))
      return false;
  }
  for (unsigned k = order; k < want; ++k) {
    remove(place + (std::uint32_t{1} << k), k);
    tags_[place + (std::uint32_t{1} << k)] = 0;
  }
  tags_[place] = static_cast<std::uint8_t>(is_block | want);
  keep_looking_at(place, want);
  const std::uint32_t granules = std::uint32_t{1} << want;
  count_request(used_ + granules - (std::uint32_t{1} << order), size, granules);
  return true;
}

// Where check_step goes on something must begin.
void BuddyHeap::keep_looking_at(std::uint32_t place, unsigned order) noexcept {
  if (looked_at_ - place < std::uint32_t{1} << order)
    looked_at_ = place;
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
