// Every interleaving of what threads do with an object pool's magazines and its
// depot has each object once, constructs and destroys it once and orders what
// one thread did with it before what the next one does.
#include "interleave/object_world.hpp"
#include "interleave/scenario.hpp"
#include "interleave/seeded.hpp"

#include <initializer_list>

namespace {

using namespace tarn::interleave;
using World = ObjectWorld;
using Looks = World::Looks;
using Action = World::Action;
using Kind = Operation::Kind;

Action acquire(unsigned count) {
  return [count](World& world) { world.acquire(count); };
}
Action release(unsigned count) {
  return [count](World& world) { world.release(count); };
}
void leave(World& world) {
  world.leave();
}
void reap(World& world) {
  world.reap();
}
void look_later(World& world) {
  world.tick();
  world.keep_up();
}
void look(World& world) {
  world.look();
}
void leave_for_first(World& world) {
  world.leave_for(0);
}
void look_in(World& world) {
  world.look_in();
}
void run_out(World& world) {
  world.run_out();
}
Action all_of(std::vector<Action> actions) {
  return [actions](World& world) {
    for (const Action& action : actions)
      action(world);
  };
}

// So many objects in use by each thread, each of which has come by; thread 0
// has given back `waiting` more, of which four stay at hand.
Action with(std::initializer_list<unsigned> in_use, unsigned waiting = 0) {
  return [in_use = std::vector<unsigned>(in_use), waiting](World& world) {
    unsigned all = waiting;
    for (const unsigned count : in_use)
      all += count;
    world.as(0, acquire(all));
    for (unsigned i = 1; i < in_use.size(); ++i)
      world.pass_on(i, in_use[i]);
    world.as(0, release(waiting));
    for (unsigned i = 1; i < in_use.size(); ++i)
      world.as(i, all_of({acquire(1), release(1)}));
  };
}

void nothing(World&) {}

const World::Scenario scenarios[] = {
    {"two come to a pool of one, at once",
     with({1}),
     {release(1), acquire(1), acquire(1)}},
    {"a thread ends and comes back, another takes",
     with({1, 0}, 4),
     {all_of({leave, acquire(1), release(2)}), acquire(4)},
     Looks::told},
    {"one comes whose number is large while all are told to come by",
     all_of({with({1}, 8), look_later}),
     {acquire(1), acquire(1), look_later},
     Looks::told,
     {1, 20, 3}},
    {"two come whose numbers are large",
     [](World& world) {
       world.as(2, all_of({acquire(1), release(1)}));
     },
     {acquire(1), acquire(1)},
     Looks::told,
     {20, 40, 1}},
    {"one fills the depot, another takes from it",
     with({4, 0}, 4),
     {release(3), acquire(3)}},
    {"two fill the depot", with({4, 4}, 4), {release(3), release(3)}},
    {"two fill the depot, one takes from it",
     with({1, 1, 0}, 4),
     {release(1), all_of({release(1), leave}), acquire(3)}},
    {"a thread ends, another takes what it had",
     with({1, 0}, 4),
     {leave, acquire(4)}},
    {"two end, one takes what they had",
     with({1, 2, 0}, 4),
     {leave, all_of({release(1), leave}), acquire(3)}},
    {"one fills the depot, another takes, one reaps",
     with({4, 0, 0}, 4),
     {release(1), acquire(2), reap}},
    {"one takes, one reaps", with({1, 0}, 8), {acquire(6), reap}},
    {"a thread ends, one reaps, one takes",
     with({0, 2, 0}, 4),
     {leave, reap, all_of({release(1), acquire(3)})}},
    {"two reap, one takes", with({1, 0, 0}, 6), {reap, reap, acquire(2)}},
    {"two take when there is no memory left",
     all_of({with({1, 0}, 8), run_out}),
     {acquire(6), acquire(4)}},
    {"one takes when there is no memory left, others give back",
     all_of({with({4, 2, 0}, 4), run_out}),
     {release(1), acquire(3), release(2)}},
    {"one changes magazines, another looks at the statistics",
     with({2, 0}, 4),
     {all_of({release(1), acquire(3)}), look},
     Looks::at_hand},
    {"whoever maintains tells all to come by",
     all_of({with({1, 1}, 8), look_later}),
     {all_of({release(1), acquire(2)}), look_later},
     Looks::told},
    {"whoever maintains tells all to come by, two do",
     all_of({with({1, 1, 0}, 8), look_later}),
     {all_of({release(1), acquire(3)}), release(2), look_later},
     Looks::told},
    {"a thread ends while all are told to come by",
     all_of({with({1, 1, 0}, 8), look_later}),
     {leave, acquire(3), look_later},
     Looks::told},
    {"two come to a pool that has nothing", nothing, {acquire(1), acquire(1)}},
    {"one fills the depot, another takes more from it",
     with({6, 0}, 4),
     {release(5), acquire(3)}},
    {"one fills the depot, two take from it",
     with({4, 0, 0}, 4),
     {release(3), acquire(2), acquire(2)}},
};

// What nobody may do, beside what others do.
const World::Scenario forbidden[] = {
    {"one ends what another has at hand",
     with({1, 1}, 4),
     {acquire(2), all_of({leave_for_first, acquire(4)})},
     Looks::at_hand},
    {"one looks into the depot without the lock",
     with({4, 1}, 4),
     {release(1), look_in}},
};

std::size_t explore_all() {
  return explore_each<World>(scenarios);
}

const Seeded bugs[] = {
    {"a lock that two get",
     [](Operation& operation, const char* name) {
       operation.is_forced = is(name, "lock");
     },
     explore_all},
    {"a lock that is got without acquire",
     [](Operation& operation, const char* name) {
       relax(operation, name, "lock", Kind::exchange);
     },
     explore_all},
    {"a lock that is freed without release",
     [](Operation& operation, const char* name) {
       relax(operation, name, "lock", Kind::store);
     },
     explore_all},
    {"a larger table that is there before what is in it",
     [](Operation& operation, const char* name) {
       relax(operation, name, "table", Kind::store);
     },
     explore_all},
    {"a larger table that is looked into without acquire",
     [](Operation& operation, const char* name) {
       relax(operation, name, "table", Kind::load);
     },
     explore_all},
    {"an end that leaves what was at hand to be found",
     [](Operation& operation, const char* name) {
       if (is(name, "at hand") && operation.kind == Kind::store)
         operation.kind = Kind::load;
     },
     explore_all},
    {"one ends what another has at hand", nullptr,
     [] { return explore_one<World>(forbidden[0]); }},
    {"one looks into the depot without the lock", nullptr,
     [] { return explore_one<World>(forbidden[1]); }},
};

}  // namespace

int main() {
  const bool are_enough = tell(explore_all(), 100'000);
  return are_enough && find_seeded(bugs) ? 0 : 1;
}
