// day.hpp - a simulated day of a server: requests beside state that lives on.
//
// Sessions come and go with the load, which is low at night and high at noon;
// they hold text, a dictionary and a list that grows. A cache of pages changes
// all the time, and its pages' sizes change with the hours. All of that dies
// one by one, so it is malloc's or a Heap's; in ordinary code it lies between
// the requests' blocks, where a pool serves these it has malloc to itself.
//
// Prints for each hour NN: day_NN_p50, _p99, _p999 of a request with its part
// of the state, in nanoseconds; day_NN_rss in bytes, day_NN_sessions.
//
// Cost     `busiest` requests in the busiest hour, 15 times that in all.
// Threads  confined.
// Failure  as the runner.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/runner.hpp"

namespace tarn::compare {

/// Over the `requests` of the corpus, beside state in malloc's memory.
void run_day(Runner& runner, std::size_t requests, int busiest);

/// The same beside state in the default heap's.
void run_day_over_heap(Runner& runner, std::size_t requests, int busiest);

}  // namespace tarn::compare
