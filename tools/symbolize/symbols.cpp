#include "symbolize/symbols.hpp"

#include "common/hex.hpp"

#include <cstdlib>
#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <unistd.h>

namespace tarn::symbolize {
namespace {

constexpr std::size_t compared_of_build_id = 8;

template <class T>
using Freed = std::unique_ptr<T, decltype(&std::free)>;

std::string demangled(const char* name) {
  if (name == nullptr)
    return "";
  int status = 0;
  const Freed<char> text(abi::__cxa_demangle(name, nullptr, nullptr, &status),
                         std::free);
  return status == 0 ? text.get() : name;
}

std::string text_of(Dwarf_Die* die, unsigned attribute) {
  Dwarf_Attribute found;
  const char* const text =
      dwarf_formstring(dwarf_attr_integrate(die, attribute, &found));
  return text == nullptr ? "" : text;
}

// With its parameters, where the compiler kept them.
std::string name_of(Dwarf_Die* die) {
  for (const unsigned attribute : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name})
    if (const std::string name = text_of(die, attribute); !name.empty())
      return demangled(name.c_str());
  const char* const name = dwarf_diename(die);
  return name == nullptr ? "" : name;
}

bool is_function(Dwarf_Die* die) {
  const int tag = dwarf_tag(die);
  return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}

// Functions around a place, the innermost first: those that were made one with
// another one, and then that one.
std::vector<Dwarf_Die> functions_around(Dwarf_Die* unit, Dwarf_Addr place) {
  Dwarf_Die* found = nullptr;
  int count = dwarf_getscopes(unit, place, &found);
  Freed<Dwarf_Die> scopes(found, std::free);
  std::vector<Dwarf_Die> functions;
  for (int i = 0; i < count; ++i) {
    if (!is_function(&scopes.get()[i]))
      continue;
    // Behind it stand the scopes of where it was written, and not those of
    // where it was put into.
    Dwarf_Die innermost = scopes.get()[i];
    found = nullptr;
    count = dwarf_getscopes_die(&innermost, &found);
    scopes.reset(found);
    break;
  }
  for (int i = 0; i < count; ++i) {
    Dwarf_Die* const one = &scopes.get()[i];
    if (is_function(one))
      functions.push_back(*one);
    if (dwarf_tag(one) == DW_TAG_subprogram)
      break;
  }
  return functions;
}

int number_of(Dwarf_Die* die, unsigned attribute) {
  Dwarf_Attribute found;
  Dwarf_Word number = 0;
  return dwarf_formudata(dwarf_attr(die, attribute, &found), &number) == 0
             ? static_cast<int>(number)
             : 0;
}

// Where a function stands that was put into another one.
void read_call_site(Dwarf_Die* unit, Dwarf_Die* function, Call& call) {
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  const auto index =
      static_cast<std::size_t>(number_of(function, DW_AT_call_file));
  call.line = number_of(function, DW_AT_call_line);
  if (dwarf_getsrcfiles(unit, &files, &count) != 0 || index >= count)
    return;
  const char* const name = dwarf_filesrc(files, index, nullptr, nullptr);
  call.file = name == nullptr ? "" : name;
}

}  // namespace

class Symbols::File {
 public:
  explicit File(const std::string& path)
      : is_there_(access(path.c_str(), R_OK) == 0), dwfl_(begin(), dwfl_end) {
    if (!is_there_ || dwfl_ == nullptr)
      return;
    dwfl_report_begin(dwfl_.get());
    // At its own addresses.
    module_ =
        dwfl_report_elf(dwfl_.get(), path.c_str(), path.c_str(), -1, 0, true);
    dwfl_report_end(dwfl_.get(), nullptr, nullptr);
  }

  // "", or why nothing can be said of it.
  [[nodiscard]] std::string why_not(const std::string& build_id) const {
    if (!is_there_)
      return "the file is not here";
    if (module_ == nullptr)
      return "the file cannot be read";
    return own_build_id() == build_id ? "" : "the file is of another build";
  }

  [[nodiscard]] std::vector<Call> calls_at(Dwarf_Addr place) const {
    Dwarf_Addr bias = 0;
    Dwarf_Die* const unit = dwfl_module_addrdie(module_, place, &bias);
    std::vector<Call> calls;
    Call call = line_of(place);
    if (unit != nullptr)
      for (Dwarf_Die& function : functions_around(unit, place - bias)) {
        call.function = name_of(&function);
        calls.push_back(call);
        read_call_site(unit, &function, call);
      }
    if (calls.empty()) {
      call.function = demangled(dwfl_module_addrname(module_, place));
      if (!call.function.empty() || call.line != 0)
        calls.push_back(call);
    }
    return calls;
  }

 private:
  static Dwfl* begin() {
    static char* path = nullptr;
    static const Dwfl_Callbacks callbacks = {
        dwfl_build_id_find_elf, dwfl_standard_find_debuginfo,
        dwfl_offline_section_address, &path};
    return dwfl_begin(&callbacks);
  }

  [[nodiscard]] std::string own_build_id() const {
    const unsigned char* bytes = nullptr;
    GElf_Addr place = 0;
    const int size = dwfl_module_build_id(module_, &bytes, &place);
    return size < static_cast<int>(compared_of_build_id)
               ? ""
               : hex(bytes, compared_of_build_id);
  }

  [[nodiscard]] Call line_of(Dwarf_Addr place) const {
    Call call;
    Dwfl_Line* const line = dwfl_module_getsrc(module_, place);
    const char* const file = line == nullptr
                                 ? nullptr
                                 : dwfl_lineinfo(line, nullptr, &call.line,
                                                 nullptr, nullptr, nullptr);
    call.file = file == nullptr ? "" : file;
    return call;
  }

  bool is_there_;
  std::unique_ptr<Dwfl, decltype(&dwfl_end)> dwfl_;
  Dwfl_Module* module_ = nullptr;
};

Symbols::Symbols() {
  // libdw would ask servers.
  unsetenv("DEBUGINFOD_URLS");
}

Symbols::~Symbols() = default;

Calls Symbols::at(const std::string& path, std::uint64_t place,
                  const std::string& build_id) {
  std::unique_ptr<File>& file = files_[path];
  if (file == nullptr)
    file = std::make_unique<File>(path);
  Calls found;
  found.reason = file->why_not(build_id);
  if (found.reason.empty())
    found.calls = file->calls_at(place);
  if (found.reason.empty() && found.calls.empty())
    found.reason = "the file has no symbols";
  return found;
}

std::string Symbols::why_not() {
  return "";
}

}  // namespace tarn::symbolize
