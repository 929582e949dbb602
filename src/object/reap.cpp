// What pools give back when somebody else is short of memory.
#include "tarn/object_pool.hpp"

#include "object/state.hpp"
#include "port/world.hpp"

namespace tarn {
inline namespace v1 {

std::size_t reap_object_pools() noexcept {
  using object::State;
  // A destructor that reaps, and in it one that ends a pool, would wait for its
  // own thread.
  object::Reaper reaper{port::thread_index()};
  if (!State::begin_reap(reaper))
    return 0;
  std::size_t bytes = 0;
  State* state = nullptr;
  while ((state = State::next_to_reap(state)) != nullptr)
    bytes += state->reap();
  State::end_reap(reaper);
  return bytes;
}

bool reap_pools_when_short(Budget&, std::size_t, void*) noexcept {
  return reap_object_pools() != 0;
}

}  // namespace v1
}  // namespace tarn
