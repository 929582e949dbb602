// Blocks after their allocation: growing, giving up, large ones, zeroed ones,
// and what a region has in reserve. A block that its user gives up early joins
// a list by size, whose table lies in the first such block that is big enough,
// so that recycling costs a region nothing until it is used.
#include "tarn/region.hpp"

#include "port/region_hooks.hpp"
#include "region/inside.hpp"
#include "region/records.hpp"

#include <bit>

namespace tarn {
inline namespace v1 {

using detail::LargeBlock;
using detail::RecycledBlocks;
using detail::RegionChunk;

namespace {

// The least distance between pages of any system that we know of.
constexpr std::size_t smallest_page = 4 * KiB;

// The list whose blocks all hold at least `size` bytes.
constexpr std::size_t list_for(std::size_t size) noexcept {
  return size <= RecycledBlocks::smallest
             ? 0
             : static_cast<std::size_t>(
                   std::bit_width((size - 1) / RecycledBlocks::smallest));
}

// The list that a block of `size` bytes belongs on.
constexpr std::size_t list_of(std::size_t size) noexcept {
  return static_cast<std::size_t>(
             std::bit_width(size / RecycledBlocks::smallest)) -
         1;
}

static_assert(list_for(128) == 0 && list_for(129) == 1 && list_for(256) == 1);
static_assert(list_of(128) == 0 && list_of(255) == 0 && list_of(256) == 1);

}  // namespace

void* Region::allocate_zeroed(std::size_t size, std::size_t align) noexcept {
  void* const block = allocate(size, align);
  if (block != nullptr && size != 0)
    __builtin_memset(block, 0, size);
  return block;
}

bool Region::reserve(std::size_t bytes) noexcept {
  begin_if_empty();
  const Inside inside{*this};
  if (is_sealed_)
    return refuse(bytes) != nullptr;
  if (is_watched()) {
    if (has_ended() || bytes > no_limit / 2)
      return fail(bytes) != nullptr;
    if (bytes != 0)
      bytes = watch_->page != 0
                  ? port::pages_of(bytes, watch_->page) + 2 * watch_->page
                  : port::region_redzone + port::room_of(bytes);
  }
  const bool may_fill =
      current_ != nullptr && (!is_watched() || current_ != resource_chunk_);
  const bool has_room =
      may_fill && detail::bytes_between(next_, chunk_end()) >= bytes;
  if (!has_room && bytes != 0) {
    std::size_t need = 0;
    RegionChunk* const chunk =
        __builtin_add_overflow(bytes, sizeof(RegionChunk), &need)
            ? nullptr
            : borrow(need);
    if (chunk == nullptr)
      return fail(bytes) != nullptr;
    if (current_ != nullptr)
      current_->filled_until = next_;
    fill(chunk, chunk->begin());
  }
  // Where somebody looks, what is nobody's block is not to be touched.
  if (is_watched())
    return true;
  for (std::byte* page = next_; detail::bytes_between(next_, page) < bytes;
       page += smallest_page)
    *static_cast<volatile std::byte*>(page) = std::byte{0};
  if (bytes != 0)
    *static_cast<volatile std::byte*>(next_ + bytes - 1) = std::byte{0};
  return true;
}

bool Region::resize_in_place(void* p, std::size_t size,
                             std::size_t wanted) noexcept {
  auto* const block = static_cast<std::byte*>(p);
  if (held_back_) [[unlikely]]
    return resize_held_back(block, size, wanted);
  return resize_unwatched(block, size, wanted);
}

bool Region::resize_unwatched(std::byte* block, std::size_t size,
                              std::size_t wanted) noexcept {
  if (current_ != nullptr && block + size == next_ &&
      block >= current_->begin() && is_since_mark(block)) {
    if (wanted > detail::bytes_between(block, chunk_end()))
      return false;
    if (wipe_ && wanted < size)
      detail::wipe(block + wanted, next_);
    next_ = block + wanted;
  } else if (wanted > size) {
    LargeBlock* const large = size > large_size() ? large_at(block) : nullptr;
    if (large == nullptr || !is_since_mark(block) ||
        wanted > detail::bytes_between(block, large->end()))
      return false;
  }
  return true;
}

void* Region::grow(void* p, std::size_t size, std::size_t wanted,
                   std::size_t align) noexcept {
  if (p != nullptr && resize_in_place(p, size, wanted))
    return p;
  void* const block = allocate_or_recycle(wanted, align);
  if (block == nullptr || p == nullptr)
    return block;
  __builtin_memcpy(block, p, size);
  deallocate(p, size);
  return block;
}

inline void Region::recycle(std::byte* block, std::size_t size) noexcept {
  // Lists need an aligned place for their link; what is cut off is little.
  std::byte* const first = detail::align_up(block, max_align);
  const std::size_t room = size - detail::bytes_between(block, first);
  if (room > size || room < RecycledBlocks::smallest)
    return;
  if (recycled_ == nullptr) [[unlikely]] {
    recycled_ = ::new (first) RecycledBlocks{};
    return;
  }
  const std::size_t list = list_of(room);
  if (list >= RecycledBlocks::lists)
    return;
  using Block = RecycledBlocks::Block;
  recycled_->heads[list] = ::new (first) Block{recycled_->heads[list]};
}

// Most blocks of a container are neither the newest nor worth recycling. The
// rest comes so seldom that its code has left the processor's cache when it
// does, so that of a plain region lies here, in few lines, and looks at few.
void Region::deallocate(void* p, std::size_t size) noexcept {
  const bool is_newest =
      detail::address_of(p) + size == detail::address_of(next_);
  if (!is_newest && size < RecycledBlocks::smallest && !held_back_) [[likely]]
    return;
  const bool is_plain = !is_newest && newest_mark_ == nullptr &&
                        large_ == nullptr && !held_back_ && !has_given_away_;
  if (is_plain && p != nullptr) [[likely]]
    recycle(static_cast<std::byte*>(p), size);
  else
    give_up(static_cast<std::byte*>(p), size);
}

void Region::give_up(std::byte* block, std::size_t size) noexcept {
  if (block == nullptr)
    return;
  const Inside inside{*this};
  if (is_watched()) {
    give_up_watched(block, size);
    return;
  }
  if (!is_since_mark(block))
    return;
  const bool is_newest = block + size == next_ && current_ != nullptr &&
                         block >= current_->begin();
  if (is_newest) {
    if (wipe_)
      detail::wipe(block, next_);
    next_ = block;
    return;
  }
  LargeBlock* const large = size > large_size() ? large_at(block) : nullptr;
  if (large != nullptr)
    unlink(large);
  else if (size >= RecycledBlocks::smallest &&
           (!has_given_away_ || owns(block)))
    recycle(block, size);
}

void* Region::allocate_again(std::size_t size, std::size_t align) noexcept {
  if (held_back_) [[unlikely]]
    return allocate_again_held_back(size, align);
  return take_recycled(size, align);
}

// A block that was given up and is large enough, or null.
void* Region::take_recycled(std::size_t size, std::size_t align) noexcept {
  if (recycled_ == nullptr || !detail::is_plain_alignment(align) || size == 0)
    return nullptr;
  const std::size_t list = list_for(size);
  if (list >= RecycledBlocks::lists)
    return nullptr;
  RecycledBlocks::Block* const block = recycled_->heads[list];
  if (block != nullptr)
    recycled_->heads[list] = block->next;
  return block;
}

bool Region::free_large(void* p) noexcept {
  if (p == nullptr)
    return true;
  if (is_watched())
    return free_watched(p);
  LargeBlock* const large = large_at(p);
  if (large == nullptr)
    return false;
  const Inside inside{*this};
  unlink(large);
  return true;
}

// The header of a large block of this region, or null. Reading before `p` is
// safe for any block of a region: a chunk's header is no smaller. A block of
// size 0 that lies nowhere has its alignment for an address.
LargeBlock* Region::large_at(void* p) const noexcept {
  static_assert(sizeof(LargeBlock) <= sizeof(RegionChunk));
  if (large_ == nullptr || detail::address_of(p) % max_align != 0 ||
      is_pow2(detail::address_of(p)))
    return nullptr;
  LargeBlock* const large = static_cast<LargeBlock*>(p) - 1;
  return large->belongs_to(*this) ? large : nullptr;
}

void Region::unlink(LargeBlock* block) noexcept {
  if (block->older != nullptr)
    block->older->newer = block->newer;
  (block->newer != nullptr ? block->newer->older : large_) = block->older;
  block->owner = 0;  // a second free_large of it finds no large block
  if (is_watched()) {
    retire(block->loan, block->block(), block->end());
    return;
  }
  if (wipe_)
    detail::wipe(block->block(), block->end());
  take_back(block->loan);
}

void Region::free_large_since(std::uint64_t serial) noexcept {
  while (large_ != nullptr && large_->serial >= serial)
    unlink(large_);
}

// Sees to it that some chunk's header can hold the resource: the oldest one's,
// which stays when others go.
bool Region::prepare_resource() noexcept {
  if (resource_chunk_ != nullptr)
    return true;
  begin_if_empty();
  const Inside inside{*this};
  if (has_ended())
    return false;
  if (is_watched())
    return has_resource_chunk();
  if (chunks_ == nullptr) {
    RegionChunk* const chunk = borrow(sizeof(RegionChunk) + max_align);
    if (chunk == nullptr)
      return fail(sizeof(RegionChunk)) != nullptr;
    fill(chunk, chunk->begin());
  }
  RegionChunk* oldest = chunks_;
  while (oldest->older != nullptr)
    oldest = oldest->older;
  oldest->resource.region = this;
  resource_chunk_ = oldest;
  return true;
}

// Where the pmr door makes the resource, or null: refused.
void* Region::resource_place() noexcept {
  return prepare_resource() ? &resource_chunk_->resource : nullptr;
}

}  // namespace v1
}  // namespace tarn
