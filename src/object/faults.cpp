// What is said of objects that are given back wrongly.
#include "base/text.hpp"
#include "object/state.hpp"
#include "port/fault.hpp"
#include "port/object_hooks.hpp"
#include "port/world.hpp"

namespace tarn::object {
namespace {

base::Line given(const State& state, const void* p) noexcept {
  base::Line line;
  line << base::Hex{p} << " given to object pool '" << port::pool_name(state.id)
       << "': ";
  return line;
}

// Of a checked pool more is told, and the program ends where it does not go on.
void tell_closely(const State& state, const void* p) noexcept {
  if (state.checks != nullptr)
    port::object_hooks()->put(State::of(state.pool), const_cast<void*>(p));
}

}  // namespace

void report_free(const State& state, const void* p) noexcept {
  base::Line line = given(state, p);
  line << "it is free already";
  port::report(Fault::double_free, line);
}

void report_inside(const State& state, const void* p,
                   const void* object) noexcept {
  tell_closely(state, p);
  base::Line line = given(state, p);
  line << "it lies inside object " << base::Hex{object};
  port::report(Fault::wrong_pool, line);
}

void report_foreign(const State& state, const void* p,
                    const Slab& slab) noexcept {
  tell_closely(state, p);
  base::Line line = given(state, p);
  if (slab.self == &slab)
    line << "it is one of object pool '"
         << port::pool_name(State::of(*slab.pool).id) << "'";
  else
    line << "no pool of its type has it";
  port::report(Fault::wrong_pool, line);
}

void report_in_use(const State& state, std::size_t objects) noexcept {
  base::Line line;
  line << "object pool '" << port::pool_name(state.id) << "' ended with "
       << std::uint64_t{objects} << " objects in use";
  port::report(Fault::ended_in_use, line);
}

}  // namespace tarn::object
