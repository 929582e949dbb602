// lifetime.hpp - what it takes to end what a handler made.
//
// The corpus' uploads, by the forms of server/upload.h. Prints for `malloc` and
// `region` the lines that free and the exits for an error (counted in the
// source), calls an upload (counted while running), and how much more is
// resident after AMOUNT uploads of which one in a hundred breaks off: `_leak`
// where one exit forgets, `_kept` (of a tenth as many) where none does.
//
// Cost     a few microseconds an upload.
// Threads  confined.
// Failure  throws std::runtime_error when a form answers otherwise than the
//          site's own handler.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/arguments.hpp"

namespace tarn::compare {

void run_lifetime(const Arguments& arguments);

}  // namespace tarn::compare
