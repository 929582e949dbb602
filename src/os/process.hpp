// process.hpp - time, threads, fork and their barriers.
//
// Threads  shared.
// Failure  false; nothing has changed.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace tarn::os {

/// Nanoseconds since some moment, never decreasing: to a few milliseconds and
/// without a system call, or exactly.
[[nodiscard]] std::uint64_t coarse_now() noexcept;
[[nodiscard]] std::uint64_t exact_now() noexcept;

/// A variable of the environment, or null. Null, too, where the program has the
/// rights of somebody else (AT_SECURE): whoever starts it shall not choose what
/// it does.
[[nodiscard]] const char* environment(const char* name) noexcept;

/// Whether there is an environment yet: the dynamic linker asks for memory
/// before the C library has seen it.
[[nodiscard]] bool has_environment() noexcept;

/// A variable of the environment as a number of bytes, such as 64K or 2G;
/// `otherwise` where it is not set or is no number.
[[nodiscard]] std::uint64_t bytes_from_environment(
    const char* name, std::uint64_t otherwise) noexcept;

/// This process: its number, its program's name, the most memory that it ever
/// had resident.
[[nodiscard]] int process_number() noexcept;
/// This thread by the system's number. Async-signal-safe, as process_number().
[[nodiscard]] int system_thread() noexcept;
[[nodiscard]] const char* program_name() noexcept;
[[nodiscard]] std::uint64_t peak_resident() noexcept;

/// Whether there is a process of that number.
[[nodiscard]] bool is_alive(int number) noexcept;

/// Has `hook` run whenever a thread ends that called watch_this_thread(); again
/// in the next round when the hook watches anew. False: no more keys.
[[nodiscard]] bool set_thread_exit_hook(void (*hook)() noexcept) noexcept;
[[nodiscard]] bool watch_this_thread() noexcept;

/// Has the three run around every fork.
[[nodiscard]] bool set_fork_hooks(void (*prepare)() noexcept,
                                  void (*in_parent)() noexcept,
                                  void (*in_child)() noexcept) noexcept;

/// Starts a thread that takes no signals and that nobody waits for.
[[nodiscard]] bool start_thread(void (*run)() noexcept) noexcept;

/// Sleeps that long.
void sleep(std::uint64_t nanoseconds) noexcept;

/// Whether barrier_all_threads works here; asked once, before the first use.
[[nodiscard]] bool prepare_barrier() noexcept;

/// Each running thread of this process passes a full memory barrier before it
/// returns. The other side of a Dekker hand-shake then needs none of its own.
/// False: it did not happen.
[[nodiscard]] bool barrier_all_threads() noexcept;

}  // namespace tarn::os
