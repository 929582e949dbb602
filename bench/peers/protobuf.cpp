// Protocol Buffers' Arena, with and without a first block of the thread's own.
#include "support/peer.hpp"

#include <google/protobuf/arena.h>

namespace tarn::bench {
namespace {

using google::protobuf::Arena;
using google::protobuf::ArenaOptions;

constexpr std::size_t buffer_size = 64 * 1024;

struct Plain {
  struct Shared {};
  struct Request {
    explicit Request(Shared&) {}
    void* allocate(std::size_t size) {
      return Arena::CreateArray<char>(&arena, size);
    }
    void end(std::span<void*>) {}

    Arena arena;
  };
};

struct Buffered {
  struct Shared {
    std::vector<char> buffer = std::vector<char>(buffer_size);
  };
  struct Request {
    explicit Request(Shared& shared) : arena(options(shared)) {}
    static ArenaOptions options(Shared& shared) {
      ArenaOptions options;
      options.initial_block = shared.buffer.data();
      options.initial_block_size = shared.buffer.size();
      return options;
    }
    void* allocate(std::size_t size) {
      return Arena::CreateArray<char>(&arena, size);
    }
    void end(std::span<void*>) {}

    Arena arena;
  };
};

const Registered<Plain> plain{"protobuf Arena"};
const Registered<Buffered> buffered{"protobuf Arena, 64 KiB buffer"};

}  // namespace
}  // namespace tarn::bench
