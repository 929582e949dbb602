// What allocate and deallocate of a FixedHeap take on a Cortex-M3, of the fit
// TARN_FIT, in heaps of 8, 64 and 256 KiB: the most and the mean over random
// programs, combs and an adversary. count.py compares with instructions.txt.
#include "tarn/fixed_heap.hpp"

#include "count.hpp"

#include <utility>

namespace {

using board_test::Counted;
using tarn::KiB;

using Heap = tarn::FixedHeap<tarn::TARN_FIT>;
alignas(16) constinit std::byte heap_place[sizeof(Heap)]{};
alignas(256 * KiB) constinit std::byte buffer[256 * KiB]{};

// As a program of one's own has them. The heap lies at a place that is known.
[[gnu::noipa]] void* take(std::size_t size) {
  return reinterpret_cast<Heap*>(heap_place)->allocate(size);
}
[[gnu::noipa]] void give(void* block) {
  reinterpret_cast<Heap*>(heap_place)->deallocate(block);
}

class Driver {
 public:
  explicit Driver(std::size_t size) : largest_(size / 16) {
    new (heap_place) Heap{std::span{buffer}.first(size)};
  }

  void play() {
    for (int round = 0; round < 12; ++round) {
      wander(3, 3000);
      wander(1, 2000);
      comb(16u << round % 4);
      wander(2, 1000);
      free_all();
    }
    for (std::size_t shift = 0; shift < 2; ++shift)
      attack(shift);
  }

  void tell(std::size_t size) const {
    board::write(TARN_NAME " ", size / KiB);
    board_test::tell(allocate_);
    board_test::tell(deallocate_);
    board_test::tell(refuse_);
    board::write("\n");
  }

 private:
  static constexpr std::size_t most_blocks = 4000;

  void allocate(std::size_t size) {
    if (count_ == most_blocks)
      return;
    void* block = nullptr;
    const std::uint32_t took = board_test::count(take, size, &block);
    if (block == nullptr)
      return refuse_.add(took);
    allocate_.add(took);
    blocks_[count_++] = block;
  }

  void deallocate(std::size_t index) {
    deallocate_.add(board_test::count(give, blocks_[index]));
    blocks_[index] = blocks_[--count_];
  }

  void free_all() {
    while (count_ != 0)
      deallocate(random_.below(static_cast<std::uint32_t>(count_)));
  }

  // Sizes of every order of magnitude; `rise` of four calls allocate.
  void wander(std::uint32_t rise, int calls) {
    for (int i = 0; i < calls; ++i)
      if (random_.below(4) < rise || count_ == 0)
        allocate(random_.below(
            static_cast<std::uint32_t>(largest_ >> random_.below(10)) + 1));
      else
        deallocate(random_.below(static_cast<std::uint32_t>(count_)));
  }

  // The heap full of one size, every second freed, and some that fit there.
  void comb(std::size_t size) {
    free_all();
    fill(size);
    for (std::size_t i = count_; i-- != 0;)
      if (i % 2 != 0)
        deallocate(i);
    for (int i = 0; i < 200 && count_ != 0; ++i) {
      allocate(random_.below(64));
      deallocate(random_.below(static_cast<std::uint32_t>(count_)));
    }
    free_all();
  }

  void fill(std::size_t size) {
    const std::uint32_t refusals = refuse_.calls;
    while (refuse_.calls == refusals && count_ < most_blocks)
      allocate(size);
  }

  // Robson's (1971): the sizes double, and of each those blocks are freed that
  // do not hold the place, modulo twice the size, where most bytes would be
  // kept from the next one.
  void attack(std::size_t shift) {
    for (std::size_t size = 8; size <= largest_ * 4; size *= 2) {
      fill(size - shift);
      for (std::size_t i = count_; i-- != 0;) {
        const std::size_t at = tarn::detail::bytes_between(buffer, blocks_[i]);
        if (at / size % 2 == shift)
          deallocate(i);
      }
    }
    free_all();
  }

  board_test::Random random_;
  std::size_t largest_;
  Counted allocate_;
  Counted deallocate_;
  Counted refuse_;
  std::size_t count_ = 0;
  void* blocks_[most_blocks]{};
};

}  // namespace

int main() {
  board::start_counting();
  for (const std::size_t size : {8 * KiB, 64 * KiB, 256 * KiB}) {
    static Driver driver{0};
    new (&driver) Driver{size};
    driver.play();
    driver.tell(size);
  }
  return 0;
}
