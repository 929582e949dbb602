// documents.hpp - JSON in a request's memory: reading, building, answering.
//
// Cost     linear in the document.
// Threads  confined.
// Failure  400 for what is no JSON, 415 for what does not say that it is.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/exchange.hpp"

#include <boost/json.hpp>
#include <string_view>

namespace tarn::server {

namespace json = boost::json;

[[nodiscard]] inline json::string_view to_json(std::string_view text) {
  return {text.data(), text.size()};
}

inline void put(json::object& object, std::string_view key,
                std::string_view text) {
  object.emplace(to_json(key), to_json(text));
}

inline void put(json::object& object, std::string_view key, int number) {
  object.emplace(to_json(key), std::int64_t{number});
}

/// The member `key` as a number, or `otherwise`.
[[nodiscard]] inline std::int64_t number_in(const json::object& object,
                                            std::string_view key,
                                            std::int64_t otherwise) {
  const json::value* const value = object.if_contains(to_json(key));
  const std::int64_t* const number =
      value == nullptr ? nullptr : value->if_int64();
  return number == nullptr ? otherwise : *number;
}

/// The member `key` as text, or "".
[[nodiscard]] inline std::string_view text_in(const json::object& object,
                                              std::string_view key) {
  const json::value* const value = object.if_contains(to_json(key));
  const json::string* const text =
      value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view{}
                         : std::string_view(text->data(), text->size());
}

/// Adds a piece to the answer: `value` as JSON text.
template <class Memory>
void answer_json(Exchange<Memory>& exchange, const json::value& value) {
  // What the serializer writes at a time. Answers are a few KiB, and one that
  // it has to write in parts costs it a stack, which it takes from malloc.
  constexpr std::size_t step = 16384;
  exchange.response.set("Content-Type", "application/json");
  exchange.response.set("Cache-Control", "no-store");
  String<Memory>& text = exchange.response.piece();
  json::serializer serializer;
  serializer.reset(&value);
  char buffer[step];
  while (!serializer.done()) {
    const json::string_view part = serializer.read(buffer, step);
    text.append(part.data(), part.size());
  }
  text += '\n';
}

template <class Memory>
void answer_error(Exchange<Memory>& exchange, int status,
                  std::string_view why) {
  json::object error(exchange.memory.json());
  put(error, "status", status);
  put(error, "error", why);
  exchange.response.status = status;
  answer_json(exchange, json::value(std::move(error)));
}

/// `text` parsed, or null and a refusal.
template <class Memory>
[[nodiscard]] json::value parse_json(Exchange<Memory>& exchange,
                                     std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse(to_json(text), error, exchange.memory.json());
  if (error)
    answer_error(exchange, 400, "the body is no JSON");
  return value;
}

/// The body parsed, or null and a refusal.
template <class Memory>
[[nodiscard]] json::value read_body(Exchange<Memory>& exchange) {
  if (exchange.request.body_type() == "application/json")
    return parse_json(exchange, exchange.request.body());
  answer_error(exchange, 415, "send application/json");
  return json::value(exchange.memory.json());
}

/// The body, which must be an object; null and a refusal otherwise. `holder`
/// keeps it.
template <class Memory>
[[nodiscard]] json::object* read_object(Exchange<Memory>& exchange,
                                        json::value& holder) {
  holder = read_body(exchange);
  if (exchange.response.status >= 400)
    return nullptr;
  if (!holder.is_object())
    answer_error(exchange, 422, "the body must be an object");
  return holder.if_object();
}

template <class Memory>
[[nodiscard]] json::object describe(Exchange<Memory>& exchange,
                                    const Product& product) {
  json::object object(exchange.memory.json());
  put(object, "id", product.id);
  put(object, "slug", product.slug);
  put(object, "name", product.name);
  put(object, "category", product.category);
  put(object, "cents", product.cents);
  put(object, "stock", product.stock);
  put(object, "grams", product.grams);
  put(object, "text", product.text);
  json::array& colours =
      object.emplace("colours", json::array_kind).first->value().as_array();
  for (const std::string& colour : product.colours)
    colours.emplace_back(to_json(colour));
  json::array& tags =
      object.emplace("tags", json::array_kind).first->value().as_array();
  for (const std::string& tag : product.tags)
    tags.emplace_back(to_json(tag));
  return object;
}

}  // namespace tarn::server
