// A consumer in C++: exit status 0 when the library answers.
#include "tarn/budget.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/pmr.hpp"
#include "tarn/region.hpp"
#include "tarn/text.hpp"

#include <memory_resource>
#include <string_view>
#include <vector>

int main() {
  tarn::Budget budget{"consumer", 16 * tarn::MiB};
  tarn::Region region{budget, {.name = "consumer"}};
  auto* const numbers = region.make<std::pmr::vector<int>>();
  if (numbers == nullptr)
    return 1;
  numbers->assign(1000, 7);
  const std::string_view text = region.copy("forty-two");
  if (text != "forty-two" || numbers->back() != 7 || !region.owns(numbers))
    return 2;
  region.reset();
  tarn::ObjectPool<int> pool{budget};
  if (!pool.acquire())
    return 3;
  return region.ran_out() ? 4 : 0;
}
