# Headers that most files of a target include and that change only with the distribution, read once per target. Measured a
# file: steps/ 5.1 to 2.9 CPU-s, api/ 9.1 to 7.8. spdlog and Boost stay out: spdlog makes each file 4 s slower (its code is
# generated again in each), and <boost/asio.hpp> changes what post() does with a std::packaged_task.
# Sources still include what they use: a build with RFTD_PCH=OFF says where one does not.
option(RFTD_PCH "Precompile the headers of libraries" ON)

set(pch_std <algorithm> <array> <charconv> <chrono> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <set>
            <span> <string> <string_view> <unordered_map> <vector> <expected>)
set(pch_json <nlohmann/json.hpp>)
set(pch_fmt <fmt/format.h>)
set(pch_catch <sstream> <thread> <catch2/catch.hpp>)

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
