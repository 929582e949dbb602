// A heap lies the same on every machine: a long program places its blocks at
// the same offsets with words of 32 bits and of 64, by every compiler.
// BOARD
#include "tarn/fixed_heap.hpp"

#include "support/each_fit.hpp"

#include <cstdint>
#include <doctest/doctest.h>
#include <span>

namespace {

using tarn::KiB;

alignas(64 * KiB) std::byte buffer[64 * KiB];

// What play() gives for each fit, on any machine.
template <class Fit>
constexpr std::uint64_t placements = 0;
template <>
constexpr std::uint64_t placements<tarn::aligned_first_fit> =
    17493695157320337551u;
template <>
constexpr std::uint64_t placements<tarn::half_fit> = 8864539344425362323u;
template <>
constexpr std::uint64_t placements<tarn::two_level> = 592997806624041307u;
template <>
constexpr std::uint64_t placements<tarn::buddy> = 18113888736232556150u;
template <>
constexpr std::uint64_t placements<tarn::first_fit> = 11178528376645349416u;
template <>
constexpr std::uint64_t placements<tarn::next_fit> = 882014702935570083u;
template <>
constexpr std::uint64_t placements<tarn::best_fit> = 18446317408115877056u;

// 60 000 calls, as a generator of 32 bits chooses them.
template <class Fit>
class Program {
 public:
  std::uint64_t play() {
    for (int i = 0; i < 60000; ++i) {
      Block& block = blocks_[below(300)];
      if (block.place == nullptr)
        block.place = allocate(block.size = size());
      else
        change(block, below(8));
    }
    return hash_;
  }

 private:
  struct Block {
    void* place;
    std::size_t size;
  };

  std::uint32_t below(std::uint32_t limit) {
    random_ = random_ * 1664525u + 1013904223u;
    return (random_ >> 8) % limit;
  }
  std::size_t size() { return below((4096u >> below(10)) + 1); }

  void* allocate(std::size_t size) {
    const std::size_t align = below(16) == 0 ? std::size_t{32} << below(5) : 16;
    return placed(heap_.allocate(size, align));
  }

  void change(Block& block, std::uint32_t choice) {
    if (choice == 0) {
      note(heap_.try_expand(block.place, 2 * block.size) ? 1 : 2);
    } else if (choice == 1) {
      void* const moved = placed(heap_.reallocate(block.place, size()));
      block.place = moved != nullptr ? moved : block.place;
    } else {
      heap_.deallocate(block.place);
      block.place = nullptr;
    }
  }

  void* placed(void* block) {
    if (block == nullptr) {
      note(3);
      return block;
    }
    note(
        static_cast<std::uint32_t>(tarn::detail::bytes_between(buffer, block)));
    note(static_cast<std::uint32_t>(heap_.size_of(block)));
    return block;
  }

  // FNV-1a by words.
  void note(std::uint32_t value) { hash_ = (hash_ ^ value) * 1099511628211u; }

  tarn::FixedHeap<Fit> heap_{buffer};
  Block blocks_[300]{};
  std::uint32_t random_ = 7;
  std::uint64_t hash_ = 14695981039346656037u;
};

}  // namespace

FOR_EACH_FIT("the same calls place the same blocks on every machine") {
  static Program<Fit> program;
  CHECK(program.play() == placements<Fit>);
}
