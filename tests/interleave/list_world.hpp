// list_world.hpp - some slabs that come on a list and off it, for the explorer.
//
// Threads  confined; its fibers are.
// SPDX-License-Identifier: MIT
#pragma once

#include "interleave/explorer.hpp"
#include "slab/slab.hpp"

#include <new>

namespace tarn::interleave {

/// One slab is listed. A thread takes all and puts them on again, two each put
/// another one on.
class ListWorld : public Program {
 public:
  [[nodiscard]] unsigned threads() const override { return 3; }

  void begin() override {
    ::new (&list_) slab::SlabList{};
    for (slab::Slab& slab : slabs_) {
      ::new (&slab) slab::Slab{};
      watch(&slab, sizeof slab, "slab");
    }
    list_.put(&slabs_[0]);
    watch(&list_, sizeof list_, "list");
  }

  void run(unsigned thread) override {
    if (thread != 0)
      return list_.put(&slabs_[thread]);
    for (slab::Slab* slab = list_.take_all(); slab != nullptr;) {
      slab::Slab* const next = slab->next_listed;
      ++slab->free_count;  // who took it off owns it
      list_.put(slab);
      slab = next;
    }
  }

  void end() override {
    unsigned seen = 0;
    for (const slab::Slab* slab = list_.take_all(); slab != nullptr;
         slab = slab->next_listed) {
      const unsigned bit = 1u << (slab - slabs_);
      require((seen & bit) == 0, "a slab is listed once");
      seen |= bit;
    }
    require(seen == 7, "no slab is lost");
  }

 private:
  slab::Slab slabs_[3];
  slab::SlabList list_;
};

}  // namespace tarn::interleave
