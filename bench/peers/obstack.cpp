// GNU obstack, from the C library.
#include "support/peer.hpp"

#include <cstdlib>
#include <obstack.h>

#define obstack_chunk_alloc std::malloc
#define obstack_chunk_free std::free

namespace tarn::bench {
namespace {

struct Obstack {
  struct Shared {};
  struct Request {
    explicit Request(Shared&) { obstack_init(&stack); }
    void* allocate(std::size_t size) {
      return obstack_alloc(&stack, static_cast<int>(size));
    }
    void end(std::span<void*>) { obstack_free(&stack, nullptr); }

    obstack stack;
  };
};

const Registered<Obstack> plain{"GNU obstack"};

}  // namespace
}  // namespace tarn::bench
