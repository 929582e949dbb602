// port.hpp - is there somebody behind a TCP port of this machine?
//
// Cost     a connection to ourselves.
// Threads  shared.
// Failure  what cannot be asked is not open.
// SPDX-License-Identifier: MIT
#pragma once

namespace tarn::program {

/// On 127.0.0.1 or ::1. A server sees a connection that says nothing.
[[nodiscard]] bool is_open(int port) noexcept;

}  // namespace tarn::program
