// Marks. The state to go back to is a block of the region itself, so a mark
// knows exactly whether it still holds: its record is on the list of records or
// it is not. A mark where nothing was made since the last one is that one, so
// that a loop of mark, work and rewind does not grow.
#include "tarn/region.hpp"

#include "port/assert.hpp"
#include "port/region_hooks.hpp"
#include "region/inside.hpp"
#include "region/records.hpp"

namespace tarn {
inline namespace v1 {

using detail::MarkRecord;
using detail::RegionChunk;

Mark Region::mark() noexcept {
  if (newest_mark_ != nullptr && is_at(*newest_mark_))
    return Mark{newest_mark_->serial};
  // One that is looked at has room only on the slow path.
  std::byte* const place = detail::align_up(next_, alignof(MarkRecord));
  if (!fits(place, sizeof(MarkRecord))) [[unlikely]]
    return mark_slow();
  next_ = place + sizeof(MarkRecord);
  return record_mark(place);
}

inline Mark Region::record_mark(void* place) noexcept {
  newest_mark_ = ::new (place) MarkRecord{
      newest_mark_, next_mark_serial(), chunks_, current_, next_, cleanups_};
  recycled_ = nullptr;  // what is given up from now on is younger than the mark
  return Mark{mark_serial_};
}

Mark Region::mark_slow() noexcept {
  void* const place = allocate_slow(sizeof(MarkRecord), alignof(MarkRecord));
  if (place == nullptr)
    return Mark{};
  const Mark mark = record_mark(place);
  if (is_watched())
    newest_mark_->next = next_ = watch_->hooks->after_mark(
        *watch_, next_, {current_->memory(), current_->size});
  return mark;
}

void Region::rewind(const Mark& mark) noexcept {
  if (!mark)
    return;
  if (held_back_) [[unlikely]]
    rewind_held_back(mark);
  else
    rewind_inside(mark);
}

void Region::rewind_held_back(const Mark& mark) noexcept {
  if (has_ended())
    return;
  const Inside inside{*this};
  rewind_inside(mark);
}

inline void Region::rewind_inside(const Mark& mark) noexcept {
  if (resetting_)
    report_nested("rewound");
  MarkRecord* record = newest_mark_;
  while (record != nullptr && record->serial > mark.serial_)
    record = record->older;
  if (record == nullptr || record->serial != mark.serial_)
    report_stale(mark);
  end_since(record);
  if constexpr (base::is_dev)
    port::ensure(check(), "a region after its rewind");
}

void Region::report_stale(const Mark& mark) const noexcept {
  base::Line line;
  line << "rewind of region '" << name() << "' to a stale mark (generation "
       << mark.serial_ << ", now " << mark_serial_ << ")";
  port::report(Fault::stale_mark, line);
}

void Region::end_since(MarkRecord* record) noexcept {
  has_more_to_end();  // a cleanup that ends the region now is a fault
  const bool watched = is_watched();
  if (watched)
    begin_ending(port::RegionEnd::rewind);
  resetting_ = true;
  do {
    end_children(record->serial);
    run_cleanups(record->cleanups);
  } while (has_made_child(record->serial) || cleanups_ != record->cleanups);
  free_large_since(record->serial);
  if (current_ != nullptr)
    current_->filled_until = next_;
  while (chunks_ != record->chunks) {
    RegionChunk* const chunk = chunks_;
    chunks_ = chunk->older;
    if (watched) {
      retire({chunk->memory(), chunk->size}, chunk->begin(),
             chunk->filled_until);
      continue;
    }
    if (wipe_)
      detail::wipe(chunk->begin(), chunk->filled_until);
    spare_or_give_back(chunk);
  }
  RegionChunk* const marked = record->current;
  if (watched)
    record->next =
        watch_->hooks->ended(*watch_, record->next, marked->filled_until,
                             {marked->memory(), marked->size});
  else if (wipe_)
    detail::wipe(record->next, marked->filled_until);
  newest_mark_ = record;
  recycled_ = nullptr;
  fill(record->current, record->next);
  resetting_ = false;
}

// Whether nothing was made since `record`.
bool Region::is_at(const MarkRecord& record) noexcept {
  return next_ == record.next && current_ == record.current &&
         chunks_ == record.chunks && cleanups_ == record.cleanups &&
         (large_ == nullptr || large_->serial < record.serial) &&
         !has_child(record.serial);
}

// Whether the block is younger than the newest mark. A large one tells by its
// serial, any other by the chunk that it lies in.
bool Region::is_since_newest_mark(const std::byte* block) const noexcept {
  const MarkRecord* const record = newest_mark_;
  for (const RegionChunk* chunk = chunks_; chunk != record->chunks;
       chunk = chunk->older)
    if (detail::is_between(chunk->begin(), block, chunk->end()))
      return true;
  const RegionChunk* const marked = record->current;
  if (detail::is_between(marked->begin(), block, marked->end()))
    return block >= record->next;
  for (const detail::LargeBlock* large = large_;
       large != nullptr && large->serial >= record->serial;
       large = large->older)
    if (reinterpret_cast<const std::byte*>(large + 1) == block)
      return true;
  return false;
}

}  // namespace v1
}  // namespace tarn
