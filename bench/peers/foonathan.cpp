// foonathan/memory's stack: one for each request, or one that is unwound.
#include "support/peer.hpp"

#include <foonathan/memory/memory_stack.hpp>

namespace tarn::bench {
namespace {

// Room for the largest block; the library doubles from here.
constexpr std::size_t first_block = 64 * 1024;
constexpr std::size_t align = 16;

struct Made {
  struct Shared {};
  struct Request {
    explicit Request(Shared&) : stack(first_block) {}
    void* allocate(std::size_t size) { return stack.allocate(size, align); }
    void end(std::span<void*>) {}

    foonathan::memory::memory_stack<> stack;
  };
};

struct Unwound {
  struct Shared {
    foonathan::memory::memory_stack<> stack{first_block};
    foonathan::memory::memory_stack<>::marker bottom = stack.top();
  };
  struct Request {
    explicit Request(Shared& kept) : shared(kept) {}
    void* allocate(std::size_t size) {
      return shared.stack.allocate(size, align);
    }
    void end(std::span<void*>) { shared.stack.unwind(shared.bottom); }

    Shared& shared;
  };
};

const Registered<Made> made{"foonathan memory_stack"};
const Registered<Unwound> unwound{"foonathan memory_stack, unwind"};

}  // namespace
}  // namespace tarn::bench
