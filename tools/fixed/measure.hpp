// measure.hpp - what is asked of every heap: how long, how many instructions,
// how many bytes.
//
// Prints "key value" lines, as every worker does.
//
// Cost     as long as it is told to take.
// Threads  confined.
// Failure  throws std::bad_alloc where the system has no memory.
// SPDX-License-Identifier: MIT
#pragma once

#include "fixed/memory.hpp"
#include "fixed/workload.hpp"
#include "worker/arguments.hpp"
#include "worker/call_clock.hpp"
#include "worker/clock_ways.hpp"
#include "worker/process.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace tarn::compare::fixed {

/// What callgrind counts: these and what they call.
template <class Memory>
[[gnu::noinline]] void* counted_allocate(Memory& memory, std::size_t size) {
  return memory.allocate(size);
}
template <class Memory>
[[gnu::noinline]] void counted_deallocate(Memory& memory, void* p) {
  memory.deallocate(p);
}

/// Makes calls `from` to `to`; each goes through `allocate` and `deallocate`,
/// which are given what they get a block from. Returns how many were refused.
template <class Memory, class Allocate, class Deallocate>
std::size_t make_calls(Memory& memory, const Workload& workload,
                       std::vector<void*>& slots, std::size_t from,
                       std::size_t to, Allocate&& allocate,
                       Deallocate&& deallocate) {
  std::size_t refused = 0;
  for (std::size_t i = from; i < to; ++i) {
    const Call call = workload.calls[i];
    void*& slot = slots[call.slot];
    if (call.size == 0) {
      // What was refused is nothing to end, and no call to time.
      if (slot != nullptr)
        deallocate(memory, slot);
      slot = nullptr;
      continue;
    }
    slot = allocate(memory, call.size);
    if (slot == nullptr)
      ++refused;
  }
  return refused;
}

template <class Memory>
std::size_t make_plain_calls(Memory& memory, const Workload& workload,
                             std::vector<void*>& slots, std::size_t from,
                             std::size_t to) {
  return make_calls(
      memory, workload, slots, from, to,
      [](Memory& of, std::size_t size) { return of.allocate(size); },
      [](Memory& of, void* p) { of.deallocate(p); });
}

template <class Memory>
std::size_t make_all_calls(Memory& memory, const Workload& workload,
                           std::vector<void*>& slots) {
  return make_plain_calls(memory, workload, slots, 0, workload.calls.size());
}

template <class Memory>
void make_timed_calls(Memory& memory, const Workload& workload,
                      std::vector<void*>& slots) {
  make_calls(
      memory, workload, slots, 0, workload.calls.size(),
      [](Memory& of, std::size_t size) {
        return call_clock.time([&] { return of.allocate(size); });
      },
      [](Memory& of, void* p) { call_clock.time([&] { of.deallocate(p); }); });
}

/// Passes with and without each call timed, in turn.
template <class Memory>
void time_workload(const Workload& workload, std::size_t heap,
                   int milliseconds) {
  using Clock = std::chrono::steady_clock;
  Memory memory(heap);
  std::vector<void*> slots(workload.slots);
  make_all_calls(memory, workload, slots);
  const Clock::time_point began = Clock::now();
  const Clock::time_point end = began + std::chrono::milliseconds(milliseconds);
  const std::uint64_t first_tick = ticks();
  double plain = 0;
  std::size_t passes = 0;
  call_clock.calls = {};
  do {
    const double before = processor_nanoseconds();
    make_all_calls(memory, workload, slots);
    plain += processor_nanoseconds() - before;
    ++passes;
    call_clock.running = true;
    make_timed_calls(memory, workload, slots);
    call_clock.running = false;
  } while (Clock::now() < end);
  const double per_tick =
      std::chrono::duration<double, std::nano>(Clock::now() - began).count() /
      static_cast<double>(ticks() - first_tick);
  const std::string name = workload.name;
  print(name + "_mean", plain / static_cast<double>(passes) /
                            static_cast<double>(workload.calls.size()));
  print_quantiles(name, call_clock.calls, per_tick);
  print("clock_floor", clock_floor() * per_tick);
}

template <class Memory>
void time_calls(const std::vector<Workload>& workloads, std::size_t heap,
                int milliseconds) {
  for (const Workload& one : workloads)
    time_workload<Memory>(one, heap, milliseconds);
}

/// So many calls from the middle on are counted, each said in a line.
template <class Memory>
void count_workload(const Workload& workload, std::size_t heap,
                    std::size_t from, std::size_t to) {
  Memory memory(heap);
  std::vector<void*> slots(workload.slots);
  make_plain_calls(memory, workload, slots, 0, from);
  make_calls(
      memory, workload, slots, from, to,
      [&](Memory& of, std::size_t size) {
        std::printf("count %s allocate\n", workload.name);
        return counted_allocate(of, size);
      },
      [&](Memory& of, void* p) {
        std::printf("count %s deallocate\n", workload.name);
        counted_deallocate(of, p);
      });
}

template <class Memory>
void count_calls(const std::vector<Workload>& workloads, std::size_t heap,
                 int calls) {
  for (const Workload& one : workloads) {
    const std::size_t from = one.calls.size() / 2;
    count_workload<Memory>(
        one, heap, from,
        std::min(from + static_cast<std::size_t>(calls), one.calls.size()));
  }
  std::size_t head = granule / 2;
  if constexpr (requires(Memory & memory) { memory.head(); })
    head = Memory(heap).head();
  const Comb teeth = comb(heap, head);
  count_workload<Memory>(teeth.workload, heap, teeth.counted,
                         teeth.workload.calls.size());
}

/// Bytes asked for by what lives when so many calls were made; what was refused
/// does not.
inline std::size_t asked_by_living(const Workload& workload,
                                   const std::vector<void*>& slots,
                                   std::size_t calls) {
  std::vector<std::size_t> sizes(slots.size());
  for (std::size_t i = 0; i < calls; ++i)
    sizes[workload.calls[i].slot] = workload.calls[i].size;
  std::size_t sum = 0;
  for (std::size_t slot = 0; slot < slots.size(); ++slot)
    if (slots[slot] != nullptr)
      sum += sizes[slot];
  return sum;
}

template <class Memory>
void weigh_blocks(const std::vector<Workload>& workloads, std::size_t heap) {
  for (const Workload& one : workloads) {
    Memory memory(heap);
    std::vector<void*> slots(one.slots);
    const std::size_t peak = one.peak_at + 1;
    std::size_t refused = make_plain_calls(memory, one, slots, 0, peak);
    const std::string name = one.name;
    print(name + "_asked",
          static_cast<double>(asked_by_living(one, slots, peak)));
    print(name + "_taken", static_cast<double>(memory.taken(slots)));
    refused += make_plain_calls(memory, one, slots, peak, one.calls.size());
    print(name + "_refused", static_cast<double>(refused));
    print(name + "_calls", static_cast<double>(one.calls.size()));
  }
  if constexpr (requires(Memory & memory) { memory.beside(); }) {
    Memory memory(heap);
    print("beside", static_cast<double>(memory.beside()));
    print("head", static_cast<double>(memory.head()));
  }
}

}  // namespace tarn::compare::fixed
