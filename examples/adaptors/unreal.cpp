// unreal.cpp - Unreal containers in a region.
// SPDX-License-Identifier: MIT
#include "adaptors/stand_ins/unreal_array.hpp"
#include "adaptors/unreal_allocator.hpp"

#include <cstdio>
#include <utility>

namespace {

using Ids = TArray<int, examples::UnrealAllocator>;

Ids visible_ids(int count) {
  Ids ids;
  for (int i = 0; i < count; ++i)
    ids.Add(i);
  return ids;
}

}  // namespace

int main() {
  tarn::Region level{{.name = "level"}};
  tarn::Region frame{{.name = "frame"}};
  const examples::RegionScope in_level{level};
  const Ids spawned = visible_ids(100);
  {
    const examples::RegionScope in_frame{frame};
    Ids seen = visible_ids(1000);
    const Ids kept = std::move(seen);
    std::printf("%d seen, the last is %d; %d left behind\n", kept.Num(),
                kept[999], seen.Num());
    std::printf("the frame has them: %s, the level has the spawned: %s\n",
                frame.owns(kept.GetData()) ? "yes" : "no",
                level.owns(spawned.GetData()) ? "yes" : "no");
  }
  frame.reset();
  std::printf("%zu bytes used of the frame, and %d spawned stay\n",
              frame.stats().used, spawned.Num());
}

//> 1000 seen, the last is 999; 0 left behind
//> the frame has them: yes, the level has the spawned: yes
//> 0 bytes used of the frame, and 100 spawned stay
