// The block pool with the sizes that nginx gives it, reset and destroyed.
#include "peers/block_pool.hpp"
#include "support/peer.hpp"

namespace tarn::bench {
namespace {

template <std::size_t block_size>
struct Made {
  struct Shared {};
  struct Request {
    explicit Request(Shared&) : pool(block_size) {}
    void* allocate(std::size_t size) { return pool.allocate(size); }
    void end(std::span<void*>) {}

    BlockPool pool;
  };
};

template <std::size_t block_size>
struct Reset {
  struct Shared {
    BlockPool pool{block_size};
  };
  struct Request {
    explicit Request(Shared& shared) : pool(shared.pool) {}
    void* allocate(std::size_t size) { return pool.allocate(size); }
    void end(std::span<void*>) { pool.reset(); }

    BlockPool& pool;
  };
};

const Registered<Made<4096>> small{"nginx pool 4 KiB"};
const Registered<Made<16384>> big{"nginx pool 16 KiB"};
const Registered<Reset<4096>> small_reset{"nginx pool 4 KiB, reset"};
const Registered<Reset<16384>> big_reset{"nginx pool 16 KiB, reset"};

}  // namespace
}  // namespace tarn::bench
