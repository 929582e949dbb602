#include "check/pools.hpp"

#include "base/sparse.hpp"
#include "check/stacks.hpp"
#include "port/pool_kind.hpp"
#include "port/world.hpp"

#include <atomic>

namespace tarn::check {
namespace {

constexpr std::uint32_t most_entries = 1u << 16;

struct Slot {
  std::atomic<PoolNumber> number;  // 0: none yet
  PoolEntry entry;
};

TARN_SPARSE constinit Slot slots[most_entries] = {};
// Counts only; orders nothing.
constinit std::atomic<PoolNumber> last_number{0};

Slot& slot_of(PoolNumber number) noexcept {
  return slots[number % most_entries];
}

}  // namespace

PoolNumber enter_pool(PoolKind kind, std::uint32_t id,
                      PoolNumber parent) noexcept {
  const PoolNumber number =
      last_number.fetch_add(1, std::memory_order_relaxed) + 1;
  Slot& slot = slot_of(number);
  slot.number.store(0, std::memory_order_release);
  const bool is_default = kind == PoolKind::heap && id == 0;
  slot.entry = {kind, is_default,       id, parent, capture_stack(),
                0,    port::clock_ms(), 0};
  slot.number.store(number, std::memory_order_release);
  return number;
}

void leave_pool(PoolNumber number) noexcept {
  Slot& slot = slot_of(number);
  if (slot.number.load(std::memory_order_acquire) != number)
    return;
  slot.entry.ended = port::clock_ms();
  slot.entry.ended_by = capture_stack();
}

const PoolEntry* pool_entry(PoolNumber number) noexcept {
  const Slot& slot = slot_of(number);
  return number != 0 && slot.number.load(std::memory_order_acquire) == number
             ? &slot.entry
             : nullptr;
}

void write_pool(base::Line& line, PoolNumber number) noexcept {
  const PoolEntry* const entry = pool_entry(number);
  if (entry == nullptr) {
    line << "a pool";
    return;
  }
  if (entry->is_default) {
    line << "the heap";
    return;
  }
  line << port::noun_of(entry->kind) << " '" << port::pool_name(entry->id)
       << "'";
}

}  // namespace tarn::check
