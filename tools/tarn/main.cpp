// main.cpp - the tarn command: finds the verb and lets it run.
//
// SPDX-License-Identifier: MIT
#include "tarn/verbs.hpp"

#include "common/exit_code.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

namespace tarn::verbs {

int refuse(const std::string& why, const std::string& verb) {
  std::fprintf(stderr, "tarn: %s; tarn %s--help tells what can be said\n",
               why.c_str(), verb.empty() ? "" : (verb + " ").c_str());
  return compare::exit_usage;
}

namespace {

using Verbs = std::map<std::string, Verb>;

// What stands before the first `--` is for us, the rest is a program's.
int run(CLI::App& command, const Verbs& verbs,
        const std::vector<std::string>& words) {
  const auto dashes = std::find(words.begin(), words.end(), "--");
  // As CLI11 wants it: the last word first.
  command.parse(std::vector<std::string>(std::make_reverse_iterator(dashes),
                                         words.rend()));
  Program program;
  if (dashes != words.end())
    program.emplace(dashes + 1, words.end());
  const std::vector<CLI::App*> chosen = command.get_subcommands();
  if (chosen.empty())
    return refuse("no verb given");
  return verbs.at(chosen.front()->get_name())(program);
}

int run(const std::vector<std::string>& words) {
  CLI::App command{
      "tarn - memory pools, and tools to see whether you need "
      "them",
      "tarn"};
  command.set_version_flag("--version", "tarn " TARN_TOOL_VERSION);
  command.require_subcommand(0, 1);
  const Verbs verbs{{"compare", add_compare(command)},
                    {"leaks", add_leaks(command)},
                    {"run", add_run(command)},
                    {"stats", add_stats(command)},
                    {"symbolize", add_symbolize(command)}};
  if (words.empty())
    return refuse("no verb given");
  const std::string& first = words.front();
  const bool is_verb = verbs.count(first) != 0;
  if (!first.starts_with('-') && !is_verb)
    return refuse("there is no verb \"" + first + "\"");
  try {
    return run(command, verbs, words);
  } catch (const CLI::ExtrasError& error) {
    if (first == "leaks" || first == "stats" || first == "symbolize")
      return refuse(error.what(), first);
    const std::string verb = is_verb ? first : "compare";
    return refuse(std::string(error.what()) +
                      "; a program stands after --, such as tarn " + verb +
                      " -- ./program",
                  verb);
  } catch (const CLI::Success& asked) {
    return command.exit(asked);
  } catch (const CLI::Error& error) {
    return refuse(error.what(), is_verb ? first : "");
  }
}

}  // namespace
}  // namespace tarn::verbs

int main(int count, char** arguments) {
  return tarn::verbs::run({arguments + 1, arguments + count});
}
