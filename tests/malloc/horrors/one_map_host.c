/* A C program under the door, with a plugin that is C++ and uses tarn. */
#include <dlfcn.h>
#include <stdio.h>

int main(int count, char** arguments) {
  if (count < 2)
    return 2;
  for (int i = 0; i < 3; ++i) {
    void* const plugin = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (plugin == NULL) {
      puts(dlerror());
      return 1;
    }
    const char* (*check)(void) = NULL;
    *(void**)&check = dlsym(plugin, "find_fault_in_one_map");
    const char* const fault = check();
    if (fault != NULL) {
      puts(fault);
      return 1;
    }
    dlclose(plugin);
  }
  return 0;
}
