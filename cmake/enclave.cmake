# SPDX-License-Identifier: MIT
# libhe_enclave, shared and static, and the image: one static program that is measured.

# --- the image -----------------------------------------------------------------------------------
# libhe's own code in it: the program reader and the reference executor, errors; its allocator,
# system-call filter and main are in src/enclave/image.  Its flags are its own: no sanitizer, no
# build id, no path, no date, so that two builds of one source measure the same.
file(GLOB HE_IMAGE_PROGRAM_SOURCES CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/src/program/ir/*.c ${PROJECT_SOURCE_DIR}/src/program/plain/*.c)
set(HE_IMAGE_GUEST_SOURCES
    ${PROJECT_SOURCE_DIR}/src/enclave/image/channel.c
    ${PROJECT_SOURCE_DIR}/src/enclave/image/guest.c)
set(HE_IMAGE_PROCESS_SOURCES
    ${PROJECT_SOURCE_DIR}/src/core/status.c
    ${PROJECT_SOURCE_DIR}/src/enclave/image/heap.c
    ${PROJECT_SOURCE_DIR}/src/enclave/image/lock.c
    ${PROJECT_SOURCE_DIR}/src/enclave/image/main.c
    ${PROJECT_SOURCE_DIR}/src/enclave/image/secret.c)
set(HE_IMAGE_TASK_SOURCES
    ${PROJECT_SOURCE_DIR}/src/enclave/image/task.c ${HE_IMAGE_PROGRAM_SOURCES})
he_isa_flags(${HE_IMAGE_PROGRAM_SOURCES} ${PROJECT_SOURCE_DIR}/src/enclave/image/task.c)

find_library(HE_SODIUM_ARCHIVE NAMES libsodium.a HINTS ${SODIUM_LIBRARY_DIRS} ${SODIUM_LIBDIR} REQUIRED)

function(he_add_image target)
    add_executable(${target} ${HE_IMAGE_GUEST_SOURCES} ${HE_IMAGE_PROCESS_SOURCES} ${ARGN})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
    target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wvla -Wstrict-prototypes -Wundef
        -ffile-prefix-map=${PROJECT_SOURCE_DIR}/= -fstack-protector-strong -U_FORTIFY_SOURCE
        -O2 -g0 -fno-profile-arcs -fno-test-coverage
        $<$<BOOL:${HE_WERROR}>:-Werror>)
    set_target_properties(${target} PROPERTIES
        LINK_OPTIONS "-static-pie;-Wl,--build-id=none;-Wl,-z,relro,-z,now,-z,noexecstack;-Wl,--gc-sections;-s"
        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/libexec/he)
    target_compile_options(${target} PRIVATE -fPIE -ffunction-sections -fdata-sections)
    target_link_libraries(${target} PRIVATE ${HE_SODIUM_ARCHIVE} m)
endfunction()

he_add_image(he_enclave_image ${HE_IMAGE_TASK_SOURCES})
set_target_properties(he_enclave_image PROPERTIES OUTPUT_NAME he-enclave-image)

# --- the library ---------------------------------------------------------------------------------
# The guest is in it too: the simulation runs it inside the caller.
add_library(he_enclave_objects OBJECT ${HE_ENCLAVE_SOURCES} ${HE_IMAGE_GUEST_SOURCES}
    ${PROJECT_SOURCE_DIR}/src/enclave/image/secret.c ${PROJECT_SOURCE_DIR}/src/enclave/image/task.c)
he_target_flags(he_enclave_objects)
file(RELATIVE_PATH HE_LIBRARY_TO_IMAGE
    /prefix/${CMAKE_INSTALL_LIBDIR} /prefix/${CMAKE_INSTALL_LIBEXECDIR}/he)
target_compile_definitions(he_enclave_objects PRIVATE
    HE_ENCLAVE_IMAGE_FROM_LIBRARY="${HE_LIBRARY_TO_IMAGE}"
    HE_ENCLAVE_IMAGE_INSTALLED="${CMAKE_INSTALL_FULL_LIBEXECDIR}/he/he-enclave-image")
target_include_directories(he_enclave_objects PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(he_enclave_objects PRIVATE PkgConfig::SODIUM Threads::Threads)

add_library(he_enclave SHARED $<TARGET_OBJECTS:he_enclave_objects>)
add_library(he_enclave_static STATIC $<TARGET_OBJECTS:he_enclave_objects>)
add_library(he::enclave ALIAS he_enclave)
set_target_properties(he_enclave PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION 0 EXPORT_NAME enclave)
set_target_properties(he_enclave_static PROPERTIES OUTPUT_NAME he_enclave EXPORT_NAME enclave_static)
target_link_libraries(he_enclave PUBLIC he PRIVATE PkgConfig::SODIUM Threads::Threads m)
target_link_libraries(he_enclave_static PUBLIC he_static PRIVATE PkgConfig::SODIUM Threads::Threads m)
foreach(target he_enclave he_enclave_static)
    add_dependencies(${target} he_enclave_image)
    target_include_directories(${target} PUBLIC
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()

if(HE_BUILD_TESTS)
    # An image that misbehaves on request.
    he_add_image(he_enclave_image_faults ${PROJECT_SOURCE_DIR}/tests/enclave/image/faults.c)
    set_target_properties(he_enclave_image_faults PROPERTIES OUTPUT_NAME he-enclave-image-faults)
    add_dependencies(he_enclave_static he_enclave_image_faults)
endif()
