// processors.hpp - what each processor has of a pool, in place of threads.
//
//     place of a processor: loaded, previous <-- full, empty --> depot
//
// As a thread has two magazines (magazine.hpp), so has a processor here: who
// runs on it takes from the loaded one and puts into it without a lock
// (port/processor.hpp). Both change places under the pool's lock, where whoever
// comes first withdraws the loaded one.
//
// Threads  each type says which.
// SPDX-License-Identifier: MIT
#pragma once

#include "object/magazine.hpp"
#include "port/processor.hpp"

#include <utility>

namespace tarn::object {

static_assert(sizeof(Magazine) == sizeof(port::StackStart));

/// What a processor has. `stack` is its loaded magazine, or one without room
/// that all share; the rest is guarded by the pool's lock.
struct Processor : port::ProcessorPlace {
  Magazine* previous;  // null: none yet; else full or empty
  Magazine* aside;     // the loaded one, while every call shall come by
  std::uint32_t fill;  // objects to take from slabs next time
};
static_assert(sizeof(Processor) == sizeof(port::ProcessorPlace));

/// The magazine without room: never written.
extern constinit Magazine no_magazine;

[[nodiscard]] inline Magazine* loaded_of(const Processor& processor) noexcept {
  return static_cast<Magazine*>(
      processor.stack.load(std::memory_order_acquire));
}

/// Shows the loaded one, at about this moment, and the others that it has.
template <class Show>
void for_each_magazine(port::ProcessorPlaces all, Show show) noexcept {
  for (std::uint32_t i = 0; all.first != nullptr && i < all.count; ++i) {
    const auto& processor = static_cast<const Processor&>(all.first[i]);
    for (Magazine* const magazine :
         {loaded_of(processor), processor.aside, processor.previous})
      if (magazine != nullptr)
        show(*magazine);
  }
}

/// This processor's loaded magazine in the caller's hands for a scope, null
/// where it has none. Confined: the pool's lock.
class InHand {
 public:
  /// While something is due, what was set aside stays so.
  InHand(port::ProcessorPlaces places, bool is_due) noexcept : is_due_(is_due) {
    void* taken = nullptr;
    processor = static_cast<Processor*>(
        port::processor_withdraw(places, &no_magazine, taken));
    if (processor == nullptr)
      return;
    was_aside_ = taken == &no_magazine;
    loaded = was_aside_ ? std::exchange(processor->aside, nullptr)
                        : static_cast<Magazine*>(taken);
  }
  ~InHand() {
    if (loaded == nullptr)
      return;
    if (was_aside_ && is_due_)
      processor->aside = loaded;
    else
      processor->stack.store(loaded, std::memory_order_release);
  }
  InHand(const InHand&) = delete;
  InHand& operator=(const InHand&) = delete;

  [[nodiscard]] bool has_objects() const noexcept {
    return loaded != nullptr && loaded->count != 0;
  }
  [[nodiscard]] bool has_room() const noexcept {
    return loaded != nullptr && loaded->count != loaded->capacity;
  }
  /// Keeps the loaded magazine, if any, as the previous one.
  void change(Magazine* magazine) noexcept {
    processor->previous = loaded;
    loaded = magazine;
    magazine->next = nullptr;
  }

  Processor* processor = nullptr;  // null: none for this thread
  Magazine* loaded = nullptr;

 private:
  bool is_due_;
  bool was_aside_ = false;
};

}  // namespace tarn::object
