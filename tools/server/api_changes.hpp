// api_changes.hpp - what programs send: orders, baskets, calls, events, logs.
//
// Nothing is stored: the answer says what would have been, so that the same
// request always gets the same answer.
//
// Cost     linear in the body.
// Threads  confined.
// Failure  400, 401, 404, 415, 422.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/api.hpp"

namespace tarn::server {

struct Total {
  std::int64_t cents = 0;
  std::int64_t pieces = 0;
};

/// Checks the lines of an order or a basket and copies them, with prices, to
/// `list`. False: refused already.
template <class Memory>
[[nodiscard]] bool price_lines(Exchange<Memory>& exchange,
                               const json::object& order, json::array& list,
                               Total& total) {
  const json::value* const lines = order.if_contains("lines");
  if (lines == nullptr || !lines->is_array()) {
    answer_error(exchange, 422, "an order needs lines");
    return false;
  }
  for (const json::value& line : lines->get_array()) {
    const json::object* const asked = line.if_object();
    const Product* const product = asked == nullptr
                                       ? nullptr
                                       : exchange.site.product(static_cast<int>(
                                             number_in(*asked, "product", 0)));
    const std::int64_t quantity =
        asked == nullptr ? 0 : number_in(*asked, "quantity", 0);
    if (product == nullptr || quantity < 1 || quantity > 99) {
      answer_error(exchange, 422, "a line needs a product and a quantity");
      return false;
    }
    json::object priced(exchange.memory.json());
    put(priced, "product", product->id);
    put(priced, "name", product->name);
    put(priced, "quantity", static_cast<int>(quantity));
    put(priced, "cents", product->cents);
    list.emplace_back(std::move(priced));
    total.cents += product->cents * quantity;
    total.pieces += quantity;
  }
  return true;
}

template <class Memory>
void answer_lines(Exchange<Memory>& exchange, const json::object& order,
                  json::array&& list, const Total& total) {
  json::object answer(exchange.memory.json());
  String<Memory> price = exchange.text();
  append_price(price, total.cents);
  put(answer, "total", price);
  put(answer, "pieces", static_cast<int>(total.pieces));
  answer.emplace("lines", std::move(list));
  if (const json::value* const address = order.if_contains("address"))
    answer.emplace("address", *address);
  if (const std::string_view note = text_in(order, "note"); !note.empty())
    put(answer, "note", note);
  answer_json(exchange, json::value(std::move(answer)));
}

template <class Memory>
void take_order(Exchange<Memory>& exchange) {
  if (!is_known(exchange))
    return;
  json::value holder(exchange.memory.json());
  const json::object* const order = read_object(exchange, holder);
  if (order == nullptr)
    return;
  json::array list(exchange.memory.json());
  Total total;
  if (!price_lines(exchange, *order, list, total))
    return;
  if (list.empty())
    return answer_error(exchange, 422, "an order needs at least one line");
  exchange.response.status = 201;
  answer_lines(exchange, *order, std::move(list), total);
}

template <class Memory>
void put_basket(Exchange<Memory>& exchange) {
  json::value holder(exchange.memory.json());
  const json::object* const basket = read_object(exchange, holder);
  if (basket == nullptr)
    return;
  json::array list(exchange.memory.json());
  Total total;
  if (price_lines(exchange, *basket, list, total))
    answer_lines(exchange, *basket, std::move(list), total);
}

template <class Memory>
void delete_line(Exchange<Memory>& exchange) {
  exchange.response.status = 204;
  exchange.response.set("Cache-Control", "no-store");
}

template <class Memory>
void change_product(Exchange<Memory>& exchange) {
  if (!is_known(exchange))
    return;
  const Product* const product = named_product(exchange);
  if (product == nullptr)
    return;
  json::value holder(exchange.memory.json());
  const json::object* const changes = read_object(exchange, holder);
  if (changes == nullptr)
    return;
  json::object changed = describe(exchange, *product);
  for (const auto& change : *changes)
    changed[change.key()] = change.value();
  answer_json(exchange, json::value(std::move(changed)));
}

template <class Memory>
void take_review(Exchange<Memory>& exchange) {
  if (!exchange.rest.ends_with("/reviews"))
    return exchange.response.refuse(405);
  const Product* const product = named_product(exchange);
  if (product == nullptr)
    return;
  json::value holder(exchange.memory.json());
  json::object* const review = read_object(exchange, holder);
  if (review == nullptr)
    return;
  const std::int64_t stars = number_in(*review, "stars", 0);
  if (stars < 1 || stars > 5 || text_in(*review, "text").empty())
    return answer_error(exchange, 422, "one to five stars, and a text");
  put(*review, "product", product->name);
  exchange.response.status = 201;
  answer_json(exchange, holder);
}

/// One JSON-RPC call's answer.
template <class Memory>
[[nodiscard]] json::object call(Exchange<Memory>& exchange,
                                const json::value& value) {
  json::object answer(exchange.memory.json());
  put(answer, "jsonrpc", "2.0");
  const json::object* const asked = value.if_object();
  const json::value* const params =
      asked == nullptr ? nullptr : asked->if_contains("params");
  if (asked != nullptr && asked->contains("id"))
    answer.emplace("id", asked->at("id"));
  const Product* product = nullptr;
  if (params != nullptr && params->is_object())
    product = exchange.site.product(
        static_cast<int>(number_in(params->get_object(), "product", 0)));
  const std::string_view method =
      asked == nullptr ? std::string_view{} : text_in(*asked, "method");
  if (product != nullptr && method == "stock.get")
    put(answer, "result", product->stock);
  else if (product != nullptr && method == "price.get")
    put(answer, "result", product->cents);
  else if (product != nullptr && method == "product.name")
    put(answer, "result", product->name);
  else
    put(answer, "error", "no such method or product");
  return answer;
}

template <class Memory>
void take_calls(Exchange<Memory>& exchange) {
  const json::value body = read_body(exchange);
  if (exchange.response.status >= 400)
    return;
  if (!body.is_array())
    return answer_json(exchange, json::value(call(exchange, body)));
  json::array answers(exchange.memory.json());
  for (const json::value& one : body.get_array())
    answers.emplace_back(call(exchange, one));
  answer_json(exchange, json::value(std::move(answers)));
}

/// Answers a GraphQL query for products: the words of the query that name
/// members of a product choose them.
template <class Memory>
void take_query(Exchange<Memory>& exchange) {
  json::value holder(exchange.memory.json());
  const json::object* const body = read_object(exchange, holder);
  if (body == nullptr)
    return;
  Vector<Memory, typename Memory::Text> words(exchange.memory.allocator());
  std::string_view query = text_in(*body, "query");
  while (!query.empty()) {
    const std::string_view word = take_until(query, " ");
    if (word.size() > 1)
      words.push_back(exchange.memory.copy(word));
  }
  json::array list(exchange.memory.json());
  const json::value* const variables = body->if_contains("variables");
  const std::int64_t id = variables != nullptr && variables->is_object()
                              ? number_in(variables->get_object(), "id", 0)
                              : 0;
  for (const Product& product : exchange.site.products) {
    if (id != 0 ? product.id != id : product.category != "tents")
      continue;
    json::object whole = describe(exchange, product);
    json::object few(exchange.memory.json());
    for (const auto& word : words)
      if (json::value* const value = whole.if_contains(to_json(word)))
        few.emplace(to_json(word), std::move(*value));
    list.emplace_back(std::move(few));
  }
  json::object answer(exchange.memory.json());
  answer.emplace("data", std::move(list));
  answer_json(exchange, json::value(std::move(answer)));
}

/// Counts the kinds of what `values` hold under `key`.
template <class Memory, class Counts>
void count_kind(Exchange<Memory>& exchange, const json::value& value,
                std::string_view key, Counts& counts) {
  const json::object* const object = value.if_object();
  if (object != nullptr)
    ++counts[exchange.text(text_in(*object, key))];
}

template <class Memory>
using Counts =
    std::map<String<Memory>, int, std::less<>,
             AllocatorOf<Memory, std::pair<const String<Memory>, int>>>;

template <class Memory>
void answer_counts(Exchange<Memory>& exchange, const Counts<Memory>& counts) {
  json::object answer(exchange.memory.json());
  for (const auto& [kind, count] : counts)
    put(answer, kind, count);
  exchange.response.status = 202;
  answer_json(exchange, json::value(std::move(answer)));
}

template <class Memory>
void take_events(Exchange<Memory>& exchange) {
  json::value holder(exchange.memory.json());
  const json::object* const body = read_object(exchange, holder);
  if (body == nullptr)
    return;
  Counts<Memory> counts(exchange.memory.allocator());
  if (const json::value* const events = body->if_contains("events"))
    if (events->is_array())
      for (const json::value& event : events->get_array())
        count_kind(exchange, event, "kind", counts);
  answer_counts<Memory>(exchange, counts);
}

/// Lines of JSON; one that is cut off ends the reading.
template <class Memory>
void take_logs(Exchange<Memory>& exchange) {
  std::string_view body = exchange.request.body();
  Counts<Memory> counts(exchange.memory.allocator());
  while (!body.empty()) {
    boost::system::error_code error;
    const json::value line = json::parse(to_json(take_until(body, "\n")), error,
                                         exchange.memory.json());
    if (error)
      break;
    count_kind(exchange, line, "level", counts);
  }
  answer_counts<Memory>(exchange, counts);
}

}  // namespace tarn::server
