// EXPECT tarn: fault: region 'r' destroyed inside its own reset
#include "tarn/region.hpp"

#include <memory>

namespace {

struct Session {
  tarn::Region region{{.name = "r"}};
};

// What owns the region lies in the region itself.
struct Last {
  std::unique_ptr<Session> session;
};

}  // namespace

int main() {
  auto session = std::make_unique<Session>();
  tarn::Region& region = session->region;
  auto* const last = region.make<Last>();
  if (last == nullptr)
    return 1;
  last->session = std::move(session);
  region.reset();
}
