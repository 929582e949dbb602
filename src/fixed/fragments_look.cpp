// What a heap of fragments does seldom: its beginning, looking at itself, and
// saying no.
#include "tarn/detail/fixed_bounds.hpp"
#include "tarn/detail/fixed_fragments.hpp"

#include "fixed/buffers.hpp"
#include "fixed/damage.hpp"
#include "port/fault.hpp"

#include <new>

namespace tarn {
inline namespace v1 {
namespace detail {

template <class Index>
bool FragmentHeap<Index>::begin(std::span<std::byte> buffer) noexcept {
  if (buffer.data() == nullptr)
    return false;
  // The lists first, then cells whose blocks are aligned.
  std::byte* const table = align_up(buffer.data(), sizeof(std::uint32_t));
  const std::size_t most = buffer.size() / cell_size;
  const auto at_most =
      static_cast<std::uint32_t>(most < most_cells ? most : most_cells);
  if (at_most == 0)
    return false;
  const std::size_t lists =
      bytes_between(buffer.data(), table) + Index::table_bytes(at_most);
  if (lists >= buffer.size())
    return false;
  std::byte* const first = align_up(buffer.data() + lists + header, max_align);
  const std::size_t gap = bytes_between(buffer.data(), first);
  // Cell 0, a fragment, and the header of the end, which cell 0 makes room for.
  if (buffer.size() < gap + 2 * cell_size)
    return false;
  const std::size_t cells = (buffer.size() - gap) / cell_size - 1;
  const auto count =
      static_cast<std::uint32_t>(cells < at_most ? cells : at_most);
  end_ = count + 1;
  cells_ = first - offsetof(Fragment, next);
  index_.begin(table, at_most);
  at(cells_, 0).before = 0;
  at(cells_, 0).size = 1 | in_use;
  at(cells_, 1).before = 0;
  at(cells_, 1).size = count;
  at(cells_, 1).next = 0;
  at(cells_, 1).previous = 0;
  at(cells_, end_).before = 1;
  at(cells_, end_).size = in_use;
  const std::uint32_t list = Index::class_of(count);
  Marks marks = index_.marks;
  index_.heads[list] = 1;
  index_.mark(list, marks);
  index_.marks = marks;
  return true;
}

template <class Index>
bool FragmentHeap<Index>::add(std::span<std::byte> buffer) noexcept {
  if (!has_begun())
    return begin(buffer);
  if (other_ != nullptr)
    return other_->add(buffer);
  std::byte* const at = align_up(buffer.data(), alignof(FragmentHeap));
  const std::size_t gap = bytes_between(buffer.data(), at);
  if (buffer.data() == nullptr || buffer.size() < gap + sizeof(FragmentHeap))
    return false;
  // Tried first by one beside: nothing is written where it is too small.
  const auto rest = buffer.subspan(gap + sizeof(FragmentHeap));
  if (FragmentHeap tried; !tried.begin(rest))
    return false;
  other_ = ::new (at) FragmentHeap{};
  return other_->begin(rest);
}

template <class Index>
bool FragmentHeap<Index>::is_here(const void* p) const noexcept {
  return address_of(p) - first_block() - cell_size < count() * cell_size;
}

template <class Index>
std::size_t FragmentHeap<Index>::size_of(const void* p) const noexcept {
  const std::uint32_t fragment = fragment_of(p);
  if (fragment != 0)
    return bytes_in(at(cells_, fragment).size ^ in_use);
  if (other_ != nullptr)
    return other_->size_of(p);
  return 0;
}

template <class Index>
std::size_t FragmentHeap<Index>::largest_here() const noexcept {
  std::uint32_t cells = 0;
  if constexpr (Index::is_bounded)
    cells = index_.largest();
  else
    cells = index_.largest(cells_, end_);
  return cells == 0 ? 0 : bytes_in(cells);
}

template <class Index>
bool FragmentHeap<Index>::has_bytes(std::size_t size) const noexcept {
  return size <= most_bytes && cells_for(size) <= count() - used_;
}

template <class Index>
bool FragmentHeap<Index>::is_framed(std::uint32_t fragment) const noexcept {
  const std::uint32_t size = at(cells_, fragment).size & ~in_use;
  if (size == 0 || size > end_ - fragment)
    return false;
  const std::uint32_t before = at(cells_, fragment).before;
  return at(cells_, fragment + size).before == fragment && before < fragment &&
         before + (at(cells_, before).size & ~in_use) == fragment;
}

template <class Index>
bool FragmentHeap<Index>::is_linked(std::uint32_t fragment) const noexcept {
  // Its first word is the program's.
  const auto& free = at(cells_, fragment);
  if (free.next >= end_ || free.previous >= end_ ||
      (free.next != 0 && at(cells_, free.next).previous != fragment))
    return false;
  return free.previous == 0
             ? index_.heads[Index::class_of(free.size)] == fragment
             : at(cells_, free.previous).next == fragment;
}

template <class Index>
bool FragmentHeap<Index>::is_sound(std::uint32_t fragment) const noexcept {
  if (!is_framed(fragment))
    return false;
  const std::uint32_t before = at(cells_, fragment).before;
  const std::uint32_t size = at(cells_, fragment).size;
  if ((size & in_use) != 0)
    return true;
  const bool is_merged = (at(cells_, before).size & in_use) != 0 &&
                         (at(cells_, fragment + size).size & in_use) != 0;
  return is_merged && is_linked(fragment) &&
         index_.is_marked(Index::class_of(size));
}

// That each fragment agrees with its neighbours leaves rings beside the lists.
template <class Index>
bool FragmentHeap<Index>::are_lists_sound(
    std::uint32_t free_ones) const noexcept {
  std::uint32_t listed = 0;
  for (std::uint32_t list = 0; has_begun() && list < index_.lists(); ++list) {
    std::uint32_t one = index_.heads[list];
    if (index_.is_marked(list) != (one != 0))
      return false;
    for (; one != 0 && listed <= free_ones;
         one = at(cells_, one).next, ++listed)
      if (one >= end_ || Index::class_of(at(cells_, one).size) != list)
        return false;
  }
  if (listed != free_ones)
    return false;
  if constexpr (Index::is_bounded)
    return true;
  else
    return index_.is_in_order(cells_);
}

template <class Index>
bool FragmentHeap<Index>::check() const noexcept {
  std::uint32_t used = 0;
  std::uint32_t free_ones = 0;
  std::uint32_t fragment = 1;
  bool is_at_cursor = looked_at_ <= 1 || looked_at_ >= end_;
  while (fragment < end_) {
    if (!is_sound(fragment))
      return false;
    is_at_cursor = is_at_cursor || fragment == looked_at_;
    const std::uint32_t size = at(cells_, fragment).size;
    used += (size & in_use) != 0 ? size ^ in_use : 0;
    free_ones += (size & in_use) != 0 ? 0 : 1;
    fragment += size & ~in_use;
  }
  return fragment == (has_begun() ? end_ : 1) && used == used_ &&
         used_ <= peak_ && is_at_cursor && are_lists_sound(free_ones) &&
         (other_ == nullptr || other_->check());
}

template <class Index>
bool FragmentHeap<Index>::check_step(std::size_t blocks,
                                     BlockLook look) noexcept {
  for (std::size_t i = 0; i < blocks && has_begun(); ++i) {
    if (looked_at_ - 1 >= count())
      looked_at_ = 1;
    if (!is_sound(looked_at_) ||
        (look != nullptr && !look_at(looked_at_, look)))
      return false;
    looked_at_ += at(cells_, looked_at_).size & ~in_use;
  }
  return other_ == nullptr || other_->check_step(blocks, look);
}

template <class Index>
void FragmentHeap<Index>::report_damage(std::uint32_t fragment) const noexcept {
  detail::report_damage(&at(cells_, fragment).next);
}

template <class Index>
bool FragmentHeap<Index>::look_at(std::uint32_t fragment,
                                  BlockLook look) const noexcept {
  const std::uint32_t size = at(cells_, fragment).size;
  return (size & in_use) == 0 ||
         look(&at(cells_, fragment).next, bytes_in(size ^ in_use));
}

template <class Index>
bool FragmentHeap<Index>::look_at_all(BlockLook look) const noexcept {
  for (std::uint32_t fragment = 1; fragment < end_;
       fragment += at(cells_, fragment).size & ~in_use)
    if (!look_at(fragment, look))
      return false;
  return other_ == nullptr || other_->look_at_all(look);
}

template <class Index>
void FragmentHeap<Index>::report_pointer(const void* p) const noexcept {
  if (!is_here(p))
    port::report(Fault::wrong_pool, port::Sentence::no_block, p);
  const auto cell =
      static_cast<std::uint32_t>((address_of(p) - first_block()) / cell_size);
  std::uint32_t fragment = 1;
  for (;;) {
    if (!is_framed(fragment))
      return report_damage(fragment);
    const std::uint32_t behind =
        fragment + (at(cells_, fragment).size & ~in_use);
    if (cell < behind)
      break;
    fragment = behind;
  }
  if ((at(cells_, fragment).size & in_use) == 0)
    port::report(Fault::double_free, port::Sentence::free_block, p);
  port::report(Fault::wrong_pool, port::Sentence::inside_block, p,
               &at(cells_, fragment).next);
}

template class FixedBuffers<FragmentHeap<HalfFitIndex>>;
template class FixedBuffers<FragmentHeap<TwoLevelIndex>>;
template class FixedBuffers<FragmentHeap<OrderedIndex<Search::first>>>;
template class FixedBuffers<FragmentHeap<OrderedIndex<Search::next>>>;
template class FixedBuffers<FragmentHeap<OrderedIndex<Search::best>>>;
template class FragmentHeap<HalfFitIndex>;
template class FragmentHeap<TwoLevelIndex>;
template class FragmentHeap<OrderedIndex<Search::first>>;
template class FragmentHeap<OrderedIndex<Search::next>>;
template class FragmentHeap<OrderedIndex<Search::best>>;

}  // namespace detail
}  // namespace v1
}  // namespace tarn
