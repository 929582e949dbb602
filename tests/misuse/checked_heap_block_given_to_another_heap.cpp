// CHECK full
// EXPECT tarn: fault: free of 0x* into heap 'reply': it belongs to heap 'mail'
#include "tarn/heap.hpp"

int main() {
  tarn::Heap mail{{.name = "mail"}};
  tarn::Heap reply{{.name = "reply"}};
  reply.deallocate(mail.allocate(64));
}
