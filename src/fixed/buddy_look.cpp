// What a heap of halves does seldom: looking at itself.
#include "tarn/detail/fixed_buddy.hpp"

#include "fixed/damage.hpp"
#include "fixed/granules.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

std::size_t BuddyHeap::size_of(const void* p) const noexcept {
  const std::size_t number = number_of(p);
  if (number < count_) {
    const unsigned order = block_order(static_cast<std::uint32_t>(number));
    // What a block behind wrote into the book may lead out of the buffer.
    if (order < orders && std::size_t{1} << order <= count_ - number)
      return granule << order;
  }
  return other_ != nullptr ? other_->size_of(p) : 0;
}

std::size_t BuddyHeap::largest_here() const noexcept {
  return marks_ == 0 ? 0 : granule << high_bit(marks_);
}

bool BuddyHeap::is_linked(std::uint32_t place, unsigned order) const noexcept {
  const std::uint8_t tag = free_tag(order);
  const auto [next, previous] = links(place);
  if (next != 0 && (next > count_ || tags_[next - 1] != tag ||
                    links(next - 1).previous != place + 1))
    return false;
  if (previous == 0)
    return heads_[order] == place + 1;
  return previous <= count_ && tags_[previous - 1] == tag &&
         links(previous - 1).next == place + 1;
}

// Something begins here, is aligned to its size, lies inside, and if it is free
// its buddy is not.
bool BuddyHeap::is_sound(std::uint32_t place) const noexcept {
  const std::uint8_t tag = tags_[place];
  const unsigned order = tag & (is_free - 1);
  const bool is_one = (tag & (is_free | is_block)) == is_free ||
                      (tag & (is_free | is_block)) == is_block;
  if (!is_one || order >= orders)
    return false;
  const std::uint32_t size = std::uint32_t{1} << order;
  if (place % size != 0 || size > count_ - place)
    return false;
  if ((tag & is_block) != 0)
    return true;
  const std::uint32_t buddy = place ^ size;
  const bool is_merged = buddy >= count_ || tags_[buddy] != tag;
  return is_merged && (marks_ >> order & 1) != 0 && is_linked(place, order);
}

// That each place agrees with its neighbours leaves rings beside the lists.
bool BuddyHeap::are_lists_sound(std::uint32_t free_ones) const noexcept {
  std::uint32_t listed = 0;
  for (unsigned order = 0; order < orders; ++order) {
    std::uint32_t one = heads_[order];
    if ((marks_ >> order & 1) != (one != 0 ? 1 : 0))
      return false;
    for (; one != 0 && listed <= free_ones; one = links(one - 1).next, ++listed)
      if (one > count_ || tags_[one - 1] != free_tag(order))
        return false;
  }
  return listed == free_ones;
}

bool BuddyHeap::check() const noexcept {
  std::uint32_t used = 0;
  std::uint32_t free_ones = 0;
  std::uint32_t place = 0;
  bool is_at_cursor = looked_at_ == 0 || looked_at_ >= count_;
  while (place < count_) {
    if (!is_sound(place))
      return false;
    is_at_cursor = is_at_cursor || place == looked_at_;
    const std::uint32_t size = std::uint32_t{1} << (tags_[place] % is_free);
    if ((tags_[place] & is_block) != 0)
      used += size;
    else
      ++free_ones;
    for (std::uint32_t i = place + 1; i < place + size; ++i)
      if (tags_[i] != 0)
        return false;
    place += size;
  }
  return used == used_ && used_ <= peak_ && is_at_cursor &&
         are_lists_sound(free_ones) && (other_ == nullptr || other_->check());
}

bool BuddyHeap::check_step(std::size_t places, BlockLook look) noexcept {
  for (std::size_t i = 0; i < places && count_ != 0; ++i) {
    if (looked_at_ >= count_)
      looked_at_ = 0;
    if (!is_sound(looked_at_) ||
        (look != nullptr && !look_at(looked_at_, look)))
      return false;
    looked_at_ += std::uint32_t{1} << (tags_[looked_at_] % is_free);
  }
  return other_ == nullptr || other_->check_step(places, look);
}

bool BuddyHeap::look_at(std::uint32_t place, BlockLook look) const noexcept {
  const std::uint8_t tag = tags_[place];
  return (tag & is_block) == 0 ||
         look(blocks_ + place * granule, granule << (tag ^ is_block));
}

void BuddyHeap::report_pointer(const void* p) const noexcept {
  const std::size_t number = number_of(p);
  // Neither nothing nor a free place: no call wrote that.
  if (number < count_ && tags_[number] != 0 &&
      (tags_[number] ^ std::uint32_t{is_free}) >= orders)
    report_damage(p);
  GranuleHeap::report_pointer(p);
}

bool BuddyHeap::look_at_all(BlockLook look) const noexcept {
  for (std::uint32_t place = 0; place < count_;
       place += std::uint32_t{1} << (tags_[place] % is_free))
    if (!look_at(place, look))
      return false;
  return other_ == nullptr || other_->look_at_all(look);
}

template class FixedBuffers<BuddyHeap>;
template class GranuleHeap<BuddyHeap>;

}  // namespace detail
}  // namespace v1
}  // namespace tarn
