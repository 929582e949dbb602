// site.cpp - reads shop.json, the templates and the static files.
//
// SPDX-License-Identifier: MIT
#include "server/site.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tarn::server {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  return std::string(value.as_string().data(), value.as_string().size());
}

int number_of(const json::value& value) {
  return static_cast<int>(value.as_int64());
}

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> texts_of(const json::value& value) {
  std::vector<std::string> texts;
  for (const json::value& one : value.as_array())
    texts.push_back(text_of(one));
  return texts;
}

Product product_of(const json::object& from) {
  Product product{number_of(from.at("id")),
                  text_of(from.at("slug")),
                  text_of(from.at("name")),
                  text_of(from.at("category")),
                  text_of(from.at("text")),
                  number_of(from.at("cents")),
                  number_of(from.at("stock")),
                  number_of(from.at("grams")),
                  texts_of(from.at("colours")),
                  texts_of(from.at("tags")),
                  {}};
  for (const json::value& review : from.at("reviews").as_array()) {
    const json::object& one = review.as_object();
    product.reviews.push_back({text_of(one.at("by")), text_of(one.at("text")),
                               number_of(one.at("stars"))});
  }
  return product;
}

User user_of(const json::object& from) {
  User user{text_of(from.at("name")),
            text_of(from.at("email")),
            text_of(from.at("session")),
            {}};
  for (const json::value& order : from.at("orders").as_array()) {
    const json::object& one = order.as_object();
    user.orders.push_back(
        {number_of(one.at("number")), number_of(one.at("product")),
         number_of(one.at("quantity")), text_of(one.at("state"))});
  }
  return user;
}

void load_shop(const std::string& bytes, Site& site) {
  const json::value shop = json::parse(json::string_view(bytes));
  for (const json::value& one : shop.at("products").as_array())
    site.products.push_back(product_of(one.as_object()));
  for (const json::value& one : shop.at("articles").as_array()) {
    const json::object& from = one.as_object();
    site.articles.push_back({text_of(from.at("slug")),
                             text_of(from.at("title")),
                             text_of(from.at("text")), text_of(from.at("by")),
                             text_of(from.at("date"))});
  }
  for (const json::value& one : shop.at("users").as_array())
    site.users.push_back(user_of(one.as_object()));
}

Template cut_up(const std::string& text) {
  Template result;
  std::size_t from = 0;
  while (true) {
    const std::size_t open = text.find('{', from);
    if (open == std::string::npos) {
      result.parts.push_back({text.substr(from), ""});
      return result;
    }
    const std::size_t close = text.find('}', open);
    if (close == std::string::npos)
      throw std::runtime_error("a template has a { without a }");
    result.parts.push_back({text.substr(from, open - from),
                            text.substr(open + 1, close - open - 1)});
    from = close + 1;
  }
}

// FNV-1a: the tag only has to change when the file does.
std::string tag_of(const std::string& bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes)
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  std::string tag(16, '0');
  for (std::size_t i = 0; i < tag.size(); ++i)
    tag[tag.size() - 1 - i] = "0123456789abcdef"[hash >> (4 * i) & 15];
  return tag;
}

std::string type_of(const std::string& extension) {
  static const std::map<std::string, std::string> types{
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".csv", "text/csv; charset=utf-8"},
      {".txt", "text/plain; charset=utf-8"}};
  const auto found = types.find(extension);
  return found == types.end() ? "application/octet-stream" : found->second;
}

void load_files(const std::filesystem::path& folder, Site& site) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::string bytes = read_whole(entry.path());
    std::string tag = tag_of(bytes);
    site.files[entry.path().filename().string()] = {
        std::move(bytes), type_of(entry.path().extension().string()),
        std::move(tag)};
  }
}

void index_words(Site& site) {
  for (const Product& product : site.products) {
    std::string word;
    for (const char c : product.name + " " + product.text + " ") {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        continue;
      }
      auto& holders = site.words[word];
      if (holders.empty() || holders.back() != &product)
        holders.push_back(&product);
      word.clear();
    }
    if (std::find(site.categories.begin(), site.categories.end(),
                  product.category) == site.categories.end())
      site.categories.push_back(product.category);
  }
}

template <class Things, class Test>
auto find_in(const Things& things, Test test) noexcept {
  const auto found = std::find_if(things.begin(), things.end(), test);
  return found == things.end() ? nullptr : &*found;
}

}  // namespace

const Product* Site::product(int id) const noexcept {
  return find_in(products, [id](const Product& p) { return p.id == id; });
}

const Product* Site::product(std::string_view slug) const noexcept {
  return find_in(products, [slug](const Product& p) { return p.slug == slug; });
}

const Article* Site::article(std::string_view slug) const noexcept {
  return find_in(articles, [slug](const Article& a) { return a.slug == slug; });
}

const User* Site::user(std::string_view session) const noexcept {
  return find_in(users,
                 [session](const User& u) { return u.session == session; });
}

const Site* load_site(const std::string& folder) {
  const std::filesystem::path root = folder;
  // Lives until the process ends: its index points into it.
  auto* const site = new Site;
  load_shop(read_whole(root / "shop.json"), *site);
  load_files(root / "static", *site);
  site->page = cut_up(read_whole(root / "page.html"));
  site->card = cut_up(read_whole(root / "card.html"));
  index_words(*site);
  return site;
}

}  // namespace tarn::server
