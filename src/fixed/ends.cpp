// What a double-ended stack does seldom: its beginning, marks, alignments above
// 16, and saying no.
#include "tarn/detail/fixed_ends.hpp"
#include "tarn/detail/fixed_stats.hpp"

#include "port/fault.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {
namespace {

// Where a stack without memory is: not null, so that a block of size 0 is not.
alignas(max_align) constinit std::byte no_memory[1] = {};

}  // namespace

TwoEnds::TwoEnds(std::span<std::byte> buffer) noexcept
    : begin_(no_memory), end_(no_memory) {
  std::byte* const begin = align_up(buffer.data(), max_align);
  const std::size_t gap = bytes_between(buffer.data(), begin);
  if (buffer.data() != nullptr && gap < buffer.size()) {
    begin_ = begin;
    end_ = begin + ((buffer.size() - gap) & ~(max_align - 1));
  }
  low_ = begin_;
  high_ = end_;
}

void* TwoEnds::refuse() noexcept {
  refusals_ = sum_of_counts(refusals_, 1);
  return nullptr;
}

void* TwoEnds::allocate_low_slow(std::size_t size, std::size_t align) noexcept {
  if (!is_pow2(align))
    port::report_bad_alignment(align);
  const std::size_t room = bytes_between(low_, high_);
  const std::size_t gap = (0 - address_of(low_)) & (align - 1);
  if (gap > room || size > room - gap)
    return refuse();
  std::byte* const block = low_ + gap;
  low_ = block + size;
  return block;
}

void* TwoEnds::allocate_high_slow(std::size_t size,
                                  std::size_t align) noexcept {
  if (!is_pow2(align))
    port::report_bad_alignment(align);
  const std::size_t room = bytes_between(low_, high_);
  if (size > room)
    return refuse();
  const std::size_t gap = address_of(high_ - size) & (align - 1);
  if (gap > room - size)
    return refuse();
  high_ -= size + gap;
  return high_;
}

// A mark where nothing was made since the last one is that one, so that a loop
// of mark, work and rewind does not grow.
BumpMark TwoEnds::mark_low() noexcept {
  if (low_marks_.newest() != nullptr &&
      address_of(low_marks_.newest() + 1) == address_of(low_))
    return low_marks_.again();
  void* const place = allocate_low(sizeof(BumpRecord), alignof(BumpRecord));
  return place == nullptr ? BumpMark{} : low_marks_.enter(place);
}

BumpMark TwoEnds::mark_high() noexcept {
  if (high_marks_.newest() != nullptr &&
      address_of(high_marks_.newest()) == address_of(high_))
    return high_marks_.again();
  void* const place = allocate_high(sizeof(BumpRecord), alignof(BumpRecord));
  return place == nullptr ? BumpMark{} : high_marks_.enter(place);
}

void TwoEnds::rewind_low(BumpMark mark) noexcept {
  if (mark.record == nullptr)
    return;
  peak_ = peak();
  low_marks_.rewind(mark, begin_, BumpPool::ends);
  low_ = reinterpret_cast<std::byte*>(mark.record + 1);
}

void TwoEnds::rewind_high(BumpMark mark) noexcept {
  if (mark.record == nullptr)
    return;
  peak_ = peak();
  high_marks_.rewind(mark, end_, BumpPool::ends);
  high_ = reinterpret_cast<std::byte*>(mark.record);
}

void TwoEnds::reset_low() noexcept {
  peak_ = peak();
  low_marks_.forget();
  low_ = begin_;
}

void TwoEnds::reset_high() noexcept {
  peak_ = peak();
  high_marks_.forget();
  high_ = end_;
}

// Of either end: a block up from low_ begins at a multiple of 16 and ends at
// high_, and so does one down from there.
std::size_t TwoEnds::largest_free() const noexcept {
  const std::byte* const first = align_up(low_, max_align);
  return address_of(first) < address_of(high_) ? bytes_between(first, high_)
                                               : 0;
}

DoubleEndedStackStats TwoEnds::stats() const noexcept {
  return {bytes_between(begin_, end_),
          used(),
          peak(),
          used_low(),
          used_high(),
          refusals_};
}

bool TwoEnds::check() const noexcept {
  const BumpRecord* const low = low_marks_.newest();
  const BumpRecord* const high = high_marks_.newest();
  return address_of(begin_) <= address_of(low_) &&
         address_of(low_) <= address_of(high_) &&
         address_of(high_) <= address_of(end_) &&
         (low == nullptr || owns_low(low)) && low_marks_.check(begin_) &&
         (high == nullptr || owns_high(high)) && high_marks_.check(end_);
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
