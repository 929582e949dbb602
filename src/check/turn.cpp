#include "check/turn.hpp"

#include "os/process.hpp"

#include <atomic>
#include <cstdint>

namespace tarn::check {
namespace {

// Long for what a report writes, short for who waits to end.
constexpr unsigned most_rounds = 3000;
constexpr std::uint64_t round = 1'000'000;  // nanoseconds

// The process and the thread that reports, 0: nobody. A futex or a lock could
// not tell a child that its holder is not there. Pairs: acquire of who takes it
// with release of who ends it.
constinit std::atomic<std::uint64_t> holder{0};

constexpr unsigned half = 32;

std::uint64_t this_thread() noexcept {
  return std::uint64_t{static_cast<std::uint32_t>(os::process_number())}
             << half |
         static_cast<std::uint32_t>(os::system_thread());
}

}  // namespace

Turn take_turn() noexcept {
  const std::uint64_t me = this_thread();
  for (unsigned waited = 0; waited != most_rounds;) {
    std::uint64_t there = 0;
    if (holder.compare_exchange_strong(there, me, std::memory_order_acquire))
      return Turn::ours;
    if (there == me)
      return Turn::nested;
    if (there >> half != me >> half &&
        holder.compare_exchange_strong(there, me, std::memory_order_acquire))
      return Turn::ours;
    os::sleep(round);
    ++waited;
  }
  return Turn::late;
}

void end_turn() noexcept {
  holder.store(0, std::memory_order_release);
}

}  // namespace tarn::check
