// A fork while another thread makes the very first region, in a program that
// has no heap.
// ONLY linux
#include "tarn/region.hpp"

#include "support/first_fork.hpp"

int main() {
  return tarn::test::fork_at_first([] {
    tarn::Region region;
    return region.allocate(100) != nullptr;
  });
}
