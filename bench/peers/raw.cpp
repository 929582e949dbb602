// The floor: a cursor in a register, rounded up to 16, no limit that is looked
// at, one buffer that every request starts anew. And the least that a region
// can be: the cursor in an object, and a limit, since somebody must notice when
// the buffer ends; over the same buffer, so that it never does.
#include "tarn/detail/bits.hpp"

#include "support/peer.hpp"

#include <cstdlib>

namespace tarn::bench {
namespace {

struct Buffer {
  // The largest request that is measured: 1000 blocks of the largest size.
  std::vector<std::byte> bytes = std::vector<std::byte>(64u << 20);
};

struct Raw {
  using Shared = Buffer;
  struct Request {
    explicit Request(Shared& shared) : next(shared.bytes.data()) {}
    void* allocate(std::size_t size) {
      void* const block = next;
      next += (size + 15) & ~std::size_t{15};
      return block;
    }
    void end(std::span<void*>) {}

    std::byte* next;
  };
};

struct Limited {
  struct Shared : Buffer {
    std::byte* next = nullptr;
    std::byte* end = bytes.data() + bytes.size();

    // Sees the object, so that the cursor cannot stay in a register.
    [[gnu::noinline]] void* run_out() {
      asm volatile("" : : "r"(this) : "memory");
      std::abort();
    }
  };
  struct Request {
    explicit Request(Shared& kept) : shared(kept) {
      shared.next = shared.bytes.data();
    }
    void* allocate(std::size_t size) {
      std::byte* const block = detail::align_up(shared.next, max_align);
      if (size > detail::bytes_between(block, shared.end)) [[unlikely]]
        return shared.run_out();
      shared.next = block + size;
      return block;
    }
    void end(std::span<void*>) {}

    Shared& shared;
  };
};

const Registered<Raw> raw{"raw bump loop"};
const Registered<Limited> limited{"bump with a limit"};

}  // namespace
}  // namespace tarn::bench
