// APR pools over an allocator of the thread's own, as httpd's workers do.
#include "support/peer.hpp"

#include <apr_pools.h>

namespace tarn::bench {
namespace {

// One per thread, never ended: APR's own end is the process's.
struct Allocator {
  Allocator() {
    static const apr_status_t started = apr_initialize();
    static_cast<void>(started);
    apr_allocator_create(&allocator);
  }
  apr_allocator_t* allocator = nullptr;
};

struct Created {
  using Shared = Allocator;
  struct Request {
    explicit Request(Shared& shared) {
      apr_pool_create_unmanaged_ex(&pool, nullptr, shared.allocator);
    }
    void* allocate(std::size_t size) { return apr_palloc(pool, size); }
    void end(std::span<void*>) { apr_pool_destroy(pool); }

    apr_pool_t* pool = nullptr;
  };
};

struct Cleared {
  struct Shared : Allocator {
    Shared() { apr_pool_create_unmanaged_ex(&pool, nullptr, allocator); }
    apr_pool_t* pool = nullptr;
  };
  struct Request {
    explicit Request(Shared& shared) : pool(shared.pool) {}
    void* allocate(std::size_t size) { return apr_palloc(pool, size); }
    void end(std::span<void*>) { apr_pool_clear(pool); }

    apr_pool_t* pool;
  };
};

const Registered<Created> created{"APR, create and destroy"};
const Registered<Cleared> cleared{"APR, clear"};

}  // namespace
}  // namespace tarn::bench
