// An InterruptSlotPool, used by a program and by the interrupts that come in
// the middle of its calls: by compare-and-swap where the core has it, and else
// with interrupts off.
#include "interrupts.hpp"

#include "tarn/interrupt_slot_pool.hpp"

#include "boards/board.hpp"

#include <type_traits>

namespace {

constexpr std::size_t slots = 12;
using Pool = tarn::InterruptSlotPool<24, slots, board_test::InterruptsOff>;

static_assert(std::is_same_v<Pool, tarn::detail::SwapSlotPool<24, slots, 8>> ==
              (TARN_CORE_SWAPS != 0));

constinit Pool pool;

// Slots of one user, who writes his mark into all of them.
struct User {
  std::uint32_t mark;
  volatile std::uint32_t* taken[slots];
  std::uint32_t count;

  void take() {
    auto* const slot = static_cast<volatile std::uint32_t*>(pool.allocate());
    if (slot == nullptr)
      return;
    for (int i = 0; i < 6; ++i)
      slot[i] = mark;
    taken[count++] = slot;
  }
  void give() {
    if (count == 0)
      return;
    volatile std::uint32_t* const slot = taken[--count];
    for (int i = 0; i < 6; ++i)
      if (slot[i] != mark) {
        board::write("a slot was given to two\n");
        board::exit(1);
      }
    pool.deallocate(const_cast<std::uint32_t*>(slot));
  }
};

constinit User program{1, {}, 0};
constinit User handler{2, {}, 0};
volatile std::uint32_t interrupts = 0;

void interrupt() {
  interrupts = interrupts + 1;
  if (interrupts % 3 == 0)
    while (handler.count != 0)
      handler.give();
  else
    handler.take();
  handler.take();
}

}  // namespace

int main() {
  board_test::interrupt_with(interrupt);
  std::uint32_t rounds = 0;
  while (interrupts < 2000) {
    ++rounds;
    program.take();
    program.take();
    program.give();
    if (rounds % 4 == 0)
      while (program.count != 0)
        program.give();
  }
  board_test::InterruptsOff off;
  off.lock();
  const std::size_t in_use = pool.stats().in_use;
  board::write(interrupts, " interrupts in ", rounds, " rounds\n");
  return in_use == program.count + handler.count && rounds > 500 ? 0 : 1;
}
