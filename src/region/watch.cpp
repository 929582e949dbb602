// Calls on a region that is held back: one that is sealed, or looked at by a
// check. `watch_` is who looks, or null.
#include "tarn/region.hpp"

#include "base/order.hpp"
#include "port/region_hooks.hpp"
#include "region/chunks.hpp"
#include "region/inside.hpp"
#include "region/records.hpp"

namespace tarn {
inline namespace v1 {

using detail::LargeBlock;
using detail::RegionChunk;
using port::RegionBlock;
using port::RegionEnd;
using port::RegionUse;

// One that is looked at lies between redzones, whose memory is the region's as
// the block's is.
[[gnu::always_inline]] inline void* Region::allocate_watched(
    std::size_t size, std::size_t align) noexcept {
  const port::RegionHooks& hooks = *watch_->hooks;
  if (watch_->has_enough) [[unlikely]]
    return allocate_unlooked(size, align);
  if (watch_->may_serve_again)
    if (void* const block = hooks.again(*watch_, size, align))
      return block;
  const std::size_t front = base::larger(align, port::region_redzone);
  if (size > no_limit / 2 || front > no_limit / 4)
    return fail(size);
  if (watch_->page != 0) [[unlikely]]
    if (void* const block = allocate_in_pages(size, align))
      return block;
  const std::size_t all = front + port::room_of(size);
  std::byte* first = nullptr;
  const std::size_t gap = -detail::address_of(next_) & (front - 1);
  // The chunk with the resource has no other block, since it stays at a reset.
  if (current_ != nullptr && current_ != resource_chunk_ &&
      gap + all <= detail::bytes_between(next_, current_->end())) [[likely]] {
    first = next_ + gap;
    next_ = first + all;
  } else {
    first = find_room_watched(all, front);
    if (first == nullptr)
      return fail(size);
  }
  return hooks.allocated(*watch_, {first, first + all, front}, size, align);
}

// Its last page is a guard, which is also that before the next block. A block
// that nobody of its kind is before has a page more in front, or as many as its
// alignment asks for. Null: there is no room for so much.
void* Region::allocate_in_pages(std::size_t size, std::size_t align) noexcept {
  if (size > no_limit / 4)
    return nullptr;
  const std::size_t page = watch_->page;
  const std::size_t wide = base::larger(align, page);
  const std::size_t gap = -detail::address_of(next_) & (wide - 1);
  const std::size_t room = port::pages_of(size, page) + page;
  std::size_t front = gap == 0 ? 0 : wide;
  std::byte* first = nullptr;
  if (current_ != nullptr && current_ != resource_chunk_ &&
      gap + front + room <= detail::bytes_between(next_, current_->end())) {
    first = next_ + gap;
    next_ = first + front + room;
  } else {
    front = wide;
    first = find_room_watched(front + room, wide);
    if (first == nullptr)
      return nullptr;
  }
  return watch_->hooks->allocated(
      *watch_, {first, first + front + room, front, true}, size, align);
}

// From here on to its next reset it is as any other. Blocks that it has lie
// between redzones which nobody looks at again; a large one is not found by its
// address, and dies with the region.
void* Region::allocate_unlooked(std::size_t size, std::size_t align) noexcept {
  const port::RegionHooks& hooks = *watch_->hooks;
  hooks.verify(*watch_);
  hooks.merge(nullptr, *watch_);
  hooks.end(*watch_);
  watch_ = nullptr;
  held_back_ = base::is_dev;
  void* const block = allocate_unwatched(size, align);
  if (current_ != nullptr)
    fill(current_, next_);
  return block;
}

std::byte* Region::find_room_watched(std::size_t all,
                                     std::size_t front) noexcept {
  const std::size_t behind =
      watch_->page != 0 ? 2 * watch_->page : port::room_of(0);
  const std::size_t around = base::smaller(front + behind, all);
  const bool has_chunk = current_ == nullptr || current_ != resource_chunk_ ||
                         take_fresh_chunk(all + base::larger(front, max_align));
  void* begin = has_chunk ? find_room(all, front, around) : nullptr;
  while (begin == nullptr && upstream_ == nullptr && watch_->hooks->make_room())
    begin = find_room(all, front, around);
  return static_cast<std::byte*>(begin);
}

void* Region::allocate_held_back(std::size_t size, std::size_t align) noexcept {
  if (!is_watched()) {
    const Inside inside{*this};
    return is_sealed_ ? refuse(size) : allocate_unwatched(size, align);
  }
  if (has_ended())
    return nullptr;
  watch_->frame = __builtin_frame_address(0);
  const Inside inside{*this};
  return is_sealed_ ? refuse(size) : allocate_watched(size, align);
}

// Where somebody looks, blocks that are given up are not on the lists.
void* Region::allocate_again_held_back(std::size_t size,
                                       std::size_t align) noexcept {
  const Inside inside{*this};
  return is_sealed_ || is_watched() ? nullptr : take_recycled(size, align);
}

// It does not run out: nobody is to make room for what nobody may have.
void* Region::refuse(std::size_t size) noexcept {
  ran_out_ = true;
  if (is_watched()) {
    base::Line line;
    line << "allocation of " << size << " bytes from region '" << name()
         << "', which is sealed";
    watch_->hooks->tell(*watch_, Fault::sealed, line);
  }
  return nullptr;
}

void Region::seal() noexcept {
  if (has_ended())
    return;
  begin_if_empty();
  const Inside inside{*this};
  if (!held_back_)
    watch_ = nullptr;
  is_sealed_ = true;
  held_back_ = true;
  end_ = nullptr;
  has_more_to_end();
}

void Region::unseal() noexcept {
  if (has_ended() || !is_sealed_)
    return;
  const Inside inside{*this};
  is_sealed_ = false;
  // The straight lines do not ask what an empty region's options say.
  const bool is_to_ask =
      current_ == nullptr && checks_ != CheckMode::of_process;
  held_back_ = base::is_dev || watch_ != nullptr || is_to_ask;
  end_ = held_back_ || current_ == nullptr ? nullptr : current_->end();
}

// A region that was looked at says after its end that it ended, as long as
// nobody writes over it.
bool Region::has_ended() const noexcept {
  if (!is_watched() || watch_->region == this) [[likely]]
    return false;
  watch_->hooks->used_after_end(*watch_, this);
  return true;
}

void Region::leave_dead_mark() noexcept {
  watch_->hooks->end(*watch_);
  forget_contents();
  spares_ = nullptr;
  held_back_ = true;
  has_more_to_end();
}

// Where a life begins. One that is listed already asks for nothing else than to
// be drawn.
bool Region::may_ask(CheckMode mode) const noexcept {
  if (watch_ != nullptr)
    return true;
  if (!base::has_checks || mode == CheckMode::off)
    return false;
  return !is_listed_ || mode != CheckMode::sampled ||
         !port::region_passes.load(std::memory_order_acquire)(this);
}

// Where it is listed somebody has made the list.
void Region::tell_held() const noexcept {
  if constexpr (base::has_checks)
    port::region_list.load(std::memory_order_acquire)->holds(this, held_);
}

void Region::leave_list() const noexcept {
  if constexpr (base::has_checks)
    port::region_list.load(std::memory_order_acquire)->end(this);
}

bool Region::take_fresh_chunk(std::size_t need) noexcept {
  RegionChunk* const chunk = borrow(need + sizeof(RegionChunk));
  if (chunk == nullptr)
    return false;
  current_->filled_until = next_;
  fill(chunk, chunk->begin());
  return true;
}

bool Region::resize_held_back(std::byte* block, std::size_t size,
                              std::size_t wanted) noexcept {
  const Inside inside{*this};
  if (has_ended() || (is_sealed_ && wanted > size))
    return false;
  return is_watched() ? resize_watched(block, size, wanted)
                      : resize_unwatched(block, size, wanted);
}

bool Region::resize_watched(std::byte* block, std::size_t size,
                            std::size_t wanted) noexcept {
  if (has_given_away_ && !owns(block))
    return wanted <= size;
  const RegionBlock found =
      watch_->hooks->find(*watch_, block, size, RegionUse::resized);
  if (found.begin == nullptr || wanted > no_limit / 2)
    return wanted <= size;
  if (found.has_pages) {
    if (wanted <= size)
      watch_->hooks->resized(*watch_, block, wanted, found.end);
    return wanted <= size;
  }
  const bool is_newest = current_ != nullptr && found.end == next_ &&
                         found.begin >= current_->begin() &&
                         is_since_mark(found.begin);
  LargeBlock* const large =
      size > large_size() && !is_newest ? large_at(found.begin) : nullptr;
  const std::byte* const most = is_newest          ? chunk_end()
                                : large != nullptr ? large->end()
                                                   : found.end;
  const std::size_t room = port::room_of(wanted);
  const bool may_grow =
      is_newest || (large != nullptr && is_since_mark(found.begin));
  if (wanted > size && (!may_grow || room > detail::bytes_between(block, most)))
    return false;
  std::byte* end = found.end;
  if (is_newest)
    next_ = end = block + room;
  else if (block + room > end)
    end = block + room;
  watch_->hooks->resized(*watch_, block, wanted, end);
  return true;
}

void Region::give_up_watched(std::byte* block, std::size_t size) noexcept {
  // What lies in a region that took it over waits for the end of that.
  if (has_ended() || (has_given_away_ && !owns(block)))
    return;
  const RegionBlock found =
      watch_->hooks->find(*watch_, block, size, RegionUse::given_up);
  if (found.begin == nullptr)
    return;
  LargeBlock* const large =
      size > large_size() ? large_at(found.begin) : nullptr;
  if (large != nullptr && is_since_mark(found.begin)) {
    const RegionEnd ending = std::exchange(watch_->ending, RegionEnd::free);
    unlink(large);
    watch_->ending = ending;
    return;
  }
  if (size != 0)
    watch_->hooks->given_up(*watch_, block);
}

bool Region::free_watched(void* p) noexcept {
  const Inside inside{*this};
  if (has_ended())
    return false;
  const RegionBlock found =
      watch_->hooks->find(*watch_, p, 0, RegionUse::freed);
  LargeBlock* const large = large_at(found.begin != nullptr ? found.begin : p);
  if (large == nullptr)
    return false;
  const RegionEnd ending = std::exchange(watch_->ending, RegionEnd::free);
  unlink(large);
  watch_->ending = ending;
  return true;
}

// In a chunk of its own, the oldest one, which stays at resets.
bool Region::has_resource_chunk() noexcept {
  for (RegionChunk* chunk = chunks_; chunk != nullptr; chunk = chunk->older)
    if (chunk->resource.region == this)
      resource_chunk_ = chunk;  // it came by a merge
  if (resource_chunk_ != nullptr)
    return true;
  RegionChunk* const newest = chunks_;
  const Loan loan = lend(sizeof(RegionChunk) + max_align);
  if (!loan)
    return fail(sizeof(RegionChunk)) != nullptr;
  RegionChunk* const chunk = enter(loan, chunks_);
  watch_->hooks->lent(*watch_, loan, false);
  chunk->resource.region = this;
  chunk->filled_until = chunk->begin();
  resource_chunk_ = chunk;
  if (newest == nullptr) {
    fill(chunk, chunk->begin());
    return true;
  }
  chunks_ = newest;
  RegionChunk* oldest = newest;
  while (oldest->older != nullptr)
    oldest = oldest->older;
  oldest->older = chunk;
  chunk->older = nullptr;
  return true;
}

void Region::begin_ending(RegionEnd how) noexcept {
  if (!is_watched())
    return;
  watch_->ending = how;
  // Before what was damaged is called or read.
  if (cleanups_ != nullptr || newest_child_ != nullptr)
    watch_->hooks->verify(*watch_);
}

void Region::retire(Loan loan, std::byte* from, std::byte* to) noexcept {
  if (watch_->hooks->retire(*watch_, loan, from, to, upstream_ == nullptr)) {
    held_ -= loan.size;
    return;
  }
  if (wipe_)
    detail::wipe(from, to);
  take_back(loan);
}

// All chunks but the one with the resource, which only a region's end ends.
void Region::retire_chunks() noexcept {
  if (!is_watched())
    return;
  RegionChunk* kept = nullptr;
  for (RegionChunk* chunk = chunks_; chunk != nullptr;) {
    RegionChunk* const older = chunk->older;
    const Loan loan{chunk->memory(), chunk->size};
    if (chunk == resource_chunk_ && watch_->ending == RegionEnd::reset) {
      (void)watch_->hooks->ended(*watch_, chunk->begin(), chunk->filled_until,
                                 loan);
      kept = chunk;
    } else {
      retire(loan, chunk->begin(), chunk->filled_until);
    }
    chunk = older;
  }
  chunks_ = kept;
  if (kept != nullptr)
    kept->older = nullptr;
  current_ = kept;
  next_ = kept != nullptr ? kept->begin() : detail::nowhere();
  end_ = nullptr;
}

}  // namespace v1
}  // namespace tarn
