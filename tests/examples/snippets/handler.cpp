// The handler of README.md, and just enough of a server around it.
#include "tarn/pmr.hpp"
#include "tarn/region.hpp"
#include "tarn/text.hpp"

#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Field {
  std::string_view name;
};

struct Connection {
  int status = 0;
  std::string body;
  bool is_logged = false;

  void reply(int code, std::string_view text = "") {
    status = code;
    body = text;
  }
};

void log_end(void* context) noexcept {
  static_cast<Connection*>(context)->is_logged = true;
}

void parse(std::string_view raw, std::pmr::vector<Field>& fields) {
  while (!raw.empty()) {
    const std::string_view word = raw.substr(0, raw.find(' '));
    fields.push_back({word});
    raw.remove_prefix(word.size() < raw.size() ? word.size() + 1 : raw.size());
  }
}

std::string_view path_of(const std::pmr::vector<Field>& fields) {
  return fields.size() > 1 ? fields[1].name : "/";
}

std::string_view render(tarn::Region& request, std::string_view path) {
  return request.concat("you asked for ", path);
}

#include "handler.inc"

}  // namespace

int main() {
  Connection connection;
  handle(connection, "GET /tarn HTTP/1.1");
  const bool is_good = connection.status == 200 && connection.is_logged &&
                       connection.body == "you asked for /tarn";
  return is_good ? 0 : 1;
}
