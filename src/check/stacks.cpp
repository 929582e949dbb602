#include "check/stacks.hpp"

#include "check/degrade.hpp"
#include "check/stack_memo.hpp"
#include "os/memory.hpp"
#include "os/stack.hpp"

#include <new>

namespace tarn::check {
namespace {

// Address space, of which pages are touched as stacks come: seven million.
constexpr std::size_t most_memory = std::size_t{1} << 30;

// Where there is little address space, such a part of it.
constexpr std::size_t table_part = 32;

// Published once; pairs with the acquire in the_table().
constinit std::atomic<StackTable*> stack_table{nullptr};

std::size_t size_of_table() noexcept {
  const std::size_t most = os::most_to_reserve() / table_part;
  const std::size_t size = most < most_memory ? most : most_memory;
  const std::size_t pages = size & ~(os::page_size() - 1);
  return pages < StackTable::least_size ? StackTable::least_size : pages;
}

// The table itself lies in the memory behind which its stacks lie.
StackTable* make_table() noexcept {
  const std::size_t size = size_of_table();
  const std::size_t page = os::page_size();
  std::byte* const memory = os::reserve_zeroed(size + page);
  if (memory == nullptr)
    return nullptr;
  StackTable* const made = new (memory) StackTable(memory + page, size);
  StackTable* expected = nullptr;
  if (stack_table.compare_exchange_strong(expected, made,
                                          std::memory_order_acq_rel))
    return made;
  os::unreserve(memory, size + page);
  return expected;
}

StackTable* the_table() noexcept {
  StackTable* const known = stack_table.load(std::memory_order_acquire);
  return known != nullptr ? known : make_table();
}

StackId enter(const std::uintptr_t* calls, unsigned count) noexcept {
  if (count == 0)
    return 0;
  StackTable* const known = the_table();
  if (known == nullptr) {
    degraded(Degraded::no_stack_memory);
    return 0;
  }
  const StackId id = known->enter(calls, count);
  if (id == 0)
    degraded(Degraded::no_stacks);
  return id;
}

}  // namespace

[[gnu::noinline]] StackId capture_stack(unsigned most) noexcept {
  const auto frame =
      reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (const StackId known = known_stack(frame, most); known != 0)
    return known;
  std::uintptr_t calls[deepest_stack];
  os::Trail trail;
  const StackId id = enter(calls, os::walk_stack(calls, most, trail));
  remember_stack(frame, most, trail, id);
  return id;
}

StackId walk_stack_at(std::uintptr_t frame) noexcept {
  std::uintptr_t calls[deepest_stack];
  os::Trail trail;
  const StackId id = enter(calls, os::walk_stack(calls, deepest_stack, trail));
  keep_recent_stack(frame, trail, id);
  return id;
}

StackId capture_stack_of_signal(const void* context) noexcept {
  std::uintptr_t calls[deepest_stack];
  return enter(calls, os::walk_stack(os::place_of_signal(context), calls,
                                     deepest_stack));
}

Stack stack_of(StackId id) noexcept {
  const StackTable* const known = stack_table.load(std::memory_order_acquire);
  return known == nullptr ? Stack{nullptr, 0} : known->find(id);
}

Lives& lives_of(StackId id) noexcept {
  return stack_table.load(std::memory_order_acquire)->lives(id);
}

}  // namespace tarn::check
