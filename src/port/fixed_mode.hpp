// fixed_mode.hpp - whether a fixed pool that can be looked at is, and by whom.
//
// Cost     as os/sanitizers.hpp; nothing where there is no operating system.
// Threads  shared.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"

#include <cstddef>

namespace tarn::port {

/// What `asked` comes to: the process's mode where there is an environment that
/// can say one, else full.
[[nodiscard]] CheckMode fixed_mode(CheckMode asked) noexcept;

struct FixedWatch {
  const void* pool;
  std::size_t size;  ///< with all of its blocks
  void (*look)(const void* pool) noexcept;
  bool is_shared;  ///< any thread may look
};

/// A pool that is looked at has begun. Those that are globals are looked at by
/// check_all(), confined ones for their thread, and at the program's end; of
/// others nobody says when they end.
void watch_fixed(const FixedWatch& watch) noexcept;

/// Whether pools that are looked at tell somebody who sees each access of the
/// program, a sanitizer or memcheck, in place of fills and looks of their own.
[[nodiscard]] bool tells_of_fixed() noexcept;

/// What of a pool's block is whose. Only `block` is the program's.
///
///     place | the pool's notes | begin | redzone | block | redzone | end
struct FixedRoom {
  const std::byte* place;
  const std::byte* begin;
  const std::byte* block;
  std::size_t size;  ///< of the block
  const std::byte* end;
};

/// A block begins, or has more bytes in place of `former` ones.
void tell_fixed_begin(const FixedRoom& room) noexcept;
void tell_fixed_resize(const FixedRoom& room, std::size_t former) noexcept;
/// It ends, and waits. One that is none is told by memcheck.
void tell_fixed_end(const FixedRoom& room) noexcept;
/// All of it is the pool's again.
void tell_fixed_leave(const FixedRoom& room) noexcept;
/// Whether that is part of a global, which the program's last destructors use.
[[nodiscard]] bool is_global(const void* memory, std::size_t size) noexcept;
/// What `look` finds. It may read what has no value, and memcheck tells nobody.
[[nodiscard]] bool look_unseen(bool (*look)(const void* with) noexcept,
                               const void* with) noexcept;

}  // namespace tarn::port
