// What an export is made of, piece by piece, in flat memory. Used on one worker at a time.
#pragma once

#include <functional>
#include <string>

#include "api/handler.hpp"
#include "api/record_query.hpp"

namespace api {

// The next bytes, about 256 KiB; empty at the end.
using NextPiece = std::function<Result<std::string>()>;

struct Export {
  NextPiece next;
  std::string content_type;
  std::string file_name;
};

// Reads `what`, `shape` and the filters of the call. The call must outlive the export.
Result<Export> export_of(const Call& call);

}  // namespace api
