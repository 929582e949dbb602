// sanitizers.hpp - the sanitizer that this process runs under, if any, or
// Valgrind with its tool memcheck.
//
// Found at run time, sanitizers by weak references, so that the released
// library, which no compiler instrumented, tells a sanitizer what it cannot
// see: AddressSanitizer which bytes are nobody's, MemorySanitizer which have no
// value yet, ThreadSanitizer who hands memory over to whom, LeakSanitizer where
// pointers lie, and memcheck all of that but the last two. Where there is none
// of them a call does nothing.
//
// Cost     a load and a test; under a sanitizer what that takes, mostly a write
//          of an eighth of the memory.
// Threads  shared.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::os {

/// Whether one of those runs that know of single bytes or accesses: Address-,
/// Memory- or ThreadSanitizer, with all that is asked of it here, or memcheck.
/// Nothing below reaches memcheck before the first call of this.
[[nodiscard]] bool has_sanitizer() noexcept;

/// Whether it is memcheck, which looks at what the library itself does, too.
[[nodiscard]] bool has_memcheck() noexcept;

/// While one lives, memcheck tells nothing of what this thread does, and
/// neither makes memory accessible by a write to it. Nothing for the others.
class Unseen {
 public:
  Unseen() noexcept;
  ~Unseen();
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
};

/// Nobody may touch these bytes until some of them are unpoisoned. Exact to the
/// byte where what follows in the last eight is poisoned too.
void poison(const std::byte* memory, std::size_t size) noexcept;
void unpoison(const std::byte* memory, std::size_t size) noexcept;

/// While one lives, within an Unseen, it tells again.
class Seen {
 public:
  Seen() noexcept;
  ~Seen();
  Seen(const Seen&) = delete;
  Seen& operator=(const Seen&) = delete;
};

/// A block begins, grows or shrinks, where all was poisoned before; its new
/// bytes have no value yet, but where `is_written`. What it leaves is to be
/// poisoned. Its beginning and end are told with their calls by memcheck.
void begin_block(const std::byte* block, std::size_t size,
                 bool is_written = false) noexcept;
void resize_block(const std::byte* block, std::size_t former,
                  std::size_t size) noexcept;
/// It ends, and is to be poisoned. One that is none is told by memcheck.
void end_block(const std::byte* block) noexcept;

/// These bytes have no value until somebody writes one.
void make_fresh(const std::byte* memory, std::size_t size) noexcept;
/// These have.
void make_written(const std::byte* memory, std::size_t size) noexcept;

/// Whoever uses these bytes later, without knowing of this call, is in a race
/// with it.
void end_of_use(const std::byte* memory, std::size_t size) noexcept;
/// What happened before hand_over of some memory is known to whoever takes it
/// over, on whatever ways it went from the one to the other.
void hand_over(const std::byte* memory, std::size_t size) noexcept;
void take_over(const std::byte* memory, std::size_t size) noexcept;

/// The same by one address, which stands for a block of those who know it.
void hand_block_over(const std::byte* block) noexcept;
void take_block_over(const std::byte* block) noexcept;

/// What can be read of this memory may point to what is not leaked.
void look_for_pointers_in(const std::byte* memory, std::size_t size) noexcept;

/// Whether it reads all of that memory which the kernel says can be read.
[[nodiscard]] bool reads_all_memory() noexcept;

/// `then` is called when the program has ended, before somebody looks for
/// leaks, if the program itself had begun by now. Once.
void before_leaks_are_looked_for(void (*then)()) noexcept;

/// AddressSanitizer calls `told` when it has written a report, about an access
/// to `place`. False: it does not run.
using ReportTold = void (*)(const std::byte* place, bool is_write) noexcept;
bool when_reported(ReportTold told) noexcept;

}  // namespace tarn::os
