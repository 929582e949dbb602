// checked.hpp - what a heap's threads ask of the check.
//
// Slow paths alone ask: a heap that is checked gives its threads no bins, and
// in a sampled one a block is drawn where duties are due.
// SPDX-License-Identifier: MIT
#pragma once

#include "heap/domain.hpp"
#include "heap/thread_heap.hpp"
#include "port/heap_hooks.hpp"

namespace tarn::heap {

// checked.cpp
/// is_checked() for who may be the first of the process, and has read the
/// environment then.
[[nodiscard]] inline bool asks_check(const Domain& domain) noexcept {
  if (is_checked(domain))
    return true;
  if (own_heaps.at[domain.place] != &no_heap) [[likely]]
    return false;
  port::begin_checks();
  return is_checked(domain);
}
/// Has the check serve a call to a heap that is checked. False: the heap is to.
[[nodiscard]] bool serve_checked(Domain& domain, const port::BlockAsk& ask,
                                 void** block) noexcept;
/// What this thread has of a heap that is checked is anybody's from now on.
void leave_checked(const Domain& domain) noexcept;
/// As enter(), null in a heap that is checked too.
[[nodiscard]] inline ThreadHeap* enter_unchecked(Domain& domain) noexcept {
  return is_checked(domain) ? nullptr : enter(domain);
}
/// Tells that a checked heap was given what is no block of any. False: the
/// check does not tell it.
[[nodiscard]] bool is_told(Domain& domain, const void* p) noexcept;

// draw.cpp
[[nodiscard]] inline bool is_sampled(const Domain& domain) noexcept {
  return port::mode_of(domain.check) == CheckMode::sampled;
}
/// Duties were due, of a thread of a sampled heap, at a block of the bin's
/// class: the next such block may be one that the check guards.
void draw(ThreadHeap& heap, Bin& bin) noexcept;
/// Whether an ask may be for that block, which few are: all others pay a load.
[[nodiscard]] inline bool may_be_drawn(const Domain& domain,
                                       std::size_t size) noexcept {
  return (own_heaps.at[domain.place]->is_drawing || size > largest_small) &&
         is_sampled(domain);
}
/// That block, if this ask is the one that was drawn and there is a guard for
/// it; else null, and the bins are whole.
[[nodiscard]] void* take_drawn(Domain& domain,
                               const port::BlockAsk& ask) noexcept;
/// What was set aside for a draw is in its bin again.
void bring_back(ThreadHeap& heap) noexcept;
/// A thread comes into a heap: of a sampled one nobody knows when its first
/// duties are due.
void begin_draws(const Domain& domain, ThreadHeap& heap) noexcept;

}  // namespace tarn::heap
