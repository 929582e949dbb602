// A world without restartable sequences: every one but Linux.
#include "port/processor.hpp"

namespace tarn::port {

std::uint32_t processor_count() noexcept {
  return 0;
}
void* processor_pop(ProcessorPlaces) noexcept {
  return nullptr;
}
bool processor_push(ProcessorPlaces, void*) noexcept {
  return false;
}
ProcessorPlace* processor_withdraw(ProcessorPlaces, void*, void*&) noexcept {
  return nullptr;
}
bool restart_sequences() noexcept {
  return false;
}

}  // namespace tarn::port
