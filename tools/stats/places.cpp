#include "stats/places.hpp"

#include "common/hex.hpp"

#include <cstdio>
#include <cstring>
#include <elf.h>
#include <vector>

namespace tarn::stats {
namespace {

constexpr std::size_t told_of_build_id = 8;
// Of notes, which are few.
constexpr std::size_t most_notes = 4096;

std::size_t up_to_word(std::size_t size) {
  return (size + 3) / 4 * 4;
}

std::string build_id_in(const std::vector<unsigned char>& notes) {
  Elf64_Nhdr note{};
  for (std::size_t at = 0; at + sizeof note <= notes.size();) {
    std::memcpy(&note, notes.data() + at, sizeof note);
    const std::size_t name = at + sizeof note;
    const std::size_t text = name + up_to_word(note.n_namesz);
    if (note.n_namesz > notes.size() || note.n_descsz > notes.size() ||
        text + note.n_descsz > notes.size())
      break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_descsz >= told_of_build_id &&
        note.n_namesz == 4 && std::memcmp(&notes[name], "GNU", 4) == 0)
      return hex(&notes[text], told_of_build_id);
    at = text + up_to_word(note.n_descsz);
  }
  return "";
}

// What the beginning of a file in memory says.
void read_file(const Target& target, std::uintptr_t begin, Place& found) {
  Elf64_Ehdr head{};
  if (!target.read(begin, &head, sizeof head) ||
      std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
      head.e_ident[EI_CLASS] != ELFCLASS64 ||
      head.e_phentsize != sizeof(Elf64_Phdr))
    return;
  std::vector<Elf64_Phdr> parts(head.e_phnum);
  if (!target.read(begin + head.e_phoff, parts.data(),
                   parts.size() * sizeof(Elf64_Phdr)))
    return;
  // An address less this is one of the file.
  std::uintptr_t bias = begin;
  for (const Elf64_Phdr& part : parts)
    if (part.p_type == PT_LOAD && part.p_offset == 0)
      bias = begin - part.p_vaddr;
  found.place -= bias;
  for (const Elf64_Phdr& part : parts) {
    if (part.p_type != PT_NOTE || part.p_memsz > most_notes ||
        !found.build_id.empty())
      continue;
    std::vector<unsigned char> notes(part.p_memsz);
    if (target.read(bias + part.p_vaddr, notes.data(), notes.size()))
      found.build_id = build_id_in(notes);
  }
}

}  // namespace

Place place_of_call(const Target& target, std::uintptr_t behind) {
  Place found;
  found.place = behind - 1;
  const Mapping* begin = nullptr;
  for (const Mapping& one : target.mappings()) {
    if (one.offset == 0 && !one.path.empty())
      begin = &one;
    if (found.place < one.begin || found.place >= one.end)
      continue;
    if (begin == nullptr || one.path != begin->path)
      break;
    found.path = one.path;
    read_file(target, begin->begin, found);
    break;
  }
  return found;
}

std::string text_of(const Place& place, unsigned number) {
  char text[64];
  std::snprintf(text, sizeof text, "#%u ", number);
  std::string line = text;
  std::snprintf(text, sizeof text, "%s0x%llx", place.path.empty() ? "" : "+",
                static_cast<unsigned long long>(place.place));
  line += place.path + text;
  if (!place.path.empty())
    line +=
        place.build_id.empty() ? " (no build id)" : " (" + place.build_id + ")";
  return line;
}

}  // namespace tarn::stats
