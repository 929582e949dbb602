// Every interleaving of a heap's refills, of blocks that come back from other
// threads and of upkeep keeps each block's bytes, loses no slot and lists each
// slab once.
#include "interleave/heap_world.hpp"
#include "interleave/scenario.hpp"
#include "interleave/seeded.hpp"

namespace {

using namespace tarn::interleave;
using World = HeapWorld;
constexpr unsigned rest = World::rest;

void allocate(World& world) {
  world.allocate();
}
void allocate_two(World& world) {
  world.allocate();
  world.allocate();
}
void give_back(World& world) {
  world.deallocate_past_bins();
}
void give_back_two(World& world) {
  world.deallocate_past_bins();
  world.deallocate_past_bins();
}
void give_back_and_allocate(World& world) {
  world.deallocate_past_bins();
  world.allocate();
}
void use_up(World& world) {
  world.use_up();
}
void dissolve(World& world) {
  world.dissolve_first();
}
// Another slab, of which the third heap has the only block.
void dissolve_twice(World& world) {
  world.dissolve_first();
  world.allocate();
  world.pass_on(2);
  world.dissolve_first();
}
void upkeep(World& world) {
  world.release_listed();
}

void trim(World& world) {
  world.trim_idle();
}

const World::Scenario scenarios[] = {
    {"a heap gives back while upkeep goes into it",
     {3, 0, 0},
     {give_back, trim},
     nullptr,
     1},
    {"a heap gives back to a slab that was used up, another does too",
     {rest, 2, 0},
     {give_back, give_back_two},
     use_up},
    {"a heap gives back and refills, another gives back, upkeep looks",
     {rest, 1, 0},
     {give_back_and_allocate, give_back, upkeep},
     use_up},
    {"the last blocks of an ended thread's slab come back, upkeep looks",
     {0, 1, 1},
     {upkeep, give_back, give_back},
     dissolve},
    {"two slabs are listed at once, upkeep looks",
     {0, 1, 0},
     {upkeep, give_back, give_back},
     dissolve_twice},
    {"a heap was dissolved and refills, its blocks come back, upkeep looks",
     {0, 2, 0},
     {allocate, give_back_two, upkeep},
     dissolve},
    {"a heap is dissolved while blocks come back, upkeep looks",
     {0, 2, 0},
     {dissolve, give_back_two, upkeep}},
    {"a heap refills twice, one gives two blocks back",
     {rest, 2, 0},
     {allocate_two, give_back_two}},
    {"a heap is dissolved while its blocks come back",
     {1, 1, 1},
     {dissolve, give_back, give_back}},
    {"a heap refills from a slab in use, two give blocks back",
     {rest, 1, 1},
     {allocate, give_back, give_back}},
    {"a heap gives back twice while upkeep goes into it",
     {3, 0, 0},
     {give_back_two, trim},
     nullptr,
     1},
    {"a heap refills twice while upkeep goes into it",
     {1, 0, 0},
     {allocate_two, trim},
     nullptr,
     1},
    {"a heap gives back and refills while upkeep goes into it",
     {2, 0, 0},
     {give_back_and_allocate, trim},
     nullptr,
     1},
    {"a heap refills from a new slab while upkeep goes into it",
     {4, 0, 0},
     {allocate, trim},
     nullptr,
     1},
};

std::size_t explore_all() {
  return explore_each<World>(scenarios);
}

std::size_t explore_without_barrier() {
  World::has_barrier = false;
  return explore_all();
}

// What is between a thread and upkeep that goes into its heap.
const Seeded bugs[] = {
    {"upkeep without a barrier", nullptr, explore_without_barrier},
    {"a thread that leaves without release",
     [](Operation& operation, const char* name) {
       relax(operation, name, "busy", Operation::Kind::store);
     },
     explore_all},
    {"upkeep that comes without acquire",
     [](Operation& operation, const char* name) {
       relax(operation, name, "busy", Operation::Kind::load);
     },
     explore_all},
    {"upkeep that leaves without release",
     [](Operation& operation, const char* name) {
       relax(operation, name, "frozen", Operation::Kind::store);
     },
     explore_all},
    {"a thread that comes back without acquire",
     [](Operation& operation, const char* name) {
       relax(operation, name, "frozen", Operation::Kind::load);
     },
     explore_all},
};

}  // namespace

int main() {
  tell(explore_all());
  const bool are_found = find_seeded(bugs) && find_slab_bugs(explore_all);
  return are_found ? 0 : 1;
}
