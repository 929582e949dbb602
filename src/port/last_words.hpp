// last_words.hpp - how a program says why it ends, and ends.
//
// The house defines both in its rooms of a system; a board as embedded.cpp
// says.
//
// Threads  shared, both of them.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::port {

/// Writes to standard error, whole or not at all. Async-signal-safe.
void write_error(const char* text, std::size_t size) noexcept;

[[noreturn]] void abort() noexcept;

}  // namespace tarn::port
