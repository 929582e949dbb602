// slow.hpp - where the fast path goes when it cannot go on.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/memory_orders.hpp"
#include "heap/thread_heap.hpp"
#include "port/heap_hooks.hpp"

namespace tarn::heap {

using base::relaxed;

[[nodiscard]] void* allocate_of_class(Domain& domain,
                                      unsigned size_class) noexcept;
[[nodiscard]] void* allocate_slow(Heap& heap, std::size_t size) noexcept;
[[nodiscard]] void* allocate_slow(Heap& heap, std::size_t size,
                                  port::BlockFamily family) noexcept;
/// Whatever is asked for, as the functions of the heap give it.
[[nodiscard]] void* allocate_as(Heap& heap, const port::BlockAsk& ask) noexcept;
void deallocate_slow(Heap& heap, void* p) noexcept;
void deallocate_of_size(Heap& heap, void* p, std::size_t size) noexcept;
void deallocate_as(Heap& heap, void* p, const port::BlockReturn& said) noexcept;
[[nodiscard]] void* reallocate_as(Heap& heap, void* p, std::size_t size,
                                  port::BlockFamily family) noexcept;
/// The block of a checked heap came another way than its user thinks.
void set_family(void* p, port::BlockFamily family) noexcept;

/// The same for what lies in a granule of this thread's: the bin has no room,
/// or duties are due.
void deallocate_own(Heap& heap, void* p, Bin& bin) noexcept;

/// A parcel of this thread's became full.
void send_full(Heap& heap, Parcel& parcel) noexcept;

/// Whether the address is one of those that pools live in, of whatever pool.
[[nodiscard]] bool is_in_space(const void* p) noexcept;

/// A pointer that nobody gave was given to the default heap's door. True: it
/// was told by the check, and the program goes on.
[[nodiscard]] bool is_told(const void* p) noexcept;
[[noreturn]] void report_stray(const void* p) noexcept;

/// Gives back to the system what nobody uses of the default heap, as far as
/// this thread may. Returns bytes that had pages.
std::size_t trim() noexcept;

}  // namespace tarn::heap
