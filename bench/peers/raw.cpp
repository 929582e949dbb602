// The floor: a cursor in a register, rounded up to 16, no limit that is looked
// at, one buffer that every request starts anew.
#include "support/peer.hpp"

namespace tarn::bench {
namespace {

struct Raw {
  struct Shared {
    // The largest request that is measured: 1000 blocks of the largest size.
    std::vector<std::byte> buffer = std::vector<std::byte>(64u << 20);
  };
  struct Request {
    explicit Request(Shared& shared) : next(shared.buffer.data()) {}
    void* allocate(std::size_t size) {
      void* const block = next;
      next += (size + 15) & ~std::size_t{15};
      return block;
    }
    void end(std::span<void*>) {}

    std::byte* next;
  };
};

const Registered<Raw> raw{"raw bump loop"};

}  // namespace
}  // namespace tarn::bench
