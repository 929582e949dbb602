// The world in standard C++ only: chunks from aligned operator new, no page
// map, no cache. Slower than the house's own os, thread and span, and the way
// to a platform that they do not know yet.
#include "port/world.hpp"

#include "base/order.hpp"

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace tarn {
namespace {

// What port/world.hpp promises of a chunk's place.
constexpr std::size_t largest_aligned = 64 * KiB;
constexpr std::size_t largest_power = 256 * KiB;
constexpr std::size_t smallest_chunk = 4 * KiB;

constexpr std::size_t align_of(std::size_t size) noexcept {
  return size <= largest_aligned ? std::bit_floor(size) : largest_aligned;
}

class SystemLane final : public Upstream {
 public:
  Loan lend(const Ask& ask) noexcept override { return port::system_lend(ask); }
  void take_back(Loan loan) noexcept override { port::system_take_back(loan); }
};

constinit SystemLane system_lane;

}  // namespace

inline namespace v1 {
Upstream& system_upstream() noexcept {
  return system_lane;
}
}  // namespace v1

namespace port {

Loan system_lend(const Ask& ask) noexcept {
  if (ask.size > no_limit / 2)
    return {};
  const std::size_t size =
      ask.size <= largest_power
          ? std::bit_ceil(base::larger(ask.size, smallest_chunk))
          : detail::round_up(ask.size, largest_aligned);
  if (ask.align > align_of(size))
    return {};
  void* const memory =
      ::operator new (size, std::align_val_t{align_of(size)}, std::nothrow);
  return {static_cast<std::byte*>(memory), memory == nullptr ? 0 : size};
}

void system_take_back(Loan loan) noexcept {
  ::operator delete (loan.memory, std::align_val_t{align_of(loan.size)});
}

void system_retag(Loan, std::uint32_t) noexcept {}

void write_error(const char* text, std::size_t size) noexcept {
  (void)std::fwrite(text, 1, size, stderr);
}

void abort() noexcept {
  std::abort();
}

}  // namespace port
}  // namespace tarn
