// Every misuse of a FixedHeap's pointers and alignments that can be told is
// told in the call, by each fit, with canaries and without, in each of its
// buffers, and has changed nothing. The lines themselves: tests/misuse.
#include "tarn/fixed_heap.hpp"

#include "support/each_fit.hpp"
#include "support/faults.hpp"
#include "support/fixed_pools.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <doctest/doctest.h>
#include <vector>

using tarn::Fault;
using tarn::FixedHeap;
using tarn::KiB;
using namespace tarn::test;

namespace {

constexpr std::size_t first_buffer = 2 * KiB;
constexpr std::size_t second_buffer = 3 * KiB;

// What an earlier heap left there may look like blocks (docs/contract.md).
std::span<std::byte> clean_room() {
  std::memset(buffer, 0, sizeof buffer);
  std::memset(other_buffer, 0, sizeof other_buffer);
  return room(first_buffer);
}

// A heap of two buffers with blocks and free places in both.
template <class Fit, class Canary>
class Misused {
 public:
  Misused() {
    REQUIRE(heap.add_buffer(std::span{other_buffer}.first(second_buffer)));
    blocks = all_of(heap, 40);
    REQUIRE(blocks.size() > 20);
    // Alone, and beside each other, so that they are parts of larger places.
    for (const std::size_t i : {1u, 4u, 5u, 6u})
      for (const std::size_t at : {i, blocks.size() - 2 - i}) {
        heap.deallocate(blocks[at]);
        freed.push_back(blocks[at]);
        blocks[at] = nullptr;
      }
    REQUIRE(heap.check());
    remember();
  }

  // Asks that `call` is told, and that nothing is different.
  template <class Call>
  void refuses(Fault kind, Call call) {
    CHECK(is_told(kind, call));
    CHECK(heap.check());
    CHECK(std::memcmp(bytes_.data(), buffer, first_buffer) == 0);
    CHECK(std::memcmp(bytes_.data() + first_buffer, other_buffer,
                      second_buffer) == 0);
    const tarn::FixedHeapStats now = heap.stats();
    CHECK(now.used == stats_.used);
    CHECK(now.refusals == stats_.refusals);
    CHECK(now.largest_free == stats_.largest_free);
  }
  // The same of each call that takes a pointer to a block.
  void refuses_pointer(Fault kind, void* p) {
    refuses(kind, [&] { heap.deallocate(p); });
    refuses(kind, [&] { heap.deallocate(p, 40); });
    refuses(kind, [&] { static_cast<void>(heap.try_expand(p, 1)); });
    refuses(kind, [&] { static_cast<void>(heap.try_expand(p, 1000)); });
    refuses(kind, [&] { static_cast<void>(heap.reallocate(p, 1)); });
    refuses(kind, [&] { static_cast<void>(heap.reallocate(p, 1000)); });
    CHECK(heap.size_of(p) == 0);
  }

  FixedHeap<Fit, tarn::at_run_time, tarn::NoLock, Canary> heap{clean_room()};
  std::vector<void*> blocks;
  std::vector<void*> freed;

 private:
  void remember() {
    bytes_.assign(buffer, buffer + first_buffer);
    bytes_.insert(bytes_.end(), other_buffer, other_buffer + second_buffer);
    stats_ = heap.stats();
  }

  const Faults faults_;
  std::vector<std::byte> bytes_;
  tarn::FixedHeapStats stats_;
};

template <class Fit, class Canary>
void give_back_what_is_none() {
  Misused<Fit, Canary> misused;
  for (void* const twice : misused.freed)
    misused.refuses_pointer(Fault::double_free, twice);
  for (void* const block : misused.blocks)
    if (block != nullptr)
      for (const std::ptrdiff_t inside : {1, 4, 8, 15, 16, 32})
        misused.refuses_pointer(Fault::wrong_pool,
                                static_cast<std::byte*>(block) + inside);
}

template <class Fit, class Canary>
void give_back_what_is_foreign() {
  Misused<Fit, Canary> misused;
  alignas(16) static std::byte others[1 * KiB];
  FixedHeap<Fit> other{std::span{others}};
  int on_the_stack = 0;
  const std::uintptr_t nowhere[] = {tarn::detail::address_of(buffer) - 16, 16,
                                    17, UINTPTR_MAX, UINTPTR_MAX - 15};
  std::vector<void*> foreign{
      other.allocate(40),    others,
      &on_the_stack,         &misused.heap,
      buffer + first_buffer, other_buffer + second_buffer};
  for (const std::uintptr_t address : nowhere)
    foreign.push_back(reinterpret_cast<void*>(address));
  for (void* const p : foreign)
    misused.refuses_pointer(Fault::wrong_pool, p);
}

template <class Fit, class Canary>
void ask_for_no_alignment() {
  Misused<Fit, Canary> misused;
  for (const std::size_t align :
       {std::size_t{0}, std::size_t{3}, std::size_t{24}, std::size_t{48},
        std::size_t{4095}, tarn::no_limit, tarn::no_limit - 1})
    misused.refuses(Fault::bad_alignment, [&] {
      static_cast<void>(misused.heap.allocate(8, align));
    });
}

template <class Fit, class Canary>
void ask_a_heap_without_memory() {
  const Faults faults;
  FixedHeap<Fit, tarn::at_run_time, tarn::NoLock, Canary> none;
  CHECK(is_told(Fault::wrong_pool, [&] { none.deallocate(buffer); }));
  CHECK(is_told(Fault::wrong_pool,
                [&] { static_cast<void>(none.try_expand(buffer, 8)); }));
  CHECK(none.allocate(0) == nullptr);
  CHECK(none.size_of(buffer) == 0);
  CHECK(none.check());
}

}  // namespace

#define FOR_EACH_FIT_GUARDED_OR_NOT(name, ask) \
  FOR_EACH_FIT(name) {                         \
    ask<Fit, tarn::NoCanaries>();              \
    ask<Fit, tarn::Canaries>();                \
  }

FOR_EACH_FIT_GUARDED_OR_NOT(
    "a block given back twice, or a pointer inside one, is told",
    give_back_what_is_none)
FOR_EACH_FIT_GUARDED_OR_NOT("a pointer to what is no block of it is told",
                            give_back_what_is_foreign)
FOR_EACH_FIT_GUARDED_OR_NOT("an alignment that is no power of two is told",
                            ask_for_no_alignment)
FOR_EACH_FIT_GUARDED_OR_NOT("a heap without memory is given nothing back",
                            ask_a_heap_without_memory)
