// Translates what fixed.h has of frames and stacks: their structs hold the C++
// object alone. Built for boards too, as c_api_fixed.cpp.
#include "tarn/detail/fixed_ends.hpp"
#include "tarn/detail/fixed_frames.hpp"
#include "tarn/fixed.h"

#include <new>

// In tarn, so that who includes tarn_fixed.hpp has none of these names.
namespace tarn {
namespace {

using detail::BumpMark;
using detail::BumpRecord;
using detail::FrameRing;
using detail::TwoEnds;

static_assert(sizeof(tarn_frame_region) == 96);
static_assert(sizeof(FrameRing) <= sizeof(tarn_frame_region));
static_assert(alignof(FrameRing) <= alignof(tarn_frame_region));
static_assert(sizeof(tarn_double_ended_stack) == 96);
static_assert(sizeof(TwoEnds) <= sizeof(tarn_double_ended_stack));
static_assert(alignof(TwoEnds) <= alignof(tarn_double_ended_stack));

FrameRing& to(tarn_frame_region* region) noexcept {
  return *std::launder(reinterpret_cast<FrameRing*>(region));
}
const FrameRing& to(const tarn_frame_region* region) noexcept {
  return *std::launder(reinterpret_cast<const FrameRing*>(region));
}
TwoEnds& to(tarn_double_ended_stack* stack) noexcept {
  return *std::launder(reinterpret_cast<TwoEnds*>(stack));
}
const TwoEnds& to(const tarn_double_ended_stack* stack) noexcept {
  return *std::launder(reinterpret_cast<const TwoEnds*>(stack));
}

// Field by field: a BumpMark has bytes that nobody writes.
template <class Mark>
bool give_mark(Mark& place, BumpMark mark) noexcept {
  static_assert(sizeof(Mark) == 16);
  place = {{detail::address_of(mark.record), mark.serial}};
  return mark.record != nullptr;
}
template <class Mark>
BumpMark taken_mark(const Mark& mark) noexcept {
  return {reinterpret_cast<BumpRecord*>(
              static_cast<std::uintptr_t>(mark.opaque[0])),
          static_cast<std::uint32_t>(mark.opaque[1])};
}

}  // namespace
}  // namespace tarn

extern "C" {

bool tarn_frame_region_init(tarn_frame_region* region, void* buffer,
                            size_t bytes, size_t frames) {
  ::new (region) tarn::FrameRing{
      {static_cast<std::byte*>(buffer), frames == 0 ? 0 : bytes},
      frames == 0 ? 1 : frames};
  return tarn::to(region).largest_free() != 0;
}

void tarn_frame_region_destroy(tarn_frame_region* region) {
  // As one without memory it refuses what comes after its end.
  ::new (region) tarn::FrameRing{{}, 1};
}

void* tarn_frame_region_allocate(tarn_frame_region* region, size_t size) {
  return tarn::to(region).allocate(size, tarn::max_align);
}

void* tarn_frame_region_allocate_aligned(tarn_frame_region* region, size_t size,
                                         size_t align) {
  return tarn::to(region).allocate(size, align);
}

void tarn_frame_region_flip(tarn_frame_region* region) {
  tarn::to(region).flip();
}

void tarn_frame_region_reset(tarn_frame_region* region) {
  tarn::to(region).reset();
}

bool tarn_frame_region_mark(tarn_frame_region* region, tarn_frame_mark* mark) {
  return tarn::give_mark(*mark, tarn::to(region).mark());
}

void tarn_frame_region_rewind(tarn_frame_region* region, tarn_frame_mark mark) {
  tarn::to(region).rewind(tarn::taken_mark(mark));
}

bool tarn_frame_region_owns(const tarn_frame_region* region, const void* p) {
  return tarn::to(region).owns(p);
}

size_t tarn_frame_region_largest_free(const tarn_frame_region* region) {
  return tarn::to(region).largest_free();
}

bool tarn_frame_region_check(const tarn_frame_region* region) {
  return tarn::to(region).check();
}

void tarn_frame_region_stats(const tarn_frame_region* region,
                             tarn_frame_stats* stats) {
  const tarn::FrameRegionStats now = tarn::to(region).stats();
  *stats = {now.size, now.used, now.peak, now.refusals, {}};
}

bool tarn_double_ended_stack_init(tarn_double_ended_stack* stack, void* buffer,
                                  size_t bytes) {
  ::new (stack) tarn::TwoEnds{
      std::span<std::byte>{static_cast<std::byte*>(buffer), bytes}};
  return tarn::to(stack).largest_free() != 0;
}

void tarn_double_ended_stack_destroy(tarn_double_ended_stack* stack) {
  ::new (stack) tarn::TwoEnds{std::span<std::byte>{}};
}

void* tarn_double_ended_stack_allocate_low(tarn_double_ended_stack* stack,
                                           size_t size) {
  return tarn::to(stack).allocate_low(size, tarn::max_align);
}

void* tarn_double_ended_stack_allocate_low_aligned(
    tarn_double_ended_stack* stack, size_t size, size_t align) {
  return tarn::to(stack).allocate_low(size, align);
}

void* tarn_double_ended_stack_allocate_high(tarn_double_ended_stack* stack,
                                            size_t size) {
  return tarn::to(stack).allocate_high(size, tarn::max_align);
}

void* tarn_double_ended_stack_allocate_high_aligned(
    tarn_double_ended_stack* stack, size_t size, size_t align) {
  return tarn::to(stack).allocate_high(size, align);
}

bool tarn_double_ended_stack_mark_low(tarn_double_ended_stack* stack,
                                      tarn_low_mark* mark) {
  return tarn::give_mark(*mark, tarn::to(stack).mark_low());
}

bool tarn_double_ended_stack_mark_high(tarn_double_ended_stack* stack,
                                       tarn_high_mark* mark) {
  return tarn::give_mark(*mark, tarn::to(stack).mark_high());
}

void tarn_double_ended_stack_rewind_low(tarn_double_ended_stack* stack,
                                        tarn_low_mark mark) {
  tarn::to(stack).rewind_low(tarn::taken_mark(mark));
}

void tarn_double_ended_stack_rewind_high(tarn_double_ended_stack* stack,
                                         tarn_high_mark mark) {
  tarn::to(stack).rewind_high(tarn::taken_mark(mark));
}

void tarn_double_ended_stack_reset_low(tarn_double_ended_stack* stack) {
  tarn::to(stack).reset_low();
}

void tarn_double_ended_stack_reset_high(tarn_double_ended_stack* stack) {
  tarn::to(stack).reset_high();
}

bool tarn_double_ended_stack_owns_low(const tarn_double_ended_stack* stack,
                                      const void* p) {
  return tarn::to(stack).owns_low(p);
}

bool tarn_double_ended_stack_owns_high(const tarn_double_ended_stack* stack,
                                       const void* p) {
  return tarn::to(stack).owns_high(p);
}

size_t tarn_double_ended_stack_largest_free(
    const tarn_double_ended_stack* stack) {
  return tarn::to(stack).largest_free();
}

bool tarn_double_ended_stack_check(const tarn_double_ended_stack* stack) {
  return tarn::to(stack).check();
}

void tarn_double_ended_stack_stats(const tarn_double_ended_stack* stack,
                                   tarn_stack_stats* stats) {
  const tarn::DoubleEndedStackStats now = tarn::to(stack).stats();
  *stats = {now.size, now.used, now.peak, now.low, now.high, now.refusals, {}};
}

}  // extern "C"
