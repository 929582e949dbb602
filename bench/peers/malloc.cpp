// malloc and free of each block: whichever malloc the process has.
#include "support/peer.hpp"

#include <cstdlib>

namespace tarn::bench {
namespace {

struct Malloc {
  struct Shared {};
  struct Request {
    explicit Request(Shared&) {}
    void* allocate(std::size_t size) { return std::malloc(size); }
    void end(std::span<void*> blocks) {
      for (void* const block : blocks)
        std::free(block);
    }
  };
};

const Registered<Malloc> plain{"malloc"};

}  // namespace
}  // namespace tarn::bench
