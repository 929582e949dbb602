// The straight lines: what a request pays for besides moving a pointer, where
// its region is bare (over the system, without a name, nothing but chunks to
// end). Whatever is not usual leaves them for region.cpp.
#include "tarn/region.hpp"

#include "base/build.hpp"
#include "port/region_hooks.hpp"
#include "region/chunks.hpp"
#include "region/records.hpp"

namespace tarn {
inline namespace v1 {

using detail::RecycledBlocks;
using detail::RegionChunk;

// Into use comes the first chunk, with its first block.
inline void* Region::begin_with(Loan loan, std::size_t size) noexcept {
  RegionChunk* const chunk = enter(loan, nullptr);
  next_ = chunk->begin() + size;
  end_ = chunk->end();
  current_ = chunk;
  return chunk->begin();
}

inline void* Region::begin_usual(std::size_t size, std::size_t align) noexcept {
  if (!is_bare_) [[unlikely]]
    return allocate_first(size, align);
  const Loan loan = port::system_lend_chunk(first_chunk_);
  if (!loan) [[unlikely]]
    return allocate_anywhere(size, max_align);
  is_single_ = true;
  return begin_with(loan, size);
}

// The alignment is at most that of a chunk's beginning.
void* Region::allocate_slow(std::size_t size, std::size_t align) noexcept {
  if (current_ != nullptr)
    return refill(size, align);
  const bool is_usual =
      size - 1 < first_chunk_ - sizeof(RegionChunk) && !base::is_dev;
  if (!is_usual)
    return allocate_anywhere(size, align);
  if (port::may_regions_ask()) [[unlikely]]
    return allocate_asking(size, align);
  return begin_usual(size, align);
}

// Where a mode of checking is on.
void* Region::allocate_asking(std::size_t size, std::size_t align) noexcept {
  return port::does_region_ask(this, true) ? allocate_anywhere(size, align)
                                           : begin_usual(size, align);
}

// The first chunk of a region that is not bare.
void* Region::allocate_first(std::size_t size, std::size_t align) noexcept {
  if (held_back_) [[unlikely]]
    return allocate_anywhere(size, align);
  const Loan loan = lend(first_chunk_);
  if (!loan) [[unlikely]]
    return allocate_anywhere(size, max_align);
  return begin_with(loan, size);
}

void* Region::refill(std::size_t size, std::size_t align) noexcept {
  const std::uint32_t wanted = next_chunk_;
  const bool is_usual =
      is_bare_ && (recycled_ == nullptr || size < RecycledBlocks::smallest) &&
      size - 1 < wanted - sizeof(RegionChunk) && size <= large_size();
  if (!is_usual)
    return allocate_anywhere(size, align);
  const Loan loan = port::system_lend_chunk(wanted);
  if (!loan) [[unlikely]]
    return allocate_anywhere(size, max_align);
  is_single_ = false;
  next_chunk_ = detail::grown_chunk(wanted, max_chunk_);
  RegionChunk* const chunk = enter(loan, chunks_);
  std::byte* const next = chunk->begin() + size;
  if (keeps_current(detail::bytes_between(next_, end_), chunk, next))
    return chunk->begin();
  current_ = chunk;
  next_ = next;
  end_ = chunk->end();
  return chunk->begin();
}

void Region::end() noexcept {
  if (!is_bare_) [[unlikely]] {
    end_slow();
    return;
  }
  if (chunks_ != nullptr)
    port::system_take_back_list(chunks_);
}

void Region::reset() noexcept {
  if (port::may_regions_ask()) [[unlikely]]
    return reset_asking();
  reset_usual();
}

void Region::reset_asking() noexcept {
  if (is_single_ && port::pass_life())
    return reset_usual();
  // What takes the long way asks there.
  const bool is_short = is_single_ || is_bare_;
  if (!is_short || port::does_region_ask(this, false))
    reset_slow();
  else
    reset_usual();
}

inline void Region::reset_usual() noexcept {
  if (is_single_) [[likely]] {
    forget_blocks();
    next_ = current_->begin();
    return;
  }
  const bool is_usual =
      is_bare_ && chunks_ != nullptr && retain_ == 0 && !base::is_dev;
  if (!is_usual) {
    reset_slow();
    return;
  }
  give_back_newer();
  RegionChunk* const chunk = chunks_;
  held_ = chunk->size;
  is_single_ = true;
  next_chunk_ = detail::grown_chunk(first_chunk_, max_chunk_);
  forget_blocks();
  next_ = chunk->begin();
  end_ = chunk->end();
  current_ = chunk;
}

// All chunks but the oldest.
void Region::give_back_newer() noexcept {
  RegionChunk* const newest = chunks_;
  RegionChunk* last = nullptr;
  RegionChunk* chunk = newest;
  for (; chunk->older != nullptr; chunk = chunk->older)
    last = chunk;
  if (last == nullptr)
    return;
  last->older = nullptr;
  chunks_ = chunk;
  port::system_take_back_list(newest);
}

}  // namespace v1
}  // namespace tarn
