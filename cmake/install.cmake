# SPDX-License-Identifier: MIT
# What `cmake --install` gives: libraries, headers, the tool, the enclave's image, libhe.pc,
# libhe_enclave.pc and heConfig.cmake.  Everything finds the rest from where it lies itself, so an
# installed tree may be moved.
option(HE_INSTALL "Generate install rules" ${PROJECT_IS_TOP_LEVEL})
if(NOT HE_INSTALL)
    return()
endif()
include(CMakePackageConfigHelpers)

set(HE_CONFIG_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/he)
set(HE_PC_DIR ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH HE_PC_TO_PREFIX /prefix/${HE_PC_DIR} /prefix)
string(REGEX REPLACE "/$" "" HE_PC_TO_PREFIX ${HE_PC_TO_PREFIX})
file(RELATIVE_PATH HE_BIN_TO_LIB /prefix/${CMAKE_INSTALL_BINDIR} /prefix/${CMAKE_INSTALL_LIBDIR})

set(shared he)
set(static he_static)
if(TARGET he_enclave)
    set_target_properties(he_enclave PROPERTIES EXPORT_NAME enclave INSTALL_RPATH "$ORIGIN")
    set_target_properties(he_enclave_static PROPERTIES EXPORT_NAME enclave_static)
    list(APPEND shared he_enclave)
    list(APPEND static he_enclave_static)
endif()

install(TARGETS ${shared} EXPORT heTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT he_runtime
    NAMELINK_COMPONENT he_development)
install(TARGETS ${static} EXPORT heStaticTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT he_development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/he DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    COMPONENT he_development FILES_MATCHING PATTERN "*.h")
if(TARGET he_tool)
    set_target_properties(he_tool PROPERTIES INSTALL_RPATH "$ORIGIN/${HE_BIN_TO_LIB}")
    install(TARGETS he_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT he_runtime)
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples/data/
        DESTINATION ${CMAKE_INSTALL_DATADIR}/he COMPONENT he_runtime)
endif()
if(TARGET he_enclave_image)
    install(TARGETS he_enclave_image
        RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/he COMPONENT he_runtime)
endif()

# --- pkg-config ----------------------------------------------------------------------------------
set(pc_files libhe)
if(TARGET he_enclave)
    list(APPEND pc_files libhe_enclave)
endif()
foreach(pc IN LISTS pc_files)
    configure_file(${PROJECT_SOURCE_DIR}/cmake/${pc}.pc.in ${PROJECT_BINARY_DIR}/${pc}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${pc}.pc DESTINATION ${HE_PC_DIR}
        COMPONENT he_development)
endforeach()

# --- find_package(he) ----------------------------------------------------------------------------
install(EXPORT heTargets NAMESPACE he:: DESTINATION ${HE_CONFIG_DIR} COMPONENT he_development)
install(EXPORT heStaticTargets NAMESPACE he:: DESTINATION ${HE_CONFIG_DIR}
    COMPONENT he_development)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/heConfig.cmake.in
    ${PROJECT_BINARY_DIR}/heConfig.cmake INSTALL_DESTINATION ${HE_CONFIG_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/heConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/heConfig.cmake ${PROJECT_BINARY_DIR}/heConfigVersion.cmake
    ${PROJECT_SOURCE_DIR}/cmake/FindFLINT.cmake
    DESTINATION ${HE_CONFIG_DIR} COMPONENT he_development)
