// The calls of a heap of fragments: no loop, and the longest way through each
// lies in one piece ([[likely]] means that, not what is frequent). What is read
// of `cells_` is copied first, since a store into a cell might change it for
// all the compiler knows.
#include "tarn/detail/fixed_bounds.hpp"
#include "tarn/detail/fixed_fragments.hpp"

#include "port/fault.hpp"

#include <bit>

namespace tarn {
inline namespace v1 {
namespace detail {

template <class Index>
std::uint32_t FragmentHeap<Index>::fragment_of(const void* p) const noexcept {
  std::byte* const cells = cells_;
  // A remainder turned to the top makes the number too large.
  const std::size_t number = std::rotr(address_of(p) - first_block(), 4);
  if (number >= end_) [[unlikely]]
    return 0;
  const auto fragment = static_cast<std::uint32_t>(number);
  const std::uint32_t size = at(cells, fragment).size ^ in_use;
  if (size > end_ - fragment) [[unlikely]]
    return 0;
  // What is no header is not the one below its neighbour, nor above it.
  const std::uint32_t before = at(cells, fragment).before;
  if (at(cells, fragment + size).before != fragment || before >= fragment ||
      before + (at(cells, before).size & ~in_use) != fragment) [[unlikely]]
    return 0;
  return fragment;
}

template <class Index>
inline void FragmentHeap<Index>::insert(std::byte* cells,
                                        std::uint32_t fragment,
                                        std::uint32_t size,
                                        Marks& marks) noexcept {
  if constexpr (Index::is_bounded) {
    const std::uint32_t list = Index::class_of(size);
    const std::uint32_t first = index_.heads[list];
    at(cells, fragment).next = first;
    at(cells, fragment).previous = 0;
    index_.heads[list] = fragment;
    if (first == 0) [[likely]]
      index_.mark(list, marks);
    else
      at(cells, first).previous = fragment;
  } else if (!index_.insert(cells, fragment, end_, marks)) {
    report_damage(fragment);
  }
}

// The first of a list is no longer in it.
template <class Index>
inline void FragmentHeap<Index>::pop(std::byte* cells, std::uint32_t list,
                                     std::uint32_t next,
                                     Marks& marks) noexcept {
  index_.heads[list] = next;
  if (next == 0) [[likely]]
    index_.unmark(list, marks);
  else
    at(cells, next).previous = 0;
}

template <class Index>
inline void FragmentHeap<Index>::remove(std::byte* cells,
                                        std::uint32_t fragment,
                                        std::uint32_t size,
                                        Marks& marks) noexcept {
  if constexpr (Index::is_bounded) {
    const std::uint32_t next = at(cells, fragment).next;
    const std::uint32_t previous = at(cells, fragment).previous;
    if (previous == 0) [[likely]]
      return pop(cells, Index::class_of(size), next, marks);
    // Cell 0 takes what is told to none.
    at(cells, previous).next = next;
    at(cells, next).previous = previous;
  } else if (!index_.remove(cells, fragment, end_, marks)) {
    report_damage(fragment);
  }
}

// The first fragment of a list that serves, out of its list; 0: none.
template <class Index>
inline std::uint32_t FragmentHeap<Index>::take(std::byte* cells,
                                               std::uint32_t size,
                                               Marks& marks) noexcept {
  if constexpr (Index::is_bounded) {
    const std::uint32_t list = index_.find(size, marks);
    if (list == Index::none) [[unlikely]]
      return 0;
    const std::uint32_t fragment = index_.heads[list];
    const std::uint32_t next = at(cells, fragment).next;
    const std::uint32_t has = at(cells, fragment).size;
    // What a user wrote there after its free, or from below, leads out of the
    // cells or is too little.
    bool is_damaged = next >= end_ || has < size || has > end_ - fragment;
    if constexpr (Index::looks_behind)
      is_damaged = is_damaged || at(cells, fragment + has).before != fragment;
    if (is_damaged) [[unlikely]] {
      report_damage(fragment);
      return 0;
    }
    pop(cells, list, next, marks);
    return fragment;
  } else {
    const auto [fragment, is_damaged] = index_.take(cells, size, end_, marks);
    if (is_damaged)
      report_damage(fragment);
    return fragment;
  }
}

// What a fragment has behind `size` becomes one of its own, free.
template <class Index>
inline void FragmentHeap<Index>::cut(std::byte* cells, std::uint32_t fragment,
                                     std::uint32_t size, std::uint32_t rest,
                                     Marks& marks) noexcept {
  if (rest == 0)
    return;
  const std::uint32_t behind = fragment + size;
  at(cells, behind).before = fragment;
  at(cells, behind).size = rest;
  at(cells, behind + rest).before = behind;
  insert(cells, behind, rest, marks);
}

template <class Index>
void* FragmentHeap<Index>::allocate(std::size_t size) noexcept {
  if (size > most_bytes) [[unlikely]]
    return refuse(size, max_align);
  std::byte* const cells = cells_;
  Marks marks = index_.marks;
  const std::uint32_t need = Index::rounded(cells_for(size));
  const std::uint32_t fragment = take(cells, need, marks);
  if (fragment == 0) [[unlikely]]
    return refuse(size, max_align);
  const std::uint32_t rest = at(cells, fragment).size - need;
  at(cells, fragment).size = need | in_use;
  count_request(used_ + need, size, need);
  cut(cells, fragment, need, rest, marks);
  index_.marks = marks;
  return &at(cells, fragment).next;
}

template <class Index>
void FragmentHeap<Index>::deallocate(void* p) noexcept {
  std::byte* const cells = cells_;
  const std::uint32_t end = end_;
  // As fragment_of, but what was read is kept.
  const std::size_t number = std::rotr(address_of(p) - first_block(), 4);
  if (number >= end) [[unlikely]]
    return refuse_pointer(p);
  auto fragment = static_cast<std::uint32_t>(number);
  Fragment& own = at(cells, fragment);
  std::uint32_t size = own.size ^ in_use;
  const std::uint32_t before = own.before;
  const std::uint32_t behind = fragment + size;
  if (behind > end || before >= fragment) [[unlikely]]
    return refuse_pointer(p);
  const std::uint32_t before_size = at(cells, before).size;
  if (at(cells, behind).before != fragment ||
      before + (before_size & ~in_use) != fragment) [[unlikely]]
    return refuse_pointer(p);
  const std::uint32_t behind_size = at(cells, behind).size;
  Marks marks = index_.marks;
  used_ -= size;
  if ((behind_size & in_use) == 0) [[likely]] {
    remove(cells, behind, behind_size, marks);
    size += behind_size;
  }
  // Told as free, also where it becomes part of the one below.
  own.size = size;
  if ((before_size & in_use) == 0) [[likely]] {
    remove(cells, before, before_size, marks);
    size += before_size;
    fragment = before;
    at(cells, fragment).size = size;
  }
  at(cells, fragment + size).before = fragment;
  // Where check_step goes on there must be a fragment.
  if (looked_at_ - fragment < size)
    looked_at_ = fragment;
  insert(cells, fragment, size, marks);
  index_.marks = marks;
}

template <class Index>
void* FragmentHeap<Index>::allocate_aligned(std::size_t size,
                                            std::size_t align) noexcept {
  if (!is_pow2(align))
    port::report_bad_alignment(align);
  if (align <= max_align)
    return allocate(size);
  if (size > most_bytes || align > most_bytes - size)
    return refuse(size, align);
  std::byte* const cells = cells_;
  const std::uint32_t need = Index::rounded(cells_for(size));
  Marks marks = index_.marks;
  // Wherever a fragment of so many cells begins, an aligned one fits into it.
  const auto slack = static_cast<std::uint32_t>(align / cell_size) - 1;
  std::uint32_t fragment = take(cells, Index::rounded(need + slack), marks);
  if (fragment == 0)
    return refuse(size, align);
  std::uint32_t all = at(cells, fragment).size;
  const std::uintptr_t place = address_of(&at(cells, fragment).next);
  const auto gap =
      static_cast<std::uint32_t>((round_up(place, align) - place) / cell_size);
  if (gap != 0) {
    at(cells, fragment).size = gap;
    at(cells, fragment + gap).before = fragment;
    insert(cells, fragment, gap, marks);
    fragment += gap;
    all -= gap;
    at(cells, fragment + all).before = fragment;
  }
  at(cells, fragment).size = need | in_use;
  // The request is what was looked for.
  count_request(used_ + need, bytes_in(need + slack), need);
  cut(cells, fragment, need, all - need, marks);
  index_.marks = marks;
  return &at(cells, fragment).next;
}

template <class Index>
bool FragmentHeap<Index>::try_expand(void* p, std::size_t size) noexcept {
  if (other_ != nullptr && !is_here(p))
    return other_->try_expand(p, size);
  const std::uint32_t fragment = fragment_of(p);
  if (fragment == 0) [[unlikely]]
    report_pointer(p);
  if (size > most_bytes)
    return false;
  std::byte* const cells = cells_;
  const std::uint32_t need = Index::rounded(cells_for(size));
  const std::uint32_t has = at(cells, fragment).size ^ in_use;
  if (need <= has)
    return true;
  const std::uint32_t behind_size = at(cells, fragment + has).size;
  if ((behind_size & in_use) != 0 || need - has > behind_size)
    return false;
  const std::uint32_t all = has + behind_size;
  Marks marks = index_.marks;
  remove(cells, fragment + has, behind_size, marks);
  at(cells, fragment).size = need | in_use;
  at(cells, fragment + all).before = fragment;
  if (looked_at_ - fragment < all)
    looked_at_ = fragment;
  count_request(used_ + need - has, size, need);
  cut(cells, fragment, need, all - need, marks);
  index_.marks = marks;
  return true;
}

template class FragmentHeap<HalfFitIndex>;
template class FragmentHeap<TwoLevelIndex>;
template class FragmentHeap<OrderedIndex<Search::first>>;
template class FragmentHeap<OrderedIndex<Search::next>>;
template class FragmentHeap<OrderedIndex<Search::best>>;

}  // namespace detail
}  // namespace v1
}  // namespace tarn
