/* A C-like program under the door, with a plugin that is C++ and uses tarn. */
#include "malloc/horrors/check.hpp"

int main(int, char** arguments) {
  for (int i = 0; i < 3; ++i) {
    void* const plugin = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    require(plugin != nullptr, "the plugin opens");
    auto* const check = reinterpret_cast<const char* (*)()>(
        dlsym(plugin, "find_fault_in_one_map"));
    const char* const fault = check();
    require(fault == nullptr, fault);
    dlclose(plugin);
  }
}
