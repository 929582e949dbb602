// memory.hpp - pages of the system: reserved, made usable, given back.
//
// Address space is reserved first and costs nothing; commit makes it usable,
// purge gives the physical pages back and keeps the address, unreserve gives
// the address back. Addresses and sizes are multiples of page_size().
//
// Cost     a system call each.
// Threads  shared.
// Failure  null or false; nothing has changed.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::os {

/// Bytes of a page, read once. Where the environment says TARN_PAGE_SIZE, the
/// larger of the two, up to 64 KiB: so that any machine can test the others.
[[nodiscard]] std::size_t page_size() noexcept;

/// Address space without access, aligned to `align`, a power of two.
[[nodiscard]] std::byte* reserve(std::size_t size, std::size_t align) noexcept;

/// Zero pages at an address of the system's choice, usable at once, counted
/// against no limit of committed memory until they are touched.
[[nodiscard]] std::byte* reserve_zeroed(std::size_t size) noexcept;

/// The same, to be read only until make_writable() has been there. The kernel
/// counts pages as data (RLIMIT_DATA, strict overcommit) from then on.
[[nodiscard]] std::byte* reserve_readable(std::size_t size) noexcept;
[[nodiscard]] bool make_writable(std::byte* memory, std::size_t size) noexcept;

/// Makes reserved pages readable and writable.
[[nodiscard]] bool commit(std::byte* memory, std::size_t size) noexcept;

/// Takes all access from pages; what they held may be lost.
[[nodiscard]] bool protect(std::byte* memory, std::size_t size) noexcept;

/// Gives the physical pages back; they read as zero afterwards. False: some
/// were locked (mlock, mlockall) and are as they were.
bool purge(std::byte* memory, std::size_t size) noexcept;

void unreserve(std::byte* memory, std::size_t size) noexcept;

/// Makes every page present now.
[[nodiscard]] bool populate(std::byte* memory, std::size_t size) noexcept;

/// Keeps pages from being swapped, until unlock_pages.
[[nodiscard]] bool lock_pages(std::byte* memory, std::size_t size) noexcept;
void unlock_pages(std::byte* memory, std::size_t size) noexcept;

/// Bytes of a huge page as the kernel makes them from 4 KiB pages.
inline constexpr std::size_t huge_page = std::size_t{2} << 20;

/// Lets the kernel back the range by huge pages, or no longer.
bool allow_huge_pages(std::byte* memory, std::size_t size,
                      bool allowed) noexcept;

/// Bytes of the range, at most huge_page long, that have pages behind them.
[[nodiscard]] std::size_t present(std::byte* memory, std::size_t size) noexcept;

/// Whether the eight bytes at `p`, a multiple of eight, can be read.
[[nodiscard]] bool is_readable(const void* p) noexcept;

/// Moves the range into huge pages now, where the kernel can.
bool collapse(std::byte* memory, std::size_t size) noexcept;

/// Places new pages of the range on one NUMA node; below 0: on any.
[[nodiscard]] bool bind_to_node(std::byte* memory, std::size_t size,
                                int node) noexcept;

/// The most bytes of address space that one pool of this process should
/// reserve now: half of what RLIMIT_AS leaves, no more than the environment's
/// TARN_RESERVE, and little under a sanitizer that shadows all of it.
[[nodiscard]] std::size_t most_to_reserve() noexcept;

/// Whether a sanitizer shadows all memory of this process, which then cannot
/// live under a limit of address space.
[[nodiscard]] bool is_shadowed() noexcept;

/// Lets `count` more requests for memory pass and refuses all later ones; a
/// negative count refuses none. For tests.
void refuse_requests_after(long count) noexcept;

}  // namespace tarn::os
