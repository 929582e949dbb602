// uploads.hpp - the uploads of the corpus, and the three forms of their
// handler.
//
// Cost     serving is that of serve.hpp; Upload::parts is what the C forms get.
// Threads  confined.
// Failure  std::bad_alloc.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/corpus.hpp"
#include "server/serve.hpp"
#include "server/upload.h"

#include <string>
#include <vector>

namespace tarn::server {

enum class UploadForm {
  handler,   ///< the site's own, over a Region
  c_malloc,  ///< upload_malloc.c
  c_region   ///< upload_region.c
};

/// A whole request answered, head and all, its handler in this form. What is no
/// upload is answered by the site's own.
[[nodiscard]] Answer serve_upload(UploadForm form, const Site& site,
                                  std::string_view bytes);

struct Upload {
  std::string type;  ///< its Content-Type
  std::string body;
};

/// The good uploads of the corpus, as a parser hands them to a handler.
[[nodiscard]] std::vector<Upload> good_uploads(
    const std::vector<CorpusRequest>& corpus);

}  // namespace tarn::server
