// EXPECT tarn: fault: a PerThread used after its end
#include "tarn/per_thread.hpp"

#include <new>

int main() {
  using Set = tarn::PerThread<tarn::Region>;
  alignas(Set) static std::byte place[sizeof(Set)];
  Set* const set = ::new (place) Set;
  (void)set->local();
  set->~Set();
  (void)set->local();
}
