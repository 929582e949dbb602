// EXPECT tarn: fault: 0x* given to the heap: nothing is there
#include "malloc/served.hpp"

int main() {
  ::operator delete(hidden(::operator new(1)));
  void* const p = hidden(::operator new(200000));
  void* const again = hidden(p);
  ::operator delete(p);
  ::operator delete(again);
}
