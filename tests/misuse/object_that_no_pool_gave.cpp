// EXPECT tarn: fault: 0x* given to object pool 'p': no pool of its type has it
#include "tarn/object_pool.hpp"

alignas(4096) static int foreign[4096];

int main() {
  tarn::ObjectPool<int> pool{{.name = "p"}};
  pool.release(&foreign[1024 + 7]);
}
