# One switch selects the build: YISHI_PROFILE = release, debug, asan (address + undefined), tsan,
# coverage or fuzz. Our code takes the warnings and the profile through yishi_target(); generated
# code takes the profile alone through yishi_generated_target().

set(YISHI_PROFILE "release" CACHE STRING "release, debug, asan, tsan, coverage or fuzz")
set_property(CACHE YISHI_PROFILE PROPERTY STRINGS release debug asan tsan coverage fuzz)
set(YISHI_SHA256 "openssl" CACHE STRING "SHA-256 backend: openssl or sodium")
set_property(CACHE YISHI_SHA256 PROPERTY STRINGS openssl sodium)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(yishi_sanitize "")
set(yishi_compile -g)
set(yishi_link "")
if(YISHI_PROFILE STREQUAL "release")
  list(APPEND yishi_compile -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong
       -fstack-clash-protection)
  list(APPEND yishi_link -pie -Wl,-z,relro,-z,now)
elseif(YISHI_PROFILE STREQUAL "debug")
  list(APPEND yishi_compile -O0)
elseif(YISHI_PROFILE STREQUAL "asan")
  list(APPEND yishi_compile -O1 -fno-omit-frame-pointer)
  set(yishi_sanitize -fsanitize=address,undefined -fno-sanitize-recover=all)
elseif(YISHI_PROFILE STREQUAL "tsan")
  list(APPEND yishi_compile -O1 -fno-omit-frame-pointer)
  set(yishi_sanitize -fsanitize=thread)
elseif(YISHI_PROFILE STREQUAL "coverage")
  list(APPEND yishi_compile -O0 --coverage)
  list(APPEND yishi_link --coverage)
elseif(YISHI_PROFILE STREQUAL "fuzz")
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "YISHI_PROFILE=fuzz needs clang: cmake --preset fuzz")
  endif()
  list(APPEND yishi_compile -O1 -fno-omit-frame-pointer)
  set(yishi_sanitize -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all)
else()
  message(FATAL_ERROR "YISHI_PROFILE is '${YISHI_PROFILE}'; it must be release, debug, asan, tsan, coverage or fuzz")
endif()

set(yishi_warnings
    -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wundef -Wvla
    -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wwrite-strings -Wcast-qual -Wcast-align
    -Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference)

# POSIX and the few Linux names that we use; the extensions of the language stay off.
function(yishi_generated_target name)
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
  target_compile_options(${name} PRIVATE ${yishi_compile} ${yishi_sanitize})
  target_link_options(${name} PRIVATE ${yishi_sanitize} ${yishi_link})
  # every include is written as a path from the top of the tree
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
endfunction()

function(yishi_target name)
  yishi_generated_target(${name})
  target_compile_options(${name} PRIVATE ${yishi_warnings})
endfunction()
