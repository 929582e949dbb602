// fault.hpp - the way out when a promise is broken.
//
//     report(Fault::stale_mark, line);
//     report(Fault::double_free, Sentence::free_block, p);
//
// The second form names its line rather than having it: all such lines lie in
// fault_text.cpp, which a program leaves out by a tarn_on_fault of its own. It
// is the form of what boards use most, the fixed pools.
//
// Threads  shared. Async-signal-safe.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"
#include "tarn/fault.h"

#include "base/text.hpp"

#include <atomic>

namespace tarn::port {

/// Which line is told. The table of fault_text.cpp has their words, in this
/// order.
enum class Sentence : std::uint8_t {
  own_text,       // what the pool wrote
  alignment,      // numbers: the alignment
  free_block,     // place
  inside_block,   // place, block
  no_block,       // place
  written_heap,   // place: the block's
  free_slot,      // place
  inside_slot,    // place, block: the slot
  no_slot,        // place
  written_slots,  // place: the lowest slot; numbers: the link, the slots
  overflown,      // place: the block
  stale_frame,    // numbers: the mark's generation, and that of now
  stale_stack,    // the same
  written_frame,  // place: behind the mark
  written_stack,  // the same
  // Of checked ones, each of a heap and then of slots. Place: the block; the
  // last number is its size.
  overflow_of_heap,   // numbers: the bytes
  overflow_of_slot,   // the same
  underflow_of_heap,  // the same
  underflow_of_slot,  // the same
  write_of_heap,      // numbers: which byte
  write_of_slot,      // the same
  head_of_heap,       // none
  head_of_slot,       // none
  sentences           // how many there are
};

/// Calls tarn_on_fault with what was found.
[[noreturn]] inline void report(Fault fault, Sentence sentence,
                                const void* place, const void* block = nullptr,
                                std::size_t first = 0,
                                std::size_t second = 0) noexcept {
  const tarn_finding found = {static_cast<std::uint32_t>(fault),
                              static_cast<std::uint32_t>(sentence),
                              place,
                              block,
                              {first, second},
                              nullptr,
                              {0, 0}};
  tarn_on_fault(&found);
}

/// The same with a line of the pool's own.
[[noreturn]] void report(Fault fault, const base::Line& line) noexcept;

/// What follows on a fault that the pool can go on from.
[[nodiscard]] AfterFault after_fault() noexcept;

/// Calls the handler of set_fault_handler, if there is one.
void call_fault_handler(Fault fault, const char* line) noexcept;

/// Is told of each fault that ends the program here, with its line behind
/// "tarn: fault: ", before its handler is. Null: nobody asked. Set once, while
/// the program begins.
using FaultWitness = void (*)(const tarn_finding& found,
                              const char* text) noexcept;
inline constinit std::atomic<FaultWitness> the_fault_witness{nullptr};

/// Whether tarn_on_fault is the program's.
[[nodiscard]] bool has_fault_of_its_own() noexcept;

/// The fault of an alignment that is no power of two, for every pool.
[[noreturn]] void report_bad_alignment(std::size_t align) noexcept;

}  // namespace tarn::port
