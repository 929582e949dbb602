// The floor: a cursor in a register, rounded up to 16, no limit that is looked
// at, one buffer that every request starts anew. What it lacks of an allocator,
// step by step: the cursor in an object, where the next caller finds it; and a
// limit, since somebody must notice when the buffer ends. With both it is the
// least that a region can be; over the same buffer, so that it never ends.
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

struct Kept {
  struct Shared : Buffer {
    std::byte* next = nullptr;
  };
  struct Request {
    explicit Request(Shared& kept) : shared(kept) {
      shared.next = shared.bytes.data();
    }
    void* allocate(std::size_t size) {
      std::byte* const block = shared.next;
      shared.next = block + detail::round_up(size, max_align);
      // Another caller may look at it now.
      asm volatile("" : "+m"(shared.next));
      return block;
    }
    void end(std::span<void*>) {}

    Shared& shared;
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
const Registered<Kept> kept{"bump, cursor in memory"};
const Registered<Limited> limited{"bump with a limit"};

}  // namespace
}  // namespace tarn::bench
