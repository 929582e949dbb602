// old_blocks.hpp - blocks that live longer than any of their site ever did.
//
// The site of a block is the stack that allocated it, with which the lives of
// its blocks are kept. In `full` each block of a checked heap and each object
// counts, in `sampled` those that were drawn.
//
// Cost     an end: some twenty instructions. A look is linear in the records of
//          blocks, twice where there may be a suspect.
// Threads  as each says.
// Failure  none: where too many sites have old blocks some are not judged,
//          which is said once.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/record.hpp"
#include "check/suspects.hpp"

#include <cstdint>

namespace tarn::check {

/// The life of a block ends at `freed_at`. Who calls has the record. Shared.
void count_end_of(const Record& record) noexcept;

/// Calls `look` for each suspect site of blocks, the one with most bytes first.
/// Under the lock of whoever looks for suspects.
void tell_old_blocks(std::uint32_t now, LookAtSuspect look,
                     void* context) noexcept;

}  // namespace tarn::check
