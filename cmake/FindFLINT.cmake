# SPDX-License-Identifier: MIT
# FLINT::FLINT.  Debian 12 ships FLINT 2.9 without a pkg-config file; later versions have one.
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
    pkg_check_modules(PC_FLINT QUIET flint)
endif()
find_path(FLINT_INCLUDE_DIR flint/flint.h HINTS ${PC_FLINT_INCLUDE_DIRS})
find_library(FLINT_LIBRARY NAMES flint HINTS ${PC_FLINT_LIBRARY_DIRS})
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(FLINT REQUIRED_VARS FLINT_LIBRARY FLINT_INCLUDE_DIR)
if(FLINT_FOUND AND NOT TARGET FLINT::FLINT)
    add_library(FLINT::FLINT UNKNOWN IMPORTED)
    set_target_properties(FLINT::FLINT PROPERTIES
        IMPORTED_LOCATION ${FLINT_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${FLINT_INCLUDE_DIR})
endif()
mark_as_advanced(FLINT_INCLUDE_DIR FLINT_LIBRARY)
