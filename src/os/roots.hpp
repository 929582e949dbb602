// roots.hpp - where a program keeps its pointers: globals, stacks, registers.
//
//     for_each_global(look, &found);   // of all modules, and own TLS
//     for_each_mapping(look, &found);  // all there is
//
// Cost     globals: a walk over the modules. Mappings: system calls, some ten
//          microseconds for each hundred of them.
// Threads  shared. Where other threads run, memory may go while it is looked
//          at: see is_only_thread().
// Failure  false: the system does not tell.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::os {

struct Stretch {
  const std::byte* begin;
  const std::byte* end;
};

/// Called with each stretch. Must neither allocate nor load a module.
using LookAtStretch = void (*)(void* context, Stretch stretch) noexcept;

/// What can be written of every module, and what is this thread's own of it.
/// Waits for who loads a module meanwhile.
void for_each_global(LookAtStretch look, void* context) noexcept;

/// Every private mapping that can be read and written, but its pages that were
/// never touched: globals, stacks, what is thread-local, and memory that came
/// from anybody. Guarded pages are left out, too. False: not all could be
/// looked at, as where more than 64 GiB are mapped.
[[nodiscard]] bool for_each_mapping(LookAtStretch look, void* context) noexcept;

/// The end of the mapping that has this thread's stack; null: not known.
/// Asked once by each thread.
[[nodiscard]] const std::byte* stack_end() noexcept;

/// The mapping that has it, asked anew: a stack may grow. Nothing: not known.
[[nodiscard]] Stretch own_stack() noexcept;

/// Whether no other thread of this process runs.
[[nodiscard]] bool is_only_thread() noexcept;

}  // namespace tarn::os
