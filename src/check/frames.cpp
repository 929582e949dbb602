#include "check/frames.hpp"

#include "os/modules.hpp"

namespace tarn::check {
namespace {

constexpr std::size_t told_of_build_id = 8;

base::Hex hex(std::uintptr_t number) noexcept {
  return {reinterpret_cast<const void*>(number)};
}

void write_build_id(base::Line& line, const os::Module& module) noexcept {
  if (module.build_id_size < told_of_build_id) {
    line << " (no build id)";
    return;
  }
  char digits[2 * told_of_build_id + 1];
  char* digit = digits;
  for (std::size_t i = 0; i < told_of_build_id; ++i) {
    const auto byte = static_cast<unsigned>(module.build_id[i]);
    *digit++ = "0123456789abcdef"[byte >> 4];
    *digit++ = "0123456789abcdef"[byte & 15];
  }
  *digit = '\0';
  line << " (" << digits << ")";
}

// So much of a line is left for what stands around it.
constexpr std::size_t text_in_line = base::Line::capacity - 96;

void write_module_place(base::Line& line, const char* path,
                        const os::Module& module,
                        std::uintptr_t place) noexcept {
  line << path << "+" << hex(place - module.bias);
  write_build_id(line, module);
}

}  // namespace

void write_frame(base::Line& line, unsigned number,
                 std::uintptr_t behind) noexcept {
  line << "#" << number << " ";
  char path[text_in_line];
  path[0] = '\0';
  const std::uintptr_t call = behind - 1;
  os::Module module;
  if (os::find_module(call, module))
    os::read_path(module, path, text_in_line);
  if (path[0] == '\0')
    line << hex(call);
  else
    write_module_place(line, path, module, call);
}

bool write_global(base::Line& line, std::uintptr_t place) noexcept {
  char path[text_in_line];
  path[0] = '\0';
  os::Module module;
  if (os::find_module_of_data(place, module))
    os::read_path(module, path, text_in_line);
  if (path[0] == '\0')
    return false;
  line << "#0 ";
  write_module_place(line, path, module, place);
  return true;
}

}  // namespace tarn::check
