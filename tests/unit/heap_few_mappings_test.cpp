#include "tarn/heap.hpp"

#include "check/shadow.hpp"
#include "os/guards.hpp"

#include <cstddef>
#include <doctest/doctest.h>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace tarn;

std::size_t mappings() {
  std::ifstream file{"/proc/self/maps"};
  std::size_t count = 0;
  for (std::string line; std::getline(file, line);)
    ++count;
  return count;
}

// No marks, and so many pieces that may be protected.
struct FewMappings {
  explicit FewMappings(long pieces) { os::forgo_guard_marks(true, pieces); }
  FewMappings(const FewMappings&) = delete;
  FewMappings& operator=(const FewMappings&) = delete;
  ~FewMappings() { os::forgo_guard_marks(false, -1); }
};

}  // namespace

TEST_CASE(
    "blocks with pages of their own take no more mappings than guards may") {
  if (check::follows_sanitizer())
    return;
  constexpr long pieces = 200;
  constexpr std::size_t blocks = 2000;
  const FewMappings few(pieces);
  Heap heap{HeapOptions{.checks = CheckMode::full_page}};
  std::vector<void*> all(blocks);
  const std::size_t before = mappings();
  for (std::size_t i = 0; i < blocks; ++i)
    all[i] = heap.allocate(i % 8 == 0 ? 3000 : 64);
  CHECK(mappings() <= before + 2 * std::size_t{pieces} + 50);
  for (void* const block : all)
    CHECK(block != nullptr);
  CHECK(os::protections_left() == 0);
  for (void* const block : all)
    heap.deallocate(block);
  CHECK(os::protections_left() >= pieces / 2);
  CHECK(mappings() <= before + 2 * std::size_t{pieces} + 50);
}
