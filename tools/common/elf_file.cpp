// elf_file.cpp - by libelf, which bears damaged files.
//
// SPDX-License-Identifier: MIT
#include "common/elf_file.hpp"

#include <cstring>
#include <fcntl.h>
#include <gelf.h>
#include <memory>
#include <unistd.h>

namespace tarn::compare {
namespace {

struct Descriptor {
  explicit Descriptor(const std::string& path)
      : number(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (number >= 0)
      close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number;
};

using Elf_ = std::unique_ptr<Elf, int (*)(Elf*)>;

// Of this very program, which is what the others must be like.
GElf_Ehdr own_header() {
  GElf_Ehdr header{};
  const Descriptor self("/proc/self/exe");
  const Elf_ elf(elf_begin(self.number, ELF_C_READ, nullptr), elf_end);
  if (elf != nullptr)
    static_cast<void>(gelf_getehdr(elf.get(), &header));
  return header;
}

void read_segments(Elf* elf, ElfFile& file) {
  std::size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0)
    return;
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr segment{};
    if (gelf_getphdr(elf, static_cast<int>(i), &segment) == nullptr ||
        segment.p_type != PT_INTERP)
      continue;
    std::size_t size = 0;
    const char* const bytes = elf_rawfile(elf, &size);
    if (bytes != nullptr && segment.p_offset < size &&
        segment.p_filesz <= size - segment.p_offset)
      file.interpreter.assign(
          bytes + segment.p_offset,
          strnlen(bytes + segment.p_offset, segment.p_filesz));
  }
}

void read_needed(Elf* elf, const GElf_Shdr& section, Elf_Data* data,
                 ElfFile& file) {
  for (int i = 0;; ++i) {
    GElf_Dyn entry{};
    if (gelf_getdyn(data, i, &entry) == nullptr || entry.d_tag == DT_NULL)
      return;
    if (entry.d_tag != DT_NEEDED)
      continue;
    const char* const name = elf_strptr(elf, section.sh_link, entry.d_un.d_val);
    if (name != nullptr)
      file.needed.emplace_back(name);
  }
}

bool has_malloc(Elf* elf, const GElf_Shdr& section, Elf_Data* data) {
  for (int i = 0;; ++i) {
    GElf_Sym symbol{};
    if (gelf_getsym(data, i, &symbol) == nullptr)
      return false;
    if (symbol.st_shndx == SHN_UNDEF)
      continue;
    const char* const name = elf_strptr(elf, section.sh_link, symbol.st_name);
    if (name != nullptr && std::strcmp(name, "malloc") == 0)
      return true;
  }
}

void read_sections(Elf* elf, ElfFile& file) {
  Elf_Scn* at = nullptr;
  while ((at = elf_nextscn(elf, at)) != nullptr) {
    GElf_Shdr section{};
    if (gelf_getshdr(at, &section) == nullptr)
      continue;
    const bool dynamic = section.sh_type == SHT_DYNAMIC;
    if (!dynamic && section.sh_type != SHT_DYNSYM)
      continue;
    Elf_Data* const data = elf_getdata(at, nullptr);
    if (data == nullptr)
      continue;
    if (dynamic)
      read_needed(elf, section, data, file);
    else
      file.has_malloc = file.has_malloc || has_malloc(elf, section, data);
  }
}

void read_functions(Elf* elf, const GElf_Shdr& section, Elf_Data* data,
                    std::map<std::string, std::uint64_t>& sizes) {
  GElf_Sym symbol{};
  for (int i = 0; gelf_getsym(data, i, &symbol) != nullptr; ++i) {
    const char* const name = elf_strptr(elf, section.sh_link, symbol.st_name);
    if (name != nullptr && GELF_ST_TYPE(symbol.st_info) == STT_FUNC)
      sizes[name] = symbol.st_size;
  }
}

}  // namespace

std::optional<ElfFile> read_elf(const std::string& path) {
  if (elf_version(EV_CURRENT) == EV_NONE)
    return std::nullopt;
  const Descriptor descriptor(path);
  if (descriptor.number < 0)
    return std::nullopt;
  const Elf_ elf(elf_begin(descriptor.number, ELF_C_READ, nullptr), elf_end);
  GElf_Ehdr header{};
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF ||
      gelf_getehdr(elf.get(), &header) == nullptr)
    return std::nullopt;
  const GElf_Ehdr own = own_header();
  ElfFile file;
  file.is_ours = header.e_machine == own.e_machine &&
                 header.e_ident[EI_CLASS] == own.e_ident[EI_CLASS];
  file.is_library = header.e_type == ET_DYN;
  read_segments(elf.get(), file);
  read_sections(elf.get(), file);
  return file;
}

std::map<std::string, std::uint64_t> function_sizes(const std::string& path) {
  std::map<std::string, std::uint64_t> sizes;
  if (elf_version(EV_CURRENT) == EV_NONE)
    return sizes;
  const Descriptor descriptor(path);
  const Elf_ elf(elf_begin(descriptor.number, ELF_C_READ, nullptr), elf_end);
  Elf_Scn* at = nullptr;
  while (elf != nullptr && (at = elf_nextscn(elf.get(), at)) != nullptr) {
    GElf_Shdr section{};
    if (gelf_getshdr(at, &section) == nullptr || section.sh_type != SHT_SYMTAB)
      continue;
    Elf_Data* const data = elf_getdata(at, nullptr);
    if (data != nullptr)
      read_functions(elf.get(), section, data, sizes);
  }
  return sizes;
}

}  // namespace tarn::compare
