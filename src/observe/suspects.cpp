#include "observe/suspects.hpp"

#include "check/stacks.hpp"
#include "check/suspects.hpp"
#include "port/world.hpp"

namespace tarn::observe {
namespace {

void add(void* snapshot, const check::Suspect& found) noexcept {
  Snapshot& into = *static_cast<Snapshot*>(snapshot);
  if (into.suspect_count == Snapshot::most_suspects)
    return;
  SuspectStats& suspect = into.suspects[into.suspect_count++];
  suspect.kind = found.kind;
  const char* const name = port::pool_name(found.id);
  for (std::size_t i = 0; i + 1 < sizeof suspect.name && name[i] != '\0'; ++i)
    suspect.name[i] = name[i];
  suspect.only_grows = found.pool != 0;
  const check::Stack stack = check::stack_of(found.stack);
  suspect.site = stack.count == 0 ? 0 : stack.frames[0];
  while (suspect.call_count != SuspectStats::most_calls &&
         suspect.call_count != stack.count) {
    suspect.calls[suspect.call_count] = stack.frames[suspect.call_count];
    ++suspect.call_count;
  }
  (found.is_of_blocks ? suspect.blocks : suspect.pools) = found.count;
  suspect.are_drawn = found.is_drawn;
  suspect.completed = found.completed;
  suspect.longest = found.longest_ms;
  suspect.oldest = found.oldest_ms;
  suspect.bytes = found.bytes;
}

}  // namespace

void add_suspects(Snapshot& into) noexcept {
  check::for_each_suspect(add, &into);
}

}  // namespace tarn::observe
