#include "malloc/horrors/check.hpp"
#include "malloc/horrors/one_map.hpp"

int main() {
  const char* const fault = find_fault_in_one_map();
  require(fault == nullptr, fault);
}
