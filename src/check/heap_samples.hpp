// heap_samples.hpp - blocks of a heap that `sampled` guards.
//
// Threads  shared.
// Failure  declined: the heap serves the call itself.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/heap.hpp"
#include "check/sampling.hpp"

namespace tarn::check {

[[nodiscard]] port::BlockAnswer sample(heap::Domain& domain,
                                       const port::BlockAsk& ask) noexcept;
/// `p` lies in the guarded slots.
void end_sample(heap::Domain& domain, void* p,
                const port::BlockReturn& said) noexcept;
[[nodiscard]] std::size_t size_of_sample(heap::Domain& domain,
                                         const void* p) noexcept;

}  // namespace tarn::check
