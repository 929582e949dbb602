// protobuf.cpp - messages whose Arena lies in the region of their request.
// SPDX-License-Identifier: MIT
#include "adaptors/protobuf_arena.hpp"
#include "reading.pb.h"

#include <cstdio>

namespace {

int arenas_at_once(tarn::Region& region) {
  int arenas = 0;
  while (examples::make_arena(region, 256) != nullptr)
    ++arenas;
  return arenas;
}

}  // namespace

int main() {
  using google::protobuf::Arena;
  {
    tarn::Region request{{.name = "request"}};
    for (int round = 1; round <= 2; ++round) {
      Arena* const arena = examples::make_arena(request);
      if (arena == nullptr)
        return 1;
      auto* const report = Arena::CreateMessage<examples::Report>(arena);
      for (int i = 0; i < 100; ++i) {
        examples::Reading* const reading = report->add_readings();
        reading->set_sensor("a sensor whose name is too long for its object");
        for (int value = 0; value < 50; ++value)
          reading->add_values(value);
      }
      const examples::Reading& last = report->readings(99);
      std::printf("round %d: %d readings, %zu bytes on the wire\n", round,
                  report->readings_size(), report->ByteSizeLong());
      std::printf("messages and their arrays lie in the region: %s\n",
                  request.owns(report) && request.owns(last.values().data())
                      ? "yes"
                      : "no");
      request.reset();
    }
    std::printf("%zu bytes used after the last request\n",
                request.stats().used);
    std::printf("%d arenas at once\n", arenas_at_once(request));
  }
  google::protobuf::ShutdownProtobufLibrary();
}

//> round 1: 100 readings, 45400 bytes on the wire
//> messages and their arrays lie in the region: yes
//> round 2: 100 readings, 45400 bytes on the wire
//> messages and their arrays lie in the region: yes
//> 0 bytes used after the last request
//> 64 arenas at once
