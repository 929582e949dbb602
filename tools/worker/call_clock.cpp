// call_clock.cpp - the clock, which operator new may use before main begins.
//
// SPDX-License-Identifier: MIT
#include "worker/call_clock.hpp"

namespace tarn::compare {

constinit CallClock call_clock;

}  // namespace tarn::compare
