// What the calls of pools take on a Cortex-M3 that are not heaps, as count_heap
// does. SlotPool has a stride that is a power of two and one that is not.
#include "tarn/region.hpp"
#include "tarn/slot_pool.hpp"

#include "count.hpp"

namespace {

using board_test::Counted;

constexpr std::size_t slots = 256;

template <std::size_t Size>
constinit tarn::SlotPool<Size, slots> pool;

template <std::size_t Size>
[[gnu::noipa]] void* take(std::size_t) {
  return pool<Size>.allocate();
}
template <std::size_t Size>
[[gnu::noipa]] void give(void* slot) {
  pool<Size>.deallocate(slot);
}

template <std::size_t Size>
void count_slots(const char* name) {
  static void* taken[slots];
  board_test::Random random;
  Counted allocate;
  Counted deallocate;
  Counted refuse;
  std::uint32_t count = 0;
  for (int i = 0; i < 20000; ++i) {
    // A thousand calls in which it fills, and as many in which it empties.
    const std::uint32_t rise = i / 1000 % 2 == 0 ? 3 : 1;
    if (random.below(4) < rise || count == 0) {
      void* slot = nullptr;
      const std::uint32_t took = board_test::count(take<Size>, 0, &slot);
      (slot != nullptr ? allocate : refuse).add(took);
      if (slot != nullptr)
        taken[count++] = slot;
    } else {
      const std::uint32_t which = random.below(count);
      deallocate.add(board_test::count(give<Size>, taken[which]));
      taken[which] = taken[--count];
    }
  }
  board::write(name, " -");
  board_test::tell(allocate);
  board_test::tell(deallocate);
  board_test::tell(refuse);
  board::write("\n");
}

alignas(tarn::Region) constinit std::byte region_place[sizeof(tarn::Region)]{};
constinit std::byte buffer[64 * tarn::KiB]{};

[[gnu::noipa]] void* take_bytes(std::size_t size) {
  return reinterpret_cast<tarn::Region*>(region_place)->allocate(size);
}

// Inside a chunk that is the buffer; what asks for the next is no such call.
void count_region() {
  board_test::Random random;
  Counted allocate;
  Counted refuse;
  tarn::BufferUpstream upstream{buffer, sizeof buffer};
  tarn::Region& region = *new (region_place) tarn::Region{
      upstream, {.first_chunk = 60 * tarn::KiB, .max_chunk = 60 * tarn::KiB}};
  for (int round = 0; round < 10; ++round) {
    static_cast<void>(region.allocate(8));
    for (std::size_t left = 59 * tarn::KiB; left > 200;) {
      const std::size_t size = random.below(120);
      left -= (size + 15) / 16 * 16;
      void* block = nullptr;
      allocate.add(board_test::count(take_bytes, size, &block));
    }
    region.reset();
  }
  region.~Region();
  board::write("region -");
  board_test::tell(allocate);
  board_test::tell(refuse);
  board_test::tell(refuse);
  board::write("\n");
}

}  // namespace

int main() {
  board::start_counting();
  count_slots<32>("slot_pool_32");
  count_slots<40>("slot_pool_40");
  count_region();
  return 0;
}
