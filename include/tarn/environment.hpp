// environment.hpp - what an operator says of a program that is already built.
//
// Variables of the environment choose who gives memory back, write statistics
// to a file, and ask for a summary at the end; docs/options.md lists them. The
// malloc door obeys them before main. A program that links tarn may do so, too:
//
//     int main() {
//       tarn::obey_environment();
//
// TARN_LIMIT needs no call.
//
// Cost     a few reads of the environment; a thread where statistics or a
//          summary are asked for.
// Threads  shared; the first call counts.
// Failure  a sentence on standard error for whatever was not understood or
//          cannot be had, and everything else is as if it had not been said. A
//          program with the rights of somebody else (set-uid) obeys nothing.
// SPDX-License-Identifier: MIT
#pragma once

namespace tarn {
inline namespace v1 {

/// Reads TARN_OPTIONS, TARN_STATS_FILE and TARN_STATS_INTERVAL, and does what
/// they say. In a child after fork all of it goes on.
void obey_environment() noexcept;

}  // namespace v1
}  // namespace tarn
