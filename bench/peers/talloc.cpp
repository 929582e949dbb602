// Samba's talloc: a context for each request, plain or a pool of 64 KiB.
#include "support/peer.hpp"

extern "C" {
#include <talloc.h>
}

namespace tarn::bench {
namespace {

constexpr std::size_t pool_size = 64 * 1024;

template <bool is_pool>
struct Talloc {
  struct Shared {};
  struct Request {
    explicit Request(Shared&)
        : context(is_pool ? talloc_pool(nullptr, pool_size)
                          : talloc_new(nullptr)) {}
    void* allocate(std::size_t size) { return talloc_size(context, size); }
    void end(std::span<void*>) { talloc_free(context); }

    void* context;
  };
};

const Registered<Talloc<false>> plain{"talloc"};
const Registered<Talloc<true>> pool{"talloc pool 64 KiB"};

}  // namespace
}  // namespace tarn::bench
