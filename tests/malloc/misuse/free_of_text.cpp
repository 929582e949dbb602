// EXPECT tarn: fault: 0x* given to the heap: nobody gave it
#include "malloc/served.hpp"

int main() {
  std::free(
      hidden(const_cast<char*>("a literal of the program, 50 bytes long")));
}
