// EXPECT tarn: fault: a Scratch ended on another thread than it began on
#include "tarn/per_thread.hpp"

#include <memory>
#include <thread>

int main() {
  auto scratch = std::make_unique<tarn::Scratch>();
  std::thread{[&scratch] { scratch.reset(); }}.join();
}
