// report.hpp - what a check tells of what it found.
//
//     tarn: fault: overflow: 5 bytes changed behind 0x..40 (64 bytes, heap 'a')
//       0x..70  00 00 ...
//       allocated by thread 3, 40 ms ago: ...
//
// Cost     a few system calls.
// Threads  shared, async-signal-safe: a second thread waits for the first, a
//          second fault of one thread tells its line only.
// Failure  what standard error does not take is lost.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"

#include "base/text.hpp"
#include "check/pools.hpp"
#include "check/record.hpp"

#include <cstddef>

namespace tarn::check {

/// A block near to what is told.
struct Neighbour {
  const std::byte* block = nullptr;  ///< null: none
  std::size_t size = 0;
  const Record* record = nullptr;
};

/// A pointer to what the finding is about, that somebody keeps.
struct Holder {
  const std::byte* place = nullptr;  ///< where it lies; null: none
  Neighbour block{};                 ///< that it lies in; none: a global
  PoolNumber pool = 0;               ///< of that block
};

struct Finding {
  Fault fault;
  base::Line line{};  ///< without "tarn: fault: ", as docs/faults.md has it

  // Each may be left out.
  const std::byte* place = nullptr;   ///< what the line is about: is dumped
  const std::byte* damage = nullptr;  ///< the first byte that was changed
  std::size_t damaged = 0;            ///< and how far that goes
  Neighbour block{};                  ///< that is meant
  Neighbour below{}, above{};         ///< live ones beside it
  Holder holder{};
  PoolNumber pool = 0;
  /// Where it was found, if that is not where report() is called.
  StackId stack = 0;
};

/// While one lives, its thread ends the program: what it finds has no call that
/// could tell anything.
class AtExit {
 public:
  AtExit() noexcept;
  ~AtExit();
  AtExit(const AtExit&) = delete;
  AtExit& operator=(const AtExit&) = delete;
};

/// Has what pools tell by themselves, in any mode, go where reports go, too:
/// into the file of `report=`, or as JSON. Once, when those are known.
void witness_faults() noexcept;

/// Tells it, calls the handler, and aborts; returns where set_after_fault said
/// so. What the same stacks did before is told once.
void report(const Finding& finding) noexcept;

}  // namespace tarn::check
