// What the standard library brings.
#include "support/peer.hpp"

#include <memory_resource>

namespace tarn::bench {
namespace {

constexpr std::size_t buffer_size = 64 * 1024;

template <class Resource>
struct Made {
  struct Shared {};
  struct Request {
    explicit Request(Shared&) {}
    void* allocate(std::size_t size) { return resource.allocate(size); }
    void end(std::span<void*>) {}

    Resource resource;
  };
};

struct Buffered {
  struct Shared {
    std::vector<std::byte> buffer = std::vector<std::byte>(buffer_size);
  };
  struct Request {
    explicit Request(Shared& shared)
        : resource(shared.buffer.data(), shared.buffer.size()) {}
    void* allocate(std::size_t size) { return resource.allocate(size); }
    void end(std::span<void*>) {}

    std::pmr::monotonic_buffer_resource resource;
  };
};

const Registered<Made<std::pmr::monotonic_buffer_resource>> monotonic{
    "pmr::monotonic"};
const Registered<Buffered> buffered{"pmr::monotonic, 64 KiB buffer"};
const Registered<Made<std::pmr::unsynchronized_pool_resource>> pool{
    "pmr::unsynchronized_pool"};

}  // namespace
}  // namespace tarn::bench
