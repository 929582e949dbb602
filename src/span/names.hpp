// names.hpp - the table of names of pools, as the rest of this room sees it.
//
// Threads  shared. Looking up is async-signal-safe.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

namespace tarn::span {

/// The kind of a living pool with a name, or none.
[[nodiscard]] PoolKind kind_of_pool(std::uint32_t id) noexcept;

void lock_names_for_fork() noexcept;
void unlock_names_after_fork() noexcept;

}  // namespace tarn::span
