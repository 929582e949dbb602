// comparison_objects.cpp - the phase of connections and trees.
//
// SPDX-License-Identifier: MIT
#include "compare/comparison.hpp"
#include "compare/objects.hpp"

#include <algorithm>

namespace tarn::compare {

// Who failed at serving has said so.
void Comparison::leave_out_who_failed() {
  for (Contender& one : objects_)
    for (const Contender& other : contenders_)
      if (one.kind == Kind::malloc && other.kind == Kind::malloc &&
          one.memory == other.memory && !other.runs())
        one.failure = other.failure;
}

void Comparison::have_objects() {
  struct Task {
    Contender* contender;
    const char* mode;
  };
  leave_out_who_failed();
  std::vector<Task> tasks;
  for (Contender& one : objects_) {
    if (has_connections(one))
      tasks.push_back({&one, "connections"});
    if (has_trees(one))
      tasks.push_back({&one, "trees"});
  }
  progress_.begin("having objects and trees",
                  tasks.size() * static_cast<std::size_t>(plan_.object_rounds));
  for (int round = 0; round < plan_.object_rounds; ++round) {
    std::shuffle(tasks.begin(), tasks.end(), order_);
    for (const Task& task : tasks) {
      if (!task.contender->runs())
        continue;
      progress_.step(task.contender->memory);
      take_all(*task.contender,
               run(*task.contender, "tarn-worker", task.mode,
                   plan_.object_milliseconds, false),
               std::string(task.mode) + "_");
    }
  }
}

}  // namespace tarn::compare
