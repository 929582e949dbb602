// eastl.cpp - EASTL containers in a region.
// SPDX-License-Identifier: MIT
#include "adaptors/eastl_allocator.hpp"
#include "adaptors/stand_ins/eastl_vector.hpp"

#include <cstdio>

namespace {

// More than EASTL's least alignment: it asks for this in its long form.
struct alignas(64) Matrix {
  float cells[16];
};

}  // namespace

int main() {
  using examples::EastlAllocator;
  tarn::Region frame{
      {.name = "frame", .on_exhausted = tarn::abort_when_exhausted}};
  {
    eastl::vector<int, EastlAllocator> ids{EastlAllocator{frame}};
    for (int i = 0; i < 1000; ++i)
      ids.push_back(i);
    long sum = 0;
    for (const int id : ids)
      sum += id;
    std::printf("%zu ids of region '%s', sum %ld\n", ids.size(),
                ids.get_allocator().get_name(), sum);

    eastl::vector<Matrix, EastlAllocator> pose{EastlAllocator{frame}};
    for (int i = 0; i < 100; ++i)
      pose.push_back({});
    const auto address = reinterpret_cast<std::uintptr_t>(pose.begin());
    std::printf("%zu matrices, off a multiple of 64 by %zu\n", pose.size(),
                static_cast<std::size_t>(address % 64));
  }
  // Where EASTL asks for an offset, that byte is the aligned one.
  auto* const node =
      static_cast<std::byte*>(EastlAllocator{frame}.allocate(100, 32, 24));
  std::printf("byte 24 is off a multiple of 32 by %zu\n",
              static_cast<std::size_t>(
                  reinterpret_cast<std::uintptr_t>(node + 24) % 32));
  frame.reset();
  std::printf("%zu bytes used after the frame\n", frame.stats().used);
}

//> 1000 ids of region 'frame', sum 499500
//> 100 matrices, off a multiple of 64 by 0
//> byte 24 is off a multiple of 32 by 0
//> 0 bytes used after the frame
