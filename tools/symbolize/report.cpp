#include "symbolize/report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

namespace tarn::symbolize {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t told_of_build_id = 16;

std::string text_of(const Call& call) {
  std::string text = call.function.empty() ? "(a function)" : call.function;
  if (!call.file.empty())
    text += " at " + call.file + ":" + std::to_string(call.line);
  return text;
}

bool is_of_tarn(const Call& call) {
  return call.file.find("/include/tarn/") != std::string::npos;
}

// Inlined code of tarn, or of the C++ library: not who called it.
bool is_passed_through(const Call& call) {
  return is_of_tarn(call) ||
         call.file.find("/include/c++/") != std::string::npos;
}

// Whether it is how a program or a thread begins, or code that tarn's headers
// have left in the program.
bool is_plumbing(const std::vector<Call>& calls) {
  static const std::set<std::string> beginnings{"_start",
                                                "__libc_start_main",
                                                "__libc_start_main_impl",
                                                "start_thread",
                                                "__clone3",
                                                "__libc_start_call_main",
                                                "clone",
                                                "clone3"};
  return (calls.size() == 1 && beginnings.count(calls.front().function) != 0) ||
         (!calls.empty() &&
          std::all_of(calls.begin(), calls.end(), is_of_tarn));
}

std::string text_of(const std::vector<Call>& calls) {
  const bool is_all =
      std::all_of(calls.begin(), calls.end(), is_passed_through);
  std::string text;
  for (const Call& call : calls)
    if (is_all || !is_passed_through(call))
      text += (text.empty() ? "" : ", inlined into ") + text_of(call);
  return text;
}

Calls calls_of(const std::smatch& found, Symbols& symbols) {
  const std::string build_id = found[4].matched ? found[4].str() : "";
  return symbols.at(found[2], std::stoull(found[3], nullptr, 16), build_id);
}

// What stands for a frame that was found in a line.
std::string frame(const std::smatch& found, const Calls& at) {
  if (at.calls.empty())
    return found[0].str() + ": " + at.reason;
  const std::string text = "#" + found[1].str() + " " + text_of(at.calls);
  // What has a name and no line may still be looked up.
  return at.calls.front().file.empty()
             ? text + " in " + found[2].str() + "+0x" + found[3].str()
             : text;
}

std::optional<std::string> text_with_names(const std::string& line,
                                           Symbols& symbols) {
  static const std::regex pattern(
      R"(#(\d+) (/.*?)\+0x([0-9a-f]{1,16}) \((?:([0-9a-f]{16})|no build id)\))");
  std::string text;
  auto rest = line.begin();
  for (std::sregex_iterator at(line.begin(), line.end(), pattern), end;
       at != end; ++at) {
    const Calls calls = calls_of(*at, symbols);
    const std::string before(rest, (*at)[0].first);
    if (is_plumbing(calls.calls) && (*at)[0].second == line.end() &&
        before.find_first_not_of(' ') == std::string::npos)
      return std::nullopt;
    text += before + frame(*at, calls);
    rest = (*at)[0].second;
  }
  return text.append(rest, line.end());
}

void add_names(Json& call, Symbols& symbols) {
  const std::string build_id =
      call.value("build_id", "").substr(0, told_of_build_id);
  const Calls at = symbols.at(
      call["module"],
      std::stoull(call["offset"].get<std::string>(), nullptr, 16), build_id);
  for (const Call& one : at.calls) {
    Json named{{"function", one.function}};
    if (!one.file.empty()) {
      named["file"] = one.file;
      named["line"] = one.line;
    }
    call["functions"].push_back(named);
  }
  if (at.calls.empty())
    call["why_no_functions"] = at.reason;
}

void add_all_names(Json& value, Symbols& symbols) {
  if (value.is_object() && value.contains("module") && value.contains("offset"))
    add_names(value, symbols);
  else if (value.is_structured())
    for (Json& one : value)
      add_all_names(one, symbols);
}

}  // namespace

std::optional<std::string> with_names(const std::string& line,
                                      Symbols& symbols) {
  if (line.empty() || line.front() != '{')
    return text_with_names(line, symbols);
  Json object = Json::parse(line, nullptr, false);
  if (object.is_discarded())
    return line;
  add_all_names(object, symbols);
  return object.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace tarn::symbolize
