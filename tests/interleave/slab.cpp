// Every interleaving of what threads do with a slab, its word and its list
// keeps each slot exactly once, gives the slab one owner at a time and lists it
// once; and so the search is worth something, it finds bugs that are seeded.
#include "interleave/list_world.hpp"
#include "interleave/scenario.hpp"
#include "interleave/seeded.hpp"
#include "interleave/slab_world.hpp"

namespace {

using namespace tarn::interleave;
using World = SlabWorld;

void post(World& world) {
  world.post(1);
}
void post_twice(World& world) {
  world.post(1);
  world.post(1);
}
void post_two(World& world) {
  world.post(2);
}
void look(World& world) {
  world.look();
}
void take_or_detach(World& world) {
  world.take_or_detach();
}
void give_back(World& world) {
  world.give_back();
}
void park(World& world) {
  world.park();
}
void park_bare(World& world) {
  world.park_bare();
}
void drain(World& world) {
  world.drain();
}
void post_and_drain(World& world) {
  world.post(1);
  world.drain();
}
// Once round: what it has drained it uses up and gives up again.
void go_round(World& world) {
  world.drain();
  if (world.is_owner())
    world.take_or_detach();
  if (world.is_owner())
    world.take_or_detach();
}

const World::Scenario scenarios[] = {
    {"an owner takes or detaches, two post",
     false,
     {2, 1, 1},
     {take_or_detach, post, post}},
    {"an owner takes or detaches, one posts twice, one drains",
     false,
     {2, 2, 0},
     {take_or_detach, post_twice, drain}},
    {"an owner takes or detaches, batches come back",
     false,
     {0, 2, 2},
     {take_or_detach, post_two, post_two}},
    {"two post first to a detached slab, one drains",
     true,
     {2, 1, 1},
     {drain, post, post}},
    {"two drain what two post", true, {2, 1, 1, 0}, {drain, post, post, drain}},
    {"an owner gives back to what it detached, one posts",
     true,
     {1, 3},
     {give_back, post_twice}},
    {"an owner gives back to what it detached, one posts, one drains",
     true,
     {1, 3, 0},
     {give_back, post, drain}},
    {"two look at a list, one posts twice, one drains",
     true,
     {1, 3, 0, 0},
     {look, post_twice, drain, look}},
    {"an owner parks, one posts, one drains",
     false,
     {2, 2, 0},
     {park, post_twice, drain}},
    {"an owner parks a bare slot, one posts, one drains",
     false,
     {2, 2, 0},
     {park_bare, post_twice, go_round}},
    {"an owner parks a bare slot, one posts, one looks",
     false,
     {2, 2, 0},
     {park_bare, post_twice, look}},
    {"an owner parks, two post, one looks",
     false,
     {2, 1, 1, 0},
     {park, post, post, look}},
    {"a slab goes round: drained, used up, posted to again",
     true,
     {0, 2, 2},
     {go_round, post_twice, post}},
    {"a slab goes round, the other poster drains it too",
     true,
     {0, 3, 1},
     {go_round, post, post_and_drain}},
    {"two go round, one posts",
     true,
     {0, 4, 0},
     {go_round, post_twice, go_round}},
    {"one goes round, one looks",
     true,
     {0, 4, 0},
     {go_round, post_twice, look}},
};

std::size_t explore_all() {
  const std::size_t count = explore_each<World>(scenarios);
  ListWorld lists;
  return count +
         explore("two put slabs on a list, one takes all off and on", lists);
}

}  // namespace

int main() {
  const std::size_t count = explore_all();
  const bool are_enough = tell(count, saw_weak() ? 100'000 : 25'000);
  return are_enough && find_slab_bugs(explore_all) ? 0 : 1;
}
