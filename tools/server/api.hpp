// api.hpp - what programs read: products, articles, stock, orders, as JSON.
//
// Cost     linear in the answer.
// Threads  confined.
// Failure  401, 404, 406.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/documents.hpp"
#include "server/pages.hpp"

#include <algorithm>

namespace tarn::server {

/// Whether the client may; refuses with 401 otherwise.
template <class Memory>
[[nodiscard]] bool is_known(Exchange<Memory>& exchange) {
  if (exchange.user != nullptr ||
      exchange.request.header(http::field::authorization)
          .starts_with("Bearer "))
    return true;
  exchange.response.set("WWW-Authenticate", "Bearer");
  answer_error(exchange, 401, "log in or send a token");
  return false;
}

/// The product whose number the rest of the path begins with, or null and 404.
template <class Memory>
[[nodiscard]] const Product* named_product(Exchange<Memory>& exchange) {
  std::string_view rest = exchange.rest;
  int id = 0;
  const Product* const product = read_number(take_until(rest, "/"), id)
                                     ? exchange.site.product(id)
                                     : nullptr;
  if (product == nullptr)
    answer_error(exchange, 404, "no such product");
  return product;
}

/// Keeps of `object` what the query's `fields` names, if it names any.
template <class Memory>
void keep_fields(Exchange<Memory>& exchange, json::object& object) {
  std::string_view names = value_of(exchange.request.query, "fields");
  if (names.empty())
    return;
  Vector<Memory, typename Memory::Text> kept(exchange.memory.allocator());
  while (!names.empty())
    kept.push_back(exchange.memory.copy(take_until(names, ",")));
  json::object few(object.storage());
  for (const auto& name : kept)
    if (json::value* const value = object.if_contains(to_json(name)))
      few.emplace(to_json(name), std::move(*value));
  object = std::move(few);
}

template <class Memory>
void answer_products(Exchange<Memory>& exchange,
                     const Selection<Memory>& products) {
  std::size_t limit = products.size();
  (void)read_number(value_of(exchange.request.query, "limit"), limit);
  json::object answer(exchange.memory.json());
  put(answer, "count", static_cast<int>(products.size()));
  json::array list(exchange.memory.json());
  for (std::size_t i = 0; i < std::min(limit, products.size()); ++i) {
    json::object object = describe(exchange, *products[i]);
    keep_fields(exchange, object);
    list.emplace_back(std::move(object));
  }
  answer.emplace("products", std::move(list));
  answer_json(exchange, json::value(std::move(answer)));
}

template <class Memory>
void api_products(Exchange<Memory>& exchange) {
  answer_products<Memory>(exchange, narrowed(exchange, all_products(exchange)));
}

template <class Memory>
void api_search(Exchange<Memory>& exchange) {
  const std::string_view query = value_of(exchange.request.query, "q");
  answer_products<Memory>(exchange,
                          narrowed(exchange, found_products(exchange, query)));
}

template <class Memory>
void api_reviews(Exchange<Memory>& exchange, const Product& product) {
  json::array list(exchange.memory.json());
  for (const Review& review : product.reviews) {
    json::object one(exchange.memory.json());
    put(one, "by", review.by);
    put(one, "stars", review.stars);
    put(one, "text", review.text);
    list.emplace_back(std::move(one));
  }
  answer_json(exchange, json::value(std::move(list)));
}

template <class Memory>
void api_product(Exchange<Memory>& exchange) {
  if (!accepts(exchange.request.header(http::field::accept),
               "application/json"))
    return exchange.response.refuse(406);
  const Product* const product = named_product(exchange);
  if (product == nullptr)
    return;
  if (exchange.rest.ends_with("/reviews"))
    return api_reviews(exchange, *product);
  json::object object = describe(exchange, *product);
  keep_fields(exchange, object);
  answer_json(exchange, json::value(std::move(object)));
}

template <class Memory>
void api_article(Exchange<Memory>& exchange) {
  json::array list(exchange.memory.json());
  for (const Article& article : exchange.site.articles) {
    if (!exchange.rest.empty() && article.slug != exchange.rest)
      continue;
    json::object one(exchange.memory.json());
    put(one, "slug", article.slug);
    put(one, "title", article.title);
    put(one, "by", article.by);
    put(one, "date", article.date);
    if (!exchange.rest.empty())
      put(one, "text", article.text);
    list.emplace_back(std::move(one));
  }
  if (list.empty())
    return answer_error(exchange, 404, "no such article");
  answer_json(exchange, json::value(std::move(list)));
}

template <class Memory>
void api_stock(Exchange<Memory>& exchange) {
  std::string_view wanted = value_of(exchange.request.query, "ids");
  Vector<Memory, int> ids(exchange.memory.allocator());
  while (!wanted.empty())
    if (int id = 0; read_number(take_until(wanted, ","), id))
      ids.push_back(id);
  json::object answer(exchange.memory.json());
  String<Memory> key = exchange.text();
  for (const Product& product : exchange.site.products) {
    if (!ids.empty() &&
        std::find(ids.begin(), ids.end(), product.id) == ids.end())
      continue;
    key.clear();
    append_number(key, product.id);
    put(answer, key, product.stock);
  }
  answer_json(exchange, json::value(std::move(answer)));
}

template <class Memory>
void api_orders(Exchange<Memory>& exchange) {
  if (!is_known(exchange))
    return;
  json::array list(exchange.memory.json());
  if (exchange.user != nullptr) {
    for (const Order& order : exchange.user->orders) {
      json::object one(exchange.memory.json());
      put(one, "number", order.number);
      put(one, "product", exchange.site.product(order.product)->name);
      put(one, "quantity", order.quantity);
      put(one, "state", order.state);
      list.emplace_back(std::move(one));
    }
  }
  answer_json(exchange, json::value(std::move(list)));
}

template <class Memory>
void api_basket(Exchange<Memory>& exchange) {
  json::object answer(exchange.memory.json());
  put(answer, "owner",
      exchange.user == nullptr ? "guest" : exchange.user->name);
  put(answer, "lines", value_of(exchange.request.cookies, "basket", "0"));
  answer_json(exchange, json::value(std::move(answer)));
}

}  // namespace tarn::server
