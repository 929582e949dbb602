// handshake.hpp - the answer to a websocket's key (RFC 6455, section 4.2.2).
//
// Cost     one SHA-1 of 60 bytes.
// Threads  shared; no state.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string_view>

namespace tarn::server {

/// 28 characters of base64.
using Handshake = std::array<char, 28>;

[[nodiscard]] Handshake accept_key(std::string_view key) noexcept;

}  // namespace tarn::server
