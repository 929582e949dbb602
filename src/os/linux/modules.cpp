#include "os/modules.hpp"

#include "os/maps.hpp"

#include <atomic>
#include <elf.h>
#include <link.h>

// Of glibc 2.35, found at run time, under a name of ours beside the one that
// newer headers declare.
extern "C" __attribute__((weak)) int tarn_find_object(void* address,
                                                      void* found) noexcept
    __asm__("_dl_find_object");

namespace tarn::os {
namespace {

// The beginning of glibc's dl_find_object, which later versions only extend.
struct Found {
  unsigned long long flags;
  void* begin;
  void* end;
  link_map* map;
  void* rest[16];
};

bool ask_loader(std::uintptr_t address, Module& module) noexcept {
  Found found;
  if (tarn_find_object == nullptr ||
      tarn_find_object(reinterpret_cast<void*>(address), &found) != 0)
    return false;
  module.begin = reinterpret_cast<std::uintptr_t>(found.begin);
  module.end = reinterpret_cast<std::uintptr_t>(found.end);
  module.name = found.map->l_name;
  return true;
}

bool ask_kernel(std::uintptr_t address, Module& module) noexcept {
  Mapping mapping;
  if (!find_mapping(address, mapping) || mapping.path[0] == '\0' ||
      (mapping.path[0] == '[' && mapping.path[1] != 'v'))
    return false;
  module.begin = mapping.file_begin;
  module.end = mapping.end;
  module.name = nullptr;
  return true;
}

const std::byte* at(std::uintptr_t address) noexcept {
  return reinterpret_cast<const std::byte*>(address);
}

std::size_t padded(std::size_t size) noexcept {
  return (size + 3) & ~std::size_t{3};
}

void read_notes(const std::byte* notes, std::size_t size,
                Module& module) noexcept {
  while (size >= sizeof(ElfW(Nhdr))) {
    const auto& note = *reinterpret_cast<const ElfW(Nhdr)*>(notes);
    const std::size_t name = padded(note.n_namesz);
    const std::size_t whole = sizeof note + name + padded(note.n_descsz);
    if (whole > size)
      return;
    if (note.n_type == NT_GNU_BUILD_ID && name == 4) {
      module.build_id = notes + sizeof note + name;
      module.build_id_size = note.n_descsz;
      return;
    }
    notes += whole;
    size -= whole;
  }
}

// All is in the headers, which lie at the module's beginning.
bool read_headers(Module& module) noexcept {
  const auto& file = *reinterpret_cast<const ElfW(Ehdr)*>(module.begin);
  constexpr std::size_t one_page = 4096;
  if (file.e_ident[0] != ELFMAG0 || file.e_ident[1] != ELFMAG1 ||
      file.e_ident[2] != ELFMAG2 || file.e_ident[3] != ELFMAG3 ||
      file.e_phoff + file.e_phnum * sizeof(ElfW(Phdr)) > one_page)
    return false;
  const auto* const headers =
      reinterpret_cast<const ElfW(Phdr)*>(module.begin + file.e_phoff);
  bool has_bias = false;
  for (const ElfW(Phdr)* one = headers; one != headers + file.e_phnum; ++one) {
    if (one->p_type == PT_LOAD && !has_bias) {
      has_bias = true;
      module.bias = module.begin - (one->p_vaddr & ~(one_page - 1));
    }
  }
  for (const ElfW(Phdr)* one = headers; one != headers + file.e_phnum; ++one) {
    const std::byte* const place = at(module.bias + one->p_vaddr);
    if (one->p_type == PT_GNU_EH_FRAME)
      module.unwind_index = place;
    else if (one->p_type == PT_NOTE && module.build_id == nullptr)
      read_notes(place, one->p_memsz, module);
  }
  return has_bias;
}

void forget(Module& module) noexcept {
  module.unwind_index = nullptr;
  module.build_id = nullptr;
  module.build_id_size = 0;
}

// Whether its file asks for memory there.
bool is_within(const Module& module, std::uintptr_t address) noexcept {
  const auto& file = *reinterpret_cast<const ElfW(Ehdr)*>(module.begin);
  const auto* const headers =
      reinterpret_cast<const ElfW(Phdr)*>(module.begin + file.e_phoff);
  for (const ElfW(Phdr)* one = headers; one != headers + file.e_phnum; ++one)
    if (one->p_type == PT_LOAD &&
        address - (module.bias + one->p_vaddr) < one->p_memsz)
      return true;
  return false;
}

// Where all is linked into one file there is no loader, or one that does not
// know where the file begins: it is asked for code of ours, once.
bool has_loader() noexcept {
  enum Answer : unsigned char { unknown, no, yes };
  // Written with one value by any thread that asks first; it orders nothing.
  static constinit std::atomic<Answer> answer{unknown};
  constexpr auto relaxed = std::memory_order_relaxed;
  if (answer.load(relaxed) == unknown) {
    Module module{};
    const auto here = reinterpret_cast<std::uintptr_t>(&find_module);
    const bool is_there = ask_loader(here, module) && read_headers(module);
    answer.store(is_there ? yes : no, relaxed);
  }
  return answer.load(relaxed) == yes;
}

void copy_end(const char* text, std::size_t size, char* path,
              std::size_t room) noexcept {
  if (size + 1 > room) {
    text += size + 1 - room;
    size = room - 1;
  }
  for (std::size_t i = 0; i < size; ++i)
    path[i] = text[i];
  path[size] = '\0';
}

std::size_t length(const char* text) noexcept {
  std::size_t size = 0;
  while (text[size] != '\0')
    ++size;
  return size;
}

}  // namespace

bool find_module(std::uintptr_t address, Module& module) noexcept {
  forget(module);
  if (has_loader()) {
    if (!ask_loader(address, module))
      return false;
    if (read_headers(module))
      return true;
    // The loader knows a program whose segments do not touch in pieces.
  }
  return ask_kernel(address, module) && read_headers(module);
}

// The loader may know of code alone.
bool find_module_of_data(std::uintptr_t address, Module& module) noexcept {
  forget(module);
  return ask_kernel(address, module) && read_headers(module) &&
         is_within(module, address);
}

void read_path(const Module& module, char* path, std::size_t room) noexcept {
  if (module.name != nullptr && module.name[0] != '\0')
    return copy_end(module.name, length(module.name), path, room);
  // The program itself, which the loader does not name, and what the kernel
  // knows alone.
  Mapping mapping;
  const bool is_found = find_mapping(module.begin, mapping);
  copy_end(mapping.path, is_found ? length(mapping.path) : 0, path, room);
}

}  // namespace tarn::os
