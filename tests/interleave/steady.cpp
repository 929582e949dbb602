// Every interleaving of threads that take from a steady pool's one stack and
// give back to it has each object once, loses none, and orders what one thread
// did with it before what the next one does.
#include "interleave/scenario.hpp"
#include "interleave/seeded.hpp"
#include "interleave/steady_world.hpp"

namespace {

using namespace tarn::interleave;
using World = SteadyWorld;
using Action = World::Action;
using Kind = Operation::Kind;

constexpr std::uint64_t number = 0xFFFF'FFFF;  // in a head; the rest is its tag

void acquire(World& world) {
  world.acquire();
}
void release(World& world) {
  world.release();
}
void reserve_two(World& world) {
  world.reserve(2);
}
void look(World& world) {
  world.look();
}
Action all_of(std::vector<Action> actions) {
  return [actions](World& world) {
    for (const Action& action : actions)
      action(world);
  };
}

const World::Scenario scenarios[] = {
    {"one comes before anything was reserved",
     0,
     {0, 0},
     {all_of({acquire, acquire}), reserve_two},
     true},
    {"two take", 2, {0, 0}, {acquire, acquire}},
    {"two take what there is one of", 1, {0, 0}, {acquire, acquire}, true},
    {"two give back", 2, {1, 1}, {release, release}},
    {"one takes, one gives back", 2, {0, 1}, {acquire, release}},
    {"two take and give back",
     3,
     {0, 0},
     {all_of({acquire, release}), all_of({acquire, release})}},
    {"one takes, another takes two and gives the first one back",
     3,
     {0, 0},
     {acquire, all_of({acquire, acquire, release})}},
    {"one takes, one gives back, one looks at the statistics",
     2,
     {0, 1, 0},
     {acquire, release, look},
     false,
     World::Looks::head},
    {"one takes, two give back", 3, {0, 1, 1}, {acquire, release, release}},
    {"one reserves more than the first nodes are for, one takes and gives back",
     63,
     {60, 1},
     {reserve_two, all_of({acquire, release})},
     false,
     World::Looks::head},
    {"three take", 3, {0, 0, 0}, {acquire, acquire, acquire}},
    {"one takes two and gives one back, another gives back and takes",
     3,
     {0, 1},
     {all_of({acquire, acquire, release}), all_of({release, acquire})}},
};

std::size_t explore_all() {
  return explore_each<World>(scenarios);
}

bool is_take(const Operation& operation, const char* name) {
  return is(name, "head") && operation.kind == Kind::compare_exchange &&
         operation.order == __ATOMIC_ACQUIRE;
}
bool is_put(const Operation& operation, const char* name) {
  return is(name, "head") && operation.kind == Kind::compare_exchange &&
         operation.order == __ATOMIC_RELEASE;
}

const Seeded bugs[] = {
    {"a head that has the same tag when it comes back",
     [](Operation& operation, const char* name) {
       if (is(name, "head") && operation.kind == Kind::compare_exchange)
         operation.value =
             (operation.expected & ~number) | (operation.value & number);
     },
     explore_all},
    {"a take that does not see that the head has changed",
     [](Operation& operation, const char* name) {
       operation.is_forced = is_take(operation, name);
     },
     explore_all},
    {"a return that does not see that the head has changed",
     [](Operation& operation, const char* name) {
       operation.is_forced = is_put(operation, name);
     },
     explore_all},
    {"a head that is looked at without acquire",
     [](Operation& operation, const char* name) {
       relax(operation, name, "head", Kind::load);
     },
     explore_all},
    {"a take that fails without acquire",
     [](Operation& operation, const char* name) {
       if (is_take(operation, name))
         operation.failure_order = __ATOMIC_RELAXED;
     },
     explore_all},
    {"a stack that is there before it was made",
     [](Operation& operation, const char* name) {
       relax(operation, name, "steady", Kind::store);
     },
     explore_all},
    {"a stack that is found without acquire",
     [](Operation& operation, const char* name) {
       relax(operation, name, "steady", Kind::load);
     },
     explore_all},
    {"a return without release",
     [](Operation& operation, const char* name) {
       if (is_put(operation, name))
         operation.order = __ATOMIC_RELAXED;
     },
     explore_all},
};

}  // namespace

int main() {
  const std::size_t count = explore_all();
  const bool are_enough = tell(count, saw_weak() ? 50'000 : 5'000);
  return are_enough && find_seeded(bugs) ? 0 : 1;
}
