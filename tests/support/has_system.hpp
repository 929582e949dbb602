// has_system.hpp - whether the test runs where a system has memory and pools
// have names, or on a bare board.
//
//     TEST_CASE("a region over the system" * doctest::skip(!has_system)) ...
//
// Threads  none; there is no state.
// SPDX-License-Identifier: MIT
#pragma once

namespace tarn::test {

inline constexpr bool has_system = __STDC_HOSTED__ != 0;

}  // namespace tarn::test
