// page.cpp - the head with its style, and sections.
//
// SPDX-License-Identifier: MIT
#include "common/page.hpp"

#include "common/plot.hpp"

namespace tarn::compare {
namespace {

// Nothing is fetched: no font, no script, no picture.
constexpr const char* head = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tarn compare</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a;
  background: #fff; max-width: 1180px; margin: 0 auto; padding: 0 16px 48px; }
h1 { font-size: 1.5em; margin-bottom: 0; }
h2 { font-size: 1.2em; margin: 1.8em 0 0.3em; border-top: 1px solid #ccc;
  padding-top: 0.8em; }
.plots { display: grid; gap: 16px 32px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); }
figure { margin: 0; min-width: 0; max-width: 600px; }
figcaption { font-weight: 600; margin: 0.6em 0 0.2em; }
figure > svg { width: 100%; height: auto; display: block; }
svg text { font: 13px system-ui, sans-serif; fill: #333; }
.grid line { stroke: #ddd; }
.legend { margin: 0.2em 0; font-size: 0.85em; }
.legend span { white-space: nowrap; margin-right: 0.8em; }
.verdict { background: #f3f6f9; border-left: 4px solid #0072b2;
  padding: 0.6em 1em; }
.machine { color: #555; margin-top: 0; }
pre { overflow-x: auto; font-size: 12.5px; line-height: 1.35;
  background: #f7f7f7; padding: 0.8em; }
summary { cursor: pointer; color: #00568a; margin-top: 0.6em; }
</style></head><body>
)";

}  // namespace

std::string page(const std::string& content) {
  return head + content + "</body></html>\n";
}

std::string paragraph(const std::string& text, const char* kind) {
  if (text.empty())
    return "";
  const std::string attribute =
      *kind == '\0' ? "" : std::string(" class='") + kind + "'";
  return "<p" + attribute + ">" + escaped(text) + "</p>\n";
}

std::string section(const char* title, const std::string& meaning,
                    const std::string& plots, const std::string& table) {
  if (meaning.empty() && plots.empty() && table.empty())
    return "";
  std::string html =
      std::string("<h2>") + title + "</h2>\n" + paragraph(meaning);
  if (!plots.empty())
    html += "<div class='plots'>\n" + plots + "</div>\n";
  if (!table.empty())
    html += "<details><summary>The figures</summary><pre>" + escaped(table) +
            "</pre></details>\n";
  return html;
}

}  // namespace tarn::compare
