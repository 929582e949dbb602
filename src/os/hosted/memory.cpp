// The system in standard C++ only: every chunk by aligned operator new, and
// straight back. There is no page map, so nobody can say what is at an address,
// and nothing is kept for later use. A chunk's alignment follows from its size
// alone, since that is all that comes back with it; hence none is aligned to
// more than a granule.
#include "base/order.hpp"
#include "port/world.hpp"

#include <cstring>
#include <new>

namespace tarn {
namespace {

constexpr std::size_t smallest_chunk = 4 * KiB;
constexpr std::size_t largest_chunk = 256 * KiB;
constexpr std::size_t granule = 64 * KiB;

std::size_t chunk_size(std::size_t wanted) noexcept {
  if (wanted > largest_chunk)
    return detail::round_up(wanted, granule);
  std::size_t size = smallest_chunk;
  while (size < wanted)
    size *= 2;
  return size;
}

std::align_val_t alignment_of(std::size_t size) noexcept {
  return std::align_val_t{base::smaller(size, granule)};
}

class HostedUpstream final : public Upstream {
 public:
  Loan lend(const Ask& ask) noexcept override { return port::system_lend(ask); }
  void take_back(Loan loan) noexcept override { port::system_take_back(loan); }
};

constinit HostedUpstream hosted_upstream;

}  // namespace

inline namespace v1 {
Upstream& system_upstream() noexcept {
  return hosted_upstream;
}
}  // namespace v1

namespace port {

Loan system_lend(const Ask& ask) noexcept {
  if (ask.align > granule || ask.size > no_limit - granule)
    return {};
  return system_lend_chunk(base::larger(ask.size, ask.align));
}

Loan system_lend_chunk(std::size_t wanted) noexcept {
  const std::size_t size = chunk_size(wanted);
  void* const memory = ::operator new(size, alignment_of(size), std::nothrow);
  if (memory == nullptr)
    return {};
  return {static_cast<std::byte*>(memory), size};
}

void system_take_back(Loan loan) noexcept {
  ::operator delete(loan.memory, alignment_of(loan.size));
}

void system_take_back_list(void* chunks) noexcept {
  while (chunks != nullptr) {
    LentChunk chunk;
    std::memcpy(&chunk, chunks, sizeof chunk);
    system_take_back({static_cast<std::byte*>(chunks), chunk.size});
    chunks = chunk.next;
  }
}

void system_retag(Loan, std::uint32_t) noexcept {}

}  // namespace port
}  // namespace tarn
