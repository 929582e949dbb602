// EXPECT tarn: fault: region 'request' ended while 1 pointer to it remains
// CHECK full,escape=all
// ONLY linux
#include "tarn/region.hpp"

void* kept = nullptr;

int main() {
  tarn::Region region{{.name = "request"}};
  kept = region.allocate(40);
}
