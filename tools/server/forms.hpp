// forms.hpp - what a browser sends: forms, uploads, logging in and out.
//
// Cost     linear in the body.
// Threads  confined.
// Failure  400 for a broken body, 401, 404, 415, 422 as the handlers say.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/pages.hpp"

namespace tarn::server {

inline constexpr std::string_view form_type =
    "application/x-www-form-urlencoded";

struct FormField {
  std::string_view name;
  std::string_view label;
};

/// A page with an empty form.
template <class Memory, std::size_t count>
void answer_form(Exchange<Memory>& exchange, std::string_view title,
                 const FormField (&fields)[count]) {
  String<Memory> main = exchange.text("    <form method=\"post\">\n");
  for (const FormField& field : fields) {
    main += "      <label for=\"";
    main += field.name;
    main += "\">";
    main += field.label;
    main += "</label><input name=\"";
    main += field.name;
    main += "\">\n";
  }
  main += "      <button>Send</button>\n    </form>\n";
  answer_page(exchange, title, std::move(main));
}

template <class Memory>
void contact_form(Exchange<Memory>& exchange) {
  static constexpr FormField fields[] = {{"name", "Your name"},
                                         {"email", "Your address"},
                                         {"subject", "Subject"},
                                         {"message", "Message"}};
  answer_form(exchange, "Write to us", fields);
}

template <class Memory>
void login_form(Exchange<Memory>& exchange) {
  static constexpr FormField fields[] = {{"email", "Your address"},
                                         {"password", "Your password"}};
  answer_form(exchange, "Log in", fields);
}

template <class Memory>
void basket_page(Exchange<Memory>& exchange) {
  static constexpr FormField fields[] = {{"product", "Product"},
                                         {"quantity", "How many"}};
  answer_form(exchange, "Your basket", fields);
}

/// The body's pairs. False: refused already.
template <class Memory>
[[nodiscard]] bool read_form(Exchange<Memory>& exchange,
                             Dictionary<Memory>& form) {
  if (exchange.request.body_type() != form_type) {
    exchange.response.refuse(415);
    return false;
  }
  if (!Request<Memory>::append_pairs(form, exchange.request.body())) {
    exchange.response.refuse(400);
    return false;
  }
  return true;
}

template <class Memory>
void see_other(Exchange<Memory>& exchange, std::string_view where) {
  exchange.response.refuse(303);
  exchange.response.set("Location", where);
}

template <class Memory>
void log_in(Exchange<Memory>& exchange) {
  Dictionary<Memory> form(exchange.memory.allocator());
  if (!read_form(exchange, form))
    return;
  const std::string_view email = value_of(form, "email");
  if (email.empty() || value_of(form, "password").empty())
    return exchange.response.refuse(422);
  for (const User& user : exchange.site.users) {
    if (user.email != email)
      continue;
    String<Memory> cookie = exchange.text("session=");
    cookie += user.session;
    cookie += "; Path=/; Secure; HttpOnly; SameSite=Lax";
    if (value_of(form, "remember") == "on")
      cookie += "; Max-Age=2592000";
    see_other(exchange, "/account");
    return exchange.response.set("Set-Cookie", cookie);
  }
  exchange.response.refuse(401);
}

template <class Memory>
void log_out(Exchange<Memory>& exchange) {
  see_other(exchange, "/");
  exchange.response.set("Set-Cookie", "session=; Path=/; Max-Age=0");
}

template <class Memory>
void add_to_basket(Exchange<Memory>& exchange) {
  Dictionary<Memory> form(exchange.memory.allocator());
  if (!read_form(exchange, form))
    return;
  int id = 0;
  int quantity = 0;
  if (!read_number(value_of(form, "product"), id) ||
      !read_number(value_of(form, "quantity"), quantity) || quantity < 1)
    return exchange.response.refuse(422);
  if (exchange.site.product(id) == nullptr)
    return exchange.response.refuse(404);
  String<Memory> cookie = exchange.text("basket=");
  append_number(cookie, quantity);
  cookie += "; Path=/; SameSite=Lax";
  see_other(exchange, "/basket");
  exchange.response.set("Set-Cookie", cookie);
}

/// A page that repeats what the form said; letters, orders, newsletters.
template <class Memory>
void take_letter(Exchange<Memory>& exchange) {
  Dictionary<Memory> form(exchange.memory.allocator());
  if (!read_form(exchange, form))
    return;
  const bool wants_address = form.contains("email");
  if (wants_address &&
      value_of(form, "email").find('@') == std::string_view::npos)
    return exchange.response.refuse(422);
  String<Memory> main = exchange.text("    <dl>\n");
  for (const auto& [name, value] : form) {
    main += "      <dt>";
    append_escaped(main, name);
    main += "</dt><dd>";
    append_escaped(main, value);
    main += "</dd>\n";
  }
  main += "    </dl>\n";
  answer_page(exchange, "Thank you", std::move(main));
}

/// One part of multipart/form-data.
template <class Memory>
struct Part {
  typename Memory::Text name;
  typename Memory::Text file;
  typename Memory::Text type;
  std::string_view bytes;
};

/// False: the part's head is broken.
template <class Memory>
[[nodiscard]] bool read_part(Exchange<Memory>& exchange, std::string_view text,
                             Vector<Memory, Part<Memory>>& parts) {
  std::string_view head = take_until(text, "\r\n\r\n");
  std::string_view name;
  std::string_view file;
  std::string_view type = "text/plain";
  while (!head.empty()) {
    const std::string_view line = take_until(head, "\r\n");
    if (line.starts_with("Content-Disposition: form-data")) {
      name = parameter(line, "name");
      file = parameter(line, "filename");
    }
    if (line.starts_with("Content-Type: "))
      type = line.substr(line.find(' ') + 1);
  }
  if (name.empty())
    return false;
  parts.push_back({exchange.memory.copy(name), exchange.memory.copy(file),
                   exchange.memory.copy(type), text});
  return true;
}

/// False: no boundary, or not ended by one.
template <class Memory>
[[nodiscard]] bool read_parts(Exchange<Memory>& exchange,
                              Vector<Memory, Part<Memory>>& parts) {
  const std::string_view boundary =
      parameter(exchange.request.header(http::field::content_type), "boundary");
  std::string_view body = exchange.request.body();
  String<Memory> between = exchange.text("--");
  between += boundary;
  if (boundary.empty() || !body.starts_with(between))
    return false;
  body.remove_prefix(between.size());
  between.insert(0, "\r\n");
  while (body.starts_with("\r\n")) {
    body.remove_prefix(2);
    if (body.find(between) == std::string_view::npos ||
        !read_part(exchange, take_until(body, between), parts))
      return false;
  }
  return body.starts_with("--");
}

template <class Memory>
void take_upload(Exchange<Memory>& exchange) {
  if (exchange.request.body_type() != "multipart/form-data")
    return exchange.response.refuse(415);
  Vector<Memory, Part<Memory>> parts(exchange.memory.allocator());
  if (!read_parts(exchange, parts))
    return exchange.response.refuse(400);
  exchange.response.status = 201;
  exchange.response.set("Content-Type", "text/plain; charset=utf-8");
  for (const Part<Memory>& part : parts) {
    Checksum sum;
    sum.add(part.bytes);
    String<Memory>& line = exchange.response.piece();
    line += part.name;
    line += ' ';
    line += part.file;
    line += ' ';
    line += part.type;
    line += ' ';
    append_number(line, static_cast<std::int64_t>(part.bytes.size()));
    line += ' ';
    append_number(line, static_cast<std::int64_t>(sum.value() >> 1));
    line += '\n';
  }
}

}  // namespace tarn::server
