#include "check/heap.hpp"
#include "check/live_blocks.hpp"

namespace tarn::check {
namespace {

struct Looker {
  LookAtBlock look;
  void* context;
};

}  // namespace

void tell_heap_blocks(LookAtBlock look, void* context) noexcept {
  Looker looker{look, context};
  each_live_block(
      [](void* to, std::byte* block, const Record& record) noexcept {
        const Looker& with = *static_cast<const Looker*>(to);
        with.look(with.context,
                  {block, record.size, record.pool, &record, false});
      },
      &looker);
}

}  // namespace tarn::check
