// What a ring of frames does seldom: its beginning, flips and marks, alignments
// above 16, and saying no.
#include "tarn/detail/fixed_frames.hpp"
#include "tarn/detail/fixed_stats.hpp"

#include "port/fault.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {
namespace {

// Where a ring without memory is: not null, so that a block of size 0 is not.
alignas(max_align) constinit std::byte no_frame[1] = {};

}  // namespace

FrameRing::FrameRing(std::span<std::byte> buffer, std::size_t frames) noexcept
    : first_(no_frame), last_(no_frame) {
  std::byte* const begin = align_up(buffer.data(), max_align);
  const std::size_t gap = bytes_between(buffer.data(), begin);
  if (buffer.data() != nullptr && gap < buffer.size()) {
    const std::size_t bytes = (buffer.size() - gap) / frames & ~(max_align - 1);
    if (bytes != 0) {
      frame_bytes_ = bytes;
      first_ = begin;
      last_ = begin + (frames - 1) * bytes;
    }
  }
  enter(first_);
}

void FrameRing::enter(std::byte* frame) noexcept {
  begin_ = frame;
  next_ = frame;
  end_ = frame + frame_bytes_;
  marks_.forget();
}

void FrameRing::flip() noexcept {
  peak_ = peak();
  enter(begin_ == last_ ? first_ : end_);
}

void FrameRing::reset() noexcept {
  peak_ = peak();
  enter(first_);
}

void* FrameRing::allocate_slow(std::size_t size, std::size_t align) noexcept {
  if (!is_pow2(align))
    port::report_bad_alignment(align);
  const std::size_t room = bytes_between(next_, end_);
  const std::size_t gap = (0 - address_of(next_)) & (align - 1);
  if (gap > room || size > room - gap) {
    refusals_ = sum_of_counts(refusals_, 1);
    return nullptr;
  }
  std::byte* const block = next_ + gap;
  next_ = block + size;
  return block;
}

// A mark where nothing was made since the last one is that one, so that a loop
// of mark, work and rewind does not grow.
BumpMark FrameRing::mark() noexcept {
  if (marks_.newest() != nullptr &&
      address_of(marks_.newest() + 1) == address_of(next_))
    return marks_.again();
  void* const place = allocate(sizeof(BumpRecord), alignof(BumpRecord));
  return place == nullptr ? BumpMark{} : marks_.enter(place);
}

void FrameRing::rewind(BumpMark mark) noexcept {
  if (mark.record == nullptr)
    return;
  peak_ = peak();
  marks_.rewind(mark, begin_, BumpPool::frames);
  next_ = reinterpret_cast<std::byte*>(mark.record + 1);
}

FrameRegionStats FrameRing::stats() const noexcept {
  return {frame_bytes_, used(), peak(), refusals_};
}

bool FrameRing::check() const noexcept {
  const BumpRecord* const newest = marks_.newest();
  return address_of(begin_) <= address_of(next_) &&
         address_of(next_) <= address_of(end_) &&
         (newest == nullptr ||
          (is_between(begin_, newest, next_) && marks_.check(begin_)));
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
