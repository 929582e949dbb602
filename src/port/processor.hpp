// processor.hpp - a stack of pointers for each processor, used without a lock.
//
// A processor has a place, and the place names a stack. Threads push and pop
// on the stack of the processor that they run on, in sequences that the kernel
// restarts when it takes the thread off the processor in the middle of one
// (restartable sequences, Linux 4.18). So no two threads are ever in the same
// stack, and no atomic operation is needed.
//
//     place of processor 0 --> [ count | capacity | null | pointers ... ]
//     place of processor 1 --> nothing: a stack of capacity 0
//
// The room os fills these; where there are no such sequences (other systems, a
// kernel or a C library without, Valgrind, ThreadSanitizer, which sees no order
// in them) processor_count() is 0 and nothing else is called.
//
// Cost     some fifteen instructions without an atomic operation; restarts are
//          as rare as interruptions.
// Threads  shared, but for what says that the caller holds a lock.
// Failure  a null pointer or false; nothing has changed.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tarn::port {

/// What a stack begins with; the pointers follow, the newest last.
struct StackStart {
  std::uint32_t count;
  std::uint32_t capacity;
  void* below;  // null: below the oldest
};
static_assert(sizeof(StackStart) == 8 + sizeof(void*));

/// Places lie in a row, a line of the cache each, one for each processor.
struct alignas(64) ProcessorPlace {
  std::atomic<void*> stack;  // never null
};
static_assert(sizeof(ProcessorPlace) == 64);

struct ProcessorPlaces {
  ProcessorPlace* first;
  std::uint32_t count;
};

/// One more than the highest number that a processor of this machine may have;
/// 0: nothing of this works here. Slow the first time.
[[nodiscard]] std::uint32_t processor_count() noexcept;

/// The newest pointer of this processor's stack. Null: it has none, or the
/// thread runs where there is no place.
[[nodiscard]] void* processor_pop(ProcessorPlaces places) noexcept;

/// False: the stack is full, `pointer` is its newest already, or there is no
/// place.
[[nodiscard]] bool processor_push(ProcessorPlaces places,
                                  void* pointer) noexcept;

/// Puts `nothing` into this processor's place: what was there, now `taken`, is
/// the caller's, who holds a lock that all who change places hold. Null: there
/// is no place for this thread. Whoever holds the lock may store a stack where
/// `nothing` is.
[[nodiscard]] ProcessorPlace* processor_withdraw(ProcessorPlaces places,
                                                 void* nothing,
                                                 void*& taken) noexcept;

/// Restarts the sequences that threads of this process are in. What was taken
/// out of another processor's place before is the caller's afterwards. One
/// system call. False: it did not happen.
[[nodiscard]] bool restart_sequences() noexcept;

}  // namespace tarn::port
