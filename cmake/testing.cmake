# SPDX-License-Identifier: MIT
# Entries of CTest, guarded: no leak, sanitizer report or empty run may pass (docs/design.md).
# Test names carry HE_TEST_PREFIX, so that the trees of scripts/test.sh can be run as one.
set(HE_TEST_PREFIX "" CACHE STRING "Put before the name of every test, e.g. asan/")
set(HE_TEST_MAX_N "" CACHE STRING "Tests leave out larger ring degrees; empty: none")

set(HE_TEST_ENVIRONMENT
    "ASAN_OPTIONS=abort_on_error=1:detect_leaks=1" "UBSAN_OPTIONS=print_stacktrace=1")
if(HE_TEST_MAX_N)
    list(APPEND HE_TEST_ENVIRONMENT "HE_TEST_MAX_N=${HE_TEST_MAX_N}")
endif()
function(he_guard test)
    set_tests_properties(${HE_TEST_PREFIX}${test} PROPERTIES
        ENVIRONMENT "${HE_TEST_ENVIRONMENT}"
        FAIL_REGULAR_EXPRESSION "Tested: 0 ;ERROR: LeakSanitizer;ERROR: AddressSanitizer;runtime error:"
        TIMEOUT 600)
endfunction()
# he_test(NAME command…): a guarded entry of CTest.
function(he_test test)
    add_test(NAME ${HE_TEST_PREFIX}${test} COMMAND ${ARGN})
    he_guard(${test})
endfunction()
