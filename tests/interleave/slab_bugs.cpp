#include "interleave/seeded.hpp"

#include <vector>

namespace tarn::interleave {
namespace {

using Kind = Operation::Kind;

constexpr std::uint64_t listed = std::uint64_t{1} << 31;

bool is_swap_of_word(const Operation& operation, const char* name) {
  return is(name, "word") && operation.kind == Kind::compare_exchange;
}

struct Bug {
  const char* what;
  Tamper tamper;
};

const Bug bugs[] = {
    {"a post that does not see that the word has changed",
     [](Operation& operation, const char* name) {
       if (is_swap_of_word(operation, name) &&
           operation.order == __ATOMIC_ACQ_REL)
         operation.is_forced = true;
     }},
    {"a detach that does not see that slots came back",
     [](Operation& operation, const char* name) {
       if (is_swap_of_word(operation, name) &&
           operation.order == __ATOMIC_RELEASE)
         operation.is_forced = true;
     }},
    {"a reattach that does not see that the slab was listed",
     [](Operation& operation, const char* name) {
       if (is_swap_of_word(operation, name) &&
           operation.order == __ATOMIC_ACQUIRE)
         operation.is_forced = true;
     }},
    {"a first post that forgets to say listed",
     [](Operation& operation, const char* name) {
       if (is_swap_of_word(operation, name))
         operation.value &= ~listed;
     }},
    {"a take that leaves the word as it is",
     [](Operation& operation, const char* name) {
       if (is(name, "word") && operation.kind == Kind::exchange)
         operation.kind = Kind::load;
     }},
    {"a taker of a list that leaves it as it is",
     [](Operation& operation, const char* name) {
       if (is(name, "list") && operation.kind == Kind::exchange)
         operation.kind = Kind::load;
     }},
    {"a list that forgets who was put on meanwhile",
     [](Operation& operation, const char* name) {
       if (is(name, "list") && operation.kind == Kind::compare_exchange)
         operation.is_forced = true;
     }},
    {"a post without release",
     [](Operation& operation, const char* name) {
       if (is_swap_of_word(operation, name) &&
           operation.order == __ATOMIC_ACQ_REL)
         operation.order = __ATOMIC_ACQUIRE;
     }},
    {"a post without acquire",
     [](Operation& operation, const char* name) {
       if (is_swap_of_word(operation, name) &&
           operation.order == __ATOMIC_ACQ_REL)
         operation.order = __ATOMIC_RELEASE;
     }},
    {"a take without acquire",
     [](Operation& operation, const char* name) {
       relax(operation, name, "word", Kind::exchange);
     }},
    {"a detach without release",
     [](Operation& operation, const char* name) {
       if (is_swap_of_word(operation, name) &&
           operation.order == __ATOMIC_RELEASE)
         operation.order = __ATOMIC_RELAXED;
     }},
    {"a list that is taken without acquire",
     [](Operation& operation, const char* name) {
       relax(operation, name, "list", Kind::exchange);
     }},
    {"a slab that is put on a list without release",
     [](Operation& operation, const char* name) {
       relax(operation, name, "list", Kind::compare_exchange);
     }},
};

}  // namespace

bool find_slab_bugs(std::size_t (*explore_all)()) {
  std::vector<Seeded> all;
  for (const Bug& bug : bugs)
    all.push_back({bug.what, bug.tamper, explore_all});
  return find_seeded(all);
}

}  // namespace tarn::interleave
