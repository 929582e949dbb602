// door.cpp - malloc, new and delete of a program that holds the malloc door.
#include "tarn/heap.hpp"
#include "tarn/region.hpp"

#include "matrix/block_cases.hpp"

#include <cstdlib>
#include <new>

namespace tarn::test {
namespace {

alignas(64) std::byte nobodys[256];

struct Door {
  static constexpr std::size_t many = 3000;
  static void* foreign() { return nobodys + 64; }
  static void* take_of_region() {
    static Region region{{.name = "r"}};
    return region.allocate(size);
  }

  void* take() { return hide(std::malloc(size)); }
  void* take_large() { return hide(std::malloc(large)); }
  void give(void* p) { std::free(hide(p)); }
  void* take_of_second() { return second.allocate(size); }
  void give_to_second(void* p) { second.deallocate(p); }

  Heap second{{.name = "second"}};
};

using Cases = HeapCases<Door>;

void size_mismatch(const Turn& turn) {
  void* const block = hide(::operator new(size));
  turn.at_place(
      [&] { ::operator delete(hide(block), turn.is_clean ? size : 48); });
}

void alignment_mismatch(const Turn& turn) {
  void* const block = hide(::operator new (size, std::align_val_t{64}));
  turn.at_place([&] {
    ::operator delete (hide(block),
                       std::align_val_t{turn.is_clean ? 64u : 128u});
  });
}

void family_mismatch(const Turn& turn) {
  void* const block = hide(::operator new[](size));
  turn.at_place([&] {
    if (turn.is_clean)
      ::operator delete[](hide(block));
    else
      ::operator delete(hide(block));
  });
}

constexpr Case all[] = {
    {"malloc", "wrong_pool", Cases::wrong_pool},
    {"malloc", "foreign_free", Cases::foreign_free},
    {"malloc", "interior_free", Cases::interior_free},
    {"malloc", "interior_free_large", Cases::interior_free_large},
    {"malloc", "double_free_at_once", Cases::double_free_at_once},
    {"malloc", "double_free_later", Cases::double_free_later},
    {"malloc", "overflow_adjacent", Cases::overflow_adjacent},
    {"malloc", "overflow_far", Cases::overflow_far},
    {"malloc", "underflow", Cases::underflow},
    {"malloc", "read_after_free", Cases::read_after_free},
    {"malloc", "read_after_large_free", Cases::read_after_large_free},
    {"malloc", "write_after_free", Cases::write_after_free},
    {"malloc", "uninitialised_read", Cases::read_fresh},
    {"malloc", "leak_block", Cases::leak_block},
    {"malloc", "region_block_freed", Cases::region_block_freed},
    {"malloc", "size_mismatch", size_mismatch},
    {"malloc", "alignment_mismatch", alignment_mismatch},
    {"malloc", "family_mismatch", family_mismatch},
    {nullptr, nullptr, nullptr}};

}  // namespace

const Case* cases() noexcept {
  return all;
}

}  // namespace tarn::test
