#include "os/linux/call_frames.hpp"

#include "os/linux/own_code.hpp"
#include "os/memory.hpp"
#include "os/modules.hpp"

namespace tarn::os {

CallFrames::Entry* CallFrames::make() noexcept {
  constexpr std::size_t size = sizeof(Entry) << index_bits;
  std::byte* const memory = reserve_zeroed(size);
  auto* const made = reinterpret_cast<Entry*>(memory);
  Entry* expected = nullptr;
  if (memory == nullptr ||
      table_.compare_exchange_strong(expected, made, std::memory_order_acq_rel))
    return made;
  unreserve(memory, size);
  return expected;
}

CallFrame CallFrames::find(Entry* table, std::uintptr_t place) noexcept {
  CallFrame frame;
  if (table != nullptr && look(table, place, frame))
    return frame;
  Module module;
  // Code that is of no file may be other code the next time.
  if (!find_module(place, module))
    return CallFrame(CallFrameKind::chain);
  frame = read_call_frame(module.unwind_index, place);
  if (is_own_code(place, module))
    frame.set_own();
  if (table != nullptr) {
    Entry& entry = table[index_of(place)];
    entry.word.store(frame.word(), relaxed);
    entry.place_and_word.store(place ^ frame.word(), relaxed);
  }
  return frame;
}

}  // namespace tarn::os
