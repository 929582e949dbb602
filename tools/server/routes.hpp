// routes.hpp - which handler answers which path.
//
// Cost     linear in the routes, of which there are few dozen.
// Threads  confined.
// Failure  404 where no path fits, 405 where only the method does not.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/api_changes.hpp"
#include "server/files.hpp"
#include "server/forms.hpp"
#include "server/machine.hpp"
#include "server/pages.hpp"

namespace tarn::server {

template <class Memory>
struct Route {
  http::verb method;
  std::string_view path;  ///< one that ends in '*' fits what begins like it
  void (*answer)(Exchange<Memory>& exchange);
};

template <class Memory>
inline constexpr Route<Memory> routes[] = {
    {http::verb::get, "/", front_page},
    {http::verb::get, "/products", product_list},
    {http::verb::get, "/products/*", product_page},
    {http::verb::get, "/static/*", static_file},
    {http::verb::get, "/search", search_page},
    {http::verb::get, "/articles", article_list},
    {http::verb::get, "/articles/*", article_page},
    {http::verb::get, "/account", account_page},
    {http::verb::get, "/account/orders", account_page},
    {http::verb::get, "/basket", basket_page},
    {http::verb::post, "/basket", add_to_basket},
    {http::verb::get, "/contact", contact_form},
    {http::verb::post, "/contact", take_letter},
    {http::verb::post, "/newsletter", take_letter},
    {http::verb::post, "/checkout", take_letter},
    {http::verb::get, "/login", login_form},
    {http::verb::post, "/login", log_in},
    {http::verb::post, "/logout", log_out},
    {http::verb::post, "/upload", take_upload},
    {http::verb::get, "/stock", upgrade},
    {http::verb::get, "/api/products", api_products},
    {http::verb::get, "/api/products/*", api_product},
    {http::verb::patch, "/api/products/*", change_product},
    {http::verb::post, "/api/products/*", take_review},
    {http::verb::get, "/api/search", api_search},
    {http::verb::get, "/api/articles", api_article},
    {http::verb::get, "/api/articles/*", api_article},
    {http::verb::get, "/api/stock", api_stock},
    {http::verb::get, "/api/orders", api_orders},
    {http::verb::post, "/api/orders", take_order},
    {http::verb::get, "/api/basket", api_basket},
    {http::verb::put, "/api/basket", put_basket},
    {http::verb::delete_, "/api/basket/*", delete_line},
    {http::verb::post, "/api/rpc", take_calls},
    {http::verb::post, "/api/graphql", take_query},
    {http::verb::post, "/api/events", take_events},
    {http::verb::post, "/api/logs", take_logs},
    {http::verb::get, "/healthz", health},
    {http::verb::get, "/robots.txt", robots},
    {http::verb::get, "/feed.xml", feed},
    {http::verb::get, "/sitemap.xml", site_map},
    {http::verb::get, "/metrics", metrics},
    {http::verb::get, "/shop", moved},
    {http::verb::get, "/index.html", moved},
};

/// Whether `path` fits `pattern`; `rest` is what its '*' stands for.
[[nodiscard]] inline bool fits(std::string_view path, std::string_view pattern,
                               std::string_view& rest) {
  if (!pattern.ends_with('*'))
    return path == pattern;
  pattern.remove_suffix(1);
  if (!path.starts_with(pattern))
    return false;
  rest = path.substr(pattern.size());
  return true;
}

template <class Memory>
void route(Exchange<Memory>& exchange) {
  const http::verb method =
      exchange.request.is_head() ? http::verb::get : exchange.request.method();
  if (method == http::verb::options)
    return options(exchange);
  bool path_fits = false;
  for (const Route<Memory>& one : routes<Memory>) {
    if (!fits(exchange.request.path, one.path, exchange.rest))
      continue;
    path_fits = true;
    if (one.method == method)
      return one.answer(exchange);
  }
  exchange.response.refuse(path_fits ? 405 : 404);
}

}  // namespace tarn::server
