// Mappings come from /proc/self/maps; which of their pages are there, from
// /proc/self/pagemap. To read the others would make them present, and the
// guarded ones would fault.
#include "os/roots.hpp"

#include "tarn/detail/bits.hpp"

#include "os/linux/maps_file.hpp"
#include "os/memory.hpp"

#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <iterator>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tarn::os {
namespace {

const std::byte* pointer_to(std::uintptr_t address) noexcept {
  return reinterpret_cast<const std::byte*>(address);
}

struct Looker {
  LookAtStretch look;
  void* context;
};

int look_at_module(dl_phdr_info* module, std::size_t size,
                   void* looker) noexcept {
  const Looker& to = *static_cast<const Looker*>(looker);
  for (unsigned i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = module->dlpi_phdr[i];
    if (part.p_type == PT_LOAD && (part.p_flags & PF_W) != 0) {
      const std::byte* const begin =
          pointer_to(module->dlpi_addr + part.p_vaddr);
      to.look(to.context, {begin, begin + part.p_memsz});
    }
    if (part.p_type == PT_TLS && size > offsetof(dl_phdr_info, dlpi_tls_data) &&
        module->dlpi_tls_data != nullptr) {
      const auto* const own =
          static_cast<const std::byte*>(module->dlpi_tls_data);
      to.look(to.context, {own, own + part.p_memsz});
    }
  }
  return 0;
}

// "BEGIN-END rw-p"; what follows is skipped. False at the end.
bool read_line(MapsFile& maps, Stretch& found, bool& is_ours) noexcept {
  char c = '\0';
  const std::uintptr_t begin = maps.next_number(c);
  if (c != '-')
    return false;
  found = {pointer_to(begin), pointer_to(maps.next_number(c))};
  char access[4] = {};
  for (char& right : access)
    right = maps.next();
  is_ours = access[0] == 'r' && access[1] == 'w' && access[3] == 'p';
  do
    c = maps.next();
  while (c != '\n' && c != '\0');
  return true;
}

// Of a word of the pagemap. A guard looks like a page that was swapped out, and
// is told from one by its own bit since Linux 6.15.
constexpr std::uint64_t is_present = std::uint64_t{1} << 63;
constexpr std::uint64_t is_swapped = std::uint64_t{1} << 62;
constexpr std::uint64_t is_guard = std::uint64_t{1} << 58;

bool has_something(std::uint64_t word, const std::byte* page) noexcept {
  if ((word & is_present) != 0) [[likely]]
    return true;
  return (word & is_swapped) != 0 && (word & is_guard) == 0 &&
         is_readable(page);
}

// To ask of as much takes half a second; what is mapped beyond is the shadow of
// a sanitizer, or address space of a runtime that is used here and there.
constexpr std::size_t most_mapped = 64 * GiB;

// Looks at those pages of the mapping that hold something.
bool look_at_pages(int pagemap, Stretch mapping, const Looker& to) noexcept {
  std::uint64_t words[512];
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::byte* run = nullptr;
  const std::byte* at = mapping.begin;
  while (at != mapping.end) {
    std::size_t count = detail::bytes_between(at, mapping.end) / page;
    if (count > std::size(words))
      count = std::size(words);
    const std::size_t bytes = count * sizeof *words;
    if (pread(pagemap, words, bytes,
              static_cast<off_t>(detail::address_of(at) / page *
                                 sizeof *words)) != static_cast<ssize_t>(bytes))
      return false;
    for (std::size_t i = 0; i < count; ++i, at += page) {
      const bool is_there = has_something(words[i], at);
      if (is_there && run == nullptr)
        run = at;
      if (!is_there && run != nullptr) {
        to.look(to.context, {run, at});
        run = nullptr;
      }
    }
  }
  if (run != nullptr)
    to.look(to.context, {run, mapping.end});
  return true;
}

}  // namespace

void for_each_global(LookAtStretch look, void* context) noexcept {
  Looker looker{look, context};
  dl_iterate_phdr(look_at_module, &looker);
}

bool for_each_mapping(LookAtStretch look, void* context) noexcept {
  const int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  MapsFile maps;
  bool is_whole = pagemap >= 0 && maps.is_open();
  const Looker looker{look, context};
  Stretch mapping{};
  bool is_ours = false;
  std::size_t left = most_mapped;
  while (is_whole && read_line(maps, mapping, is_ours)) {
    if (!is_ours)
      continue;
    const std::size_t size = detail::bytes_between(mapping.begin, mapping.end);
    is_whole = size <= left && look_at_pages(pagemap, mapping, looker);
    left -= size;
  }
  if (pagemap >= 0)
    close(pagemap);
  return is_whole;
}

Stretch own_stack() noexcept {
  const auto* const here =
      static_cast<const std::byte*>(__builtin_frame_address(0));
  MapsFile maps;
  Stretch mapping{};
  bool is_ours = false;
  while (maps.is_open() && read_line(maps, mapping, is_ours))
    if (here >= mapping.begin && here < mapping.end)
      return mapping;
  return {nullptr, nullptr};
}

const std::byte* stack_end() noexcept {
  static constinit thread_local const std::byte* end = nullptr;
  if (end == nullptr)
    end = own_stack().end;
  return end;
}

// A directory has a link for each directory in it, and two more.
bool is_only_thread() noexcept {
  struct stat threads {};
  constexpr unsigned own_links = 2;
  return stat("/proc/self/task", &threads) == 0 &&
         threads.st_nlink == own_links + 1;
}

}  // namespace tarn::os
