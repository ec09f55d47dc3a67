# Headers that most files of a target include and that change only with the distribution, read once per target instead of
# once per file (half of the build time of api/). Sources still include what they use: a build with RFTD_PCH=OFF
# says where one does not.
option(RFTD_PCH "Precompile the headers of libraries" ON)

set(pch_std <algorithm> <array> <charconv> <chrono> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <set>
            <span> <string> <string_view> <unordered_map> <vector> <expected>)
set(pch_json <nlohmann/json.hpp>)
set(pch_log <fmt/format.h> <spdlog/spdlog.h>)
set(pch_rocks <rocksdb/db.h>)
set(pch_catch <sstream> <thread> <catch2/catch.hpp>)
set(pch_beast <boost/asio.hpp> <boost/asio/ssl.hpp> <boost/beast/core.hpp> <boost/beast/http.hpp>)

# precompile(TARGET GROUP...): groups are the lists above, without "pch_".
function(precompile target)
  if(NOT RFTD_PCH)
    return()
  endif()
  set(headers)
  foreach(group ${ARGN})
    list(APPEND headers ${pch_${group}})
  endforeach()
  target_precompile_headers(${target} PRIVATE ${headers})
  # So that the file's content, not its time, says whether it is the same (ccache).
  target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
endfunction()
