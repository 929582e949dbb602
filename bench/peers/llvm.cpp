// LLVM's BumpPtrAllocator: one for each request, or one that is reset.
#include "support/peer.hpp"

#include <llvm/Support/Allocator.h>

namespace tarn::bench {
namespace {

const llvm::Align align{16};

struct Made {
  struct Shared {};
  struct Request {
    explicit Request(Shared&) {}
    void* allocate(std::size_t size) { return allocator.Allocate(size, align); }
    void end(std::span<void*>) {}

    llvm::BumpPtrAllocator allocator;
  };
};

struct Reset {
  struct Shared {
    llvm::BumpPtrAllocator allocator;
  };
  struct Request {
    explicit Request(Shared& shared) : allocator(shared.allocator) {}
    void* allocate(std::size_t size) { return allocator.Allocate(size, align); }
    void end(std::span<void*>) { allocator.Reset(); }

    llvm::BumpPtrAllocator& allocator;
  };
};

const Registered<Made> made{"LLVM BumpPtrAllocator"};
const Registered<Reset> reset{"LLVM BumpPtrAllocator, reset"};

}  // namespace
}  // namespace tarn::bench
