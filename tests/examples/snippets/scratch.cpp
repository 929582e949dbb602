// The function of docs/contract.md that works in one region and returns in the
// other.
#include "tarn/per_thread.hpp"
#include "tarn/text.hpp"

#include <string_view>

namespace {

std::string_view normalise(tarn::Region& out, std::string_view name) {
  const tarn::Scratch work{tarn::other_than(out)};
  return out.copy(work->copy(name.substr(name.find_first_not_of('/'))));
}

#include "scratch.inc"

}  // namespace

int main() {
  tarn::Region own;
  const std::string_view first = full_path(own, "//first");
  const tarn::Scratch here;
  const std::string_view second = full_path(*here, "/second");
  return first == "/srv/first" && second == "/srv/second" ? 0 : 1;
}
