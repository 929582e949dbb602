// Marks. A record is told from what lies in its place later by the walk from
// the newest one: whatever is on the way was written by mark() and not ended.
#include "tarn/detail/fixed_marks.hpp"

#include "port/fault.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {
namespace {

using port::Sentence;

std::size_t distance(const std::byte* base, const void* p) noexcept {
  return address_of(p) < address_of(base) ? bytes_between(p, base)
                                          : bytes_between(base, p);
}

// The one before it, if that is a place where one can be.
bool is_sound(const BumpRecord& record, const std::byte* base) noexcept {
  return record.older == nullptr ||
         (distance(base, record.older) < distance(base, &record) &&
          (address_of(record.older) < address_of(base)) ==
              (address_of(&record) < address_of(base)) &&
          address_of(record.older) % alignof(BumpRecord) == 0);
}

[[noreturn]] void report_record(const BumpRecord& record,
                                BumpPool pool) noexcept {
  port::report(Fault::corrupted,
               pool == BumpPool::frames ? Sentence::written_frame
                                        : Sentence::written_stack,
               &record + 1);
}

[[noreturn]] void report_stale(BumpMark mark, std::uint32_t now,
                               BumpPool pool) noexcept {
  port::report(
      Fault::stale_mark,
      pool == BumpPool::frames ? Sentence::stale_frame : Sentence::stale_stack,
      mark.record, nullptr, mark.serial, now);
}

}  // namespace

void BumpMarks::rewind(BumpMark mark, const std::byte* base,
                       BumpPool pool) noexcept {
  const std::size_t wanted = distance(base, mark.record);
  BumpRecord* record = newest_;
  while (record != nullptr && distance(base, record) > wanted) {
    if (!is_sound(*record, base)) [[unlikely]]
      report_record(*record, pool);
    record = record->older;
  }
  if (record == nullptr || record != mark.record ||
      record->serial != mark.serial) [[unlikely]]
    report_stale(mark, serial_, pool);
  newest_ = record;
}

bool BumpMarks::check(const std::byte* base) const noexcept {
  for (const BumpRecord* record = newest_; record != nullptr;
       record = record->older)
    if (!is_sound(*record, base))
      return false;
  return true;
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
