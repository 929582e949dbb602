// The slow half of allocation, and the end of things. `chunks_` holds every
// chunk in the order in which they came; `current_` is the one that allocate()
// fills. A block that does not fit brings a new chunk, and whichever of the two
// then has more room is filled on, so that a big block wastes little.
#include "tarn/region.hpp"

#include "base/order.hpp"
#include "port/assert.hpp"
#include "port/check_mode.hpp"
#include "port/region_hooks.hpp"
#include "region/chunks.hpp"
#include "region/inside.hpp"
#include "region/records.hpp"

namespace tarn {
inline namespace v1 {

using detail::CleanupRecord;
using detail::LargeBlock;
using detail::RecycledBlocks;
using detail::RegionChunk;

void Region::enrol(const RegionOptions& options) noexcept {
  has_more_to_end();
  if (options.name != nullptr)
    id_ = port::register_pool(PoolKind::region, options.name);
  if (parent_ != nullptr)
    parent_->link_child(*this);
  if (options.checks == CheckMode::of_process)
    return;
  checks_ = options.checks;
  held_back_ = true;  // the straight lines would not ask
  watch_ = nullptr;
}

// Called where a region starts anew, the only moments at which a mode of
// checking takes effect.
void Region::begin() noexcept {
  port::RegionWatch* const former = held_back_ ? watch_ : nullptr;
  const CheckMode mode = port::mode_of(checks_);
  const port::RegionBegin ask =
      base::has_checks ? port::region_begin.load(std::memory_order_acquire)
                       : nullptr;
  watch_ = former;
  if (ask != nullptr && may_ask(mode)) {
    port::RegionStart start{
        this,
        former,
        mode,
        id_,
        parent_ != nullptr && parent_->is_watched() ? parent_->watch_ : nullptr,
        parent_,
        current_ == nullptr,
        is_listed_,
        upstream_ == nullptr};
    watch_ = ask(start);
    is_listed_ = start.is_listed;
  }
  if (is_listed_)
    is_plain_ = is_bare_ = false;
  held_back_ = base::is_dev || watch_ != nullptr || is_sealed_;
  if (held_back_)
    has_more_to_end();
}

void Region::begin_if_empty() noexcept {
  if (current_ == nullptr && large_ == nullptr)
    begin();
}

void* Region::allocate_anywhere(std::size_t size, std::size_t align) noexcept {
  if (!is_pow2(align)) [[unlikely]]
    port::report_bad_alignment(align);
  begin_if_empty();
  if (held_back_) [[unlikely]]
    return allocate_held_back(size, align);
  return allocate_unwatched(size, align);
}

void* Region::allocate_unwatched(std::size_t size, std::size_t align) noexcept {
  void* const block = find_room(size, align, 0);
  if (block == nullptr) [[unlikely]]
    return fail(size);
  return block;
}

// Of the size, `around` bytes are a check's, and do not make a block large.
void* Region::find_room(std::size_t size, std::size_t align,
                        std::size_t around) noexcept {
  void* const block = bump(size, align);
  if (block == nullptr && size == 0)
    return reinterpret_cast<void*>(align);  // nobody may look there
  if (block == nullptr) {
    // What an empty region's first chunk has room for begins that chunk.
    const std::size_t most =
        current_ != nullptr
            ? large_size()
            : base::larger<std::size_t>(large_size(),
                                        first_chunk_ - sizeof(RegionChunk));
    return size - around > most ? allocate_large(size, align)
                                : allocate_in_chunk(size, align);
  }
  return block;
}

// What the inline path does, for any alignment, and for a region held back.
void* Region::bump(std::size_t size, std::size_t align) noexcept {
  if (current_ == nullptr)
    return nullptr;
  const std::size_t room = detail::bytes_between(next_, chunk_end());
  const std::size_t gap = -detail::address_of(next_) & (align - 1);
  if (gap > room || size > room - gap)
    return nullptr;
  std::byte* const block = next_ + gap;
  next_ = block + size;
  return block;
}

void* Region::allocate_in_chunk(std::size_t size, std::size_t align) noexcept {
  // A small block would take a whole old one, and the next one after it too.
  if (size >= RecycledBlocks::smallest)
    if (void* const again = take_recycled(size, align))
      return again;
  const std::size_t slack = align > max_align ? align - max_align : 0;
  RegionChunk* const chunk = borrow(size + slack + sizeof(RegionChunk));
  if (chunk == nullptr)
    return nullptr;
  std::byte* const block = detail::align_up(chunk->begin(), align);
  std::byte* const next = block + size;
  if (current_ != nullptr &&
      keeps_current(detail::bytes_between(next_, chunk_end()), chunk, next))
    return block;
  fill(chunk, next);
  return block;
}

void* Region::allocate_large(std::size_t size, std::size_t align) noexcept {
  const std::size_t slack = align > max_align ? align - max_align : 0;
  std::size_t need = 0;
  if (__builtin_add_overflow(size, slack + sizeof(LargeBlock), &need))
    return nullptr;
  const Loan loan = lend(need);
  if (!loan)
    return nullptr;
  std::byte* const block =
      detail::align_up(loan.memory + sizeof(LargeBlock), align);
  auto* const large = ::new (block - sizeof(LargeBlock))
      LargeBlock{nullptr, large_, loan, 0, mark_serial_};
  large->belong_to(*this);
  if (large_ != nullptr)
    large_->newer = large;
  large_ = large;
  has_more_to_end();
  held_ += loan.size;
  if (is_watched())
    watch_->hooks->lent(*watch_, loan, true);
  if (base::has_checks && is_listed_) [[unlikely]]
    tell_held();
  return block;
}

void* Region::fail(std::size_t size) noexcept {
  ran_out_ = true;
  if (on_exhausted_ != nullptr)
    on_exhausted_(*this, size);
  return nullptr;
}

std::byte* Region::chunk_end() const noexcept {
  return current_->end();
}

void Region::fill(RegionChunk* chunk, std::byte* next) noexcept {
  current_ = chunk;
  next_ = next;
  end_ = held_back_ ? nullptr : chunk->end();
}

RegionChunk* Region::borrow(std::size_t need) noexcept {
  RegionChunk* const chunk = borrow_unwatched(need);
  if (chunk != nullptr && is_watched())
    watch_->hooks->lent(*watch_, {chunk->memory(), chunk->size}, false);
  if (base::has_checks && is_listed_) [[unlikely]]
    tell_held();
  return chunk;
}

RegionChunk* Region::borrow_unwatched(std::size_t need) noexcept {
  is_single_ = false;
  if (spares_ != nullptr)
    if (RegionChunk* const spare = take_spare(need))
      return spare;
  const std::uint32_t usual = chunks_ == nullptr ? first_chunk_ : next_chunk_;
  std::size_t size = base::larger<std::size_t>(usual, need);
  Loan loan = lend(size);
  // Near the end of a budget or a buffer a smaller chunk may still be had.
  while (!loan && size > need) {
    size = base::larger(size / 2, need);
    loan = lend(size);
  }
  if (!loan)
    return nullptr;
  if (chunks_ != nullptr)
    next_chunk_ = detail::grown_chunk(next_chunk_, max_chunk_);
  return enter(loan, chunks_);
}

RegionChunk* Region::take_spare(std::size_t need) noexcept {
  for (RegionChunk** link = &spares_; *link != nullptr;
       link = &(*link)->older) {
    RegionChunk* const spare = *link;
    if (spare->size < need)
      continue;
    *link = spare->older;
    spare->older = chunks_;
    chunks_ = spare;
    return spare;
  }
  return nullptr;
}

void Region::take_back(Loan loan) noexcept {
  held_ -= loan.size;
  if (id_ != 0)
    port::system_retag(loan, 0);
  if (upstream_ == nullptr)
    port::system_take_back(loan);
  else
    upstream_->take_back(loan);
}

void Region::give_back(RegionChunk* chunk) noexcept {
  take_back({chunk->memory(), chunk->size});
}

void Region::give_back_all(RegionChunk* chunks) noexcept {
  while (chunks != nullptr) {
    RegionChunk* const older = chunks->older;
    give_back(chunks);
    chunks = older;
  }
}

void Region::end_slow() noexcept {
  const Inside inside{*this};
  if (is_plain_) {
    give_back_all(chunks_);
    return;
  }
  if (has_ended())
    return;
  if (resetting_)
    report_nested("destroyed");
  begin_ending(port::RegionEnd::end);
  end_contents();
  if (is_watched())
    watch_->hooks->about_to_end(*watch_);
  retire_chunks();
  give_back_all(chunks_);
  give_back_all(spares_);
  if (parent_ != nullptr)
    parent_->unlink_child(*this);
  base::Line line;
  Region* const child = newest_child_;
  if (child != nullptr)
    line << "region '" << name() << "' ended before its child '"
         << child->name() << "'";
  // They end with this one; what is left of them is an empty region.
  while (newest_child_ != nullptr)
    unlink_child(*newest_child_);
  if (is_watched())
    leave_dead_mark();
  if (is_listed_)
    leave_list();
  if (id_ != 0)
    port::unregister_pool(id_);
  if (child != nullptr)
    port::report(Fault::ended_before_child, line);
}

void Region::reset_slow() noexcept {
  if (has_ended())
    return;
  if (resetting_)
    report_nested("reset");
  const Inside inside{*this};
  const std::size_t held_before = held_;
  begin_ending(port::RegionEnd::reset);
  end_contents();
  is_sealed_ = false;
  retire_chunks();
  retain_chunks();
  forget_blocks();
  // Nothing but chunks is left, where the options ask for no more. Children
  // that other threads may have do not say so here when they are born.
  const bool is_empty =
      !wipe_ && !held_back_ && !shared_children_ && newest_child_ == nullptr;
  is_single_ = is_empty && chunks_ != nullptr;
  is_plain_ = is_empty && !is_listed_ && spares_ == nullptr && id_ == 0 &&
              parent_ == nullptr;
  is_bare_ = is_plain_ && upstream_ == nullptr;
  if (base::has_checks && is_listed_ && held_ != held_before) [[unlikely]]
    tell_held();
  if constexpr (base::is_dev)
    port::ensure(check(), "a region after its reset");
}

// Everything but the chunks. Cleanups may make and register more, so it goes on
// until nothing is left.
void Region::end_contents() noexcept {
  resetting_ = true;
  do {
    end_children(0);
    run_cleanups(nullptr);
  } while (has_made_child(0) || cleanups_ != nullptr);
  free_large_since(0);
  if (current_ != nullptr)
    current_->filled_until = next_;
  if (wipe_ && !is_watched())
    for (RegionChunk* chunk = chunks_; chunk != nullptr; chunk = chunk->older)
      detail::wipe(chunk->begin(), chunk->filled_until);
  resetting_ = false;
}

void Region::run_cleanups(CleanupRecord* last) noexcept {
  while (cleanups_ != last) {
    CleanupRecord* const record = cleanups_;
    cleanups_ = record->older;
    record->cleanup(record->context);
  }
}

// The one with the resource; else the largest that retain_ allows, so that what
// was needed once is in one piece from now on; else the oldest.
RegionChunk* Region::chunk_to_keep() const noexcept {
  if (resource_chunk_ != nullptr)
    return resource_chunk_;
  RegionChunk* kept = nullptr;
  for (RegionChunk* chunk = chunks_; chunk != nullptr; chunk = chunk->older)
    if (kept == nullptr || kept->size > retain_ ||
        (chunk->size <= retain_ && chunk->size >= kept->size))
      kept = chunk;
  return kept;
}

// Keeps one chunk in use, and of the others as spares what retain_ says.
void Region::retain_chunks() noexcept {
  RegionChunk* const kept = chunk_to_keep();
  RegionChunk* chunk = chunks_;
  next_chunk_ = detail::grown_chunk(first_chunk_, max_chunk_);
  if (chunk == nullptr)
    return;
  while (chunk != nullptr) {
    RegionChunk* const older = chunk->older;
    if (chunk != kept)
      spare_or_give_back(chunk);
    chunk = older;
  }
  // Those of earlier rounds may be too many beside a larger one in use.
  while (held_ > retain_ && spares_ != nullptr) {
    chunk = spares_;
    spares_ = chunk->older;
    give_back(chunk);
  }
  kept->older = nullptr;
  chunks_ = kept;
  begin();
  fill(kept, kept->begin());
}

void Region::spare_or_give_back(RegionChunk* chunk) noexcept {
  if (held_ > retain_) {
    give_back(chunk);
    return;
  }
  chunk->older = spares_;
  chunk->resource = {};
  spares_ = chunk;
  has_more_to_end();
}

void Region::report_nested(const char* what) const noexcept {
  base::Line line;
  line << "region '" << name() << "' " << what << " inside its own reset";
  port::report(Fault::nested_reset, line);
}

void abort_when_exhausted(Region& region, std::size_t size) noexcept {
  base::Line line;
  line << "tarn: region '" << region.name() << "' ran out at a block of "
       << size << " bytes\n";
  port::write_error(line.text(), line.size());
  port::abort();
}

}  // namespace v1
}  // namespace tarn
