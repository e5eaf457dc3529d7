# SPDX-License-Identifier: MIT
# Warnings and sanitizers for every target of ours.
function(he_target_flags target)
    target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wvla -Wundef
        $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
        -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=
        $<$<BOOL:${HE_WERROR}>:-Werror>)
    if(HE_VERIFY_BUILD)
        target_compile_definitions(${target} PRIVATE HE_VERIFY_BUILD)
    endif()
    if(HE_CTIME STREQUAL "valgrind")
        target_compile_definitions(${target} PRIVATE HE_CTIME_VALGRIND)
    endif()
    if(HE_SANITIZE)
        target_compile_options(${target} PRIVATE
            -fsanitize=${HE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
        target_link_options(${target} PUBLIC -fsanitize=${HE_SANITIZE})
    endif()
endfunction()
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release")
    set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG")
endif()
if(HE_SANITIZE)
    add_link_options(-fsanitize=${HE_SANITIZE})
endif()
