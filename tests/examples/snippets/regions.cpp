// What README.md says that regions can do, done.
#include "tarn/budget.hpp"
#include "tarn/region.hpp"
#include "tarn/upstream.hpp"

#include <cstddef>
#include <utility>

int main() {
#include "regions.inc"
  const bool is_good = draft != nullptr && !job.owns(draft) && joined &&
                       is_certain && !job.ran_out() && !small.ran_out() &&
                       small.held() >= std::size_t{32} * 1024;
  return is_good ? 0 : 1;
}
