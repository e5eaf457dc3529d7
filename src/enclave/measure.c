/* SPDX-License-Identifier: MIT */
/* Finding, reading and measuring an image.  The measurement covers every byte of the image and the
 * part of the config that changes what runs; where it runs and under whom is stated in evidence. */
#define _GNU_SOURCE
#include "enclave/measure.h"

#include "core/bytes.h"
#include "core/memory.h"
#include "core/status.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IMAGE_NAME       "he-enclave-image"
#define MEMORY_DEFAULT   ((uint64_t)256 << 20)
#define MEMORY_MIN       ((uint64_t)8 << 20)
#define MEMORY_MAX       ((uint64_t)64 << 30)
#define START_TIMEOUT_MS 10000u

he_status he_config_resolve(he_enclave_config *resolved, const he_enclave_config *config)
{
    if (config->struct_size != sizeof *config)
        return he_fail(HE_ERR_ARGUMENT,
                       "enclave config: struct_size is %zu, not %zu: start from "
                       "HE_ENCLAVE_CONFIG_INIT",
                       config->struct_size, sizeof *config);
    *resolved = *config;
    he_enclave_config *c = resolved;
    if (c->backend == HE_BACKEND_AUTO)
        c->backend = HE_BACKEND_PROCESS;
    if (c->backend == HE_BACKEND_KVM)
        return he_fail(HE_ERR_UNSUPPORTED,
                       "enclave config: backend kvm is not offered by this build; ask for process "
                       "or auto");
    if (c->backend != HE_BACKEND_PROCESS && c->backend != HE_BACKEND_SIM)
        return he_fail(HE_ERR_ARGUMENT, "enclave config: %d is no backend", (int)c->backend);
    if (c->memory_limit == 0)
        c->memory_limit = MEMORY_DEFAULT;
    if (c->memory_limit < MEMORY_MIN || c->memory_limit > MEMORY_MAX)
        return he_fail(HE_ERR_ARGUMENT,
                       "enclave config: memory_limit is %llu bytes, must be %llu to %llu",
                       (unsigned long long)c->memory_limit, (unsigned long long)MEMORY_MIN,
                       (unsigned long long)MEMORY_MAX);
    if (c->gid == 0)
        c->gid = c->uid;
    if (c->start_timeout_ms == 0)
        c->start_timeout_ms = START_TIMEOUT_MS;
    return HE_OK;
}

void he_config_bytes(uint8_t bytes[HE_CONFIG_BYTES], const he_enclave_config *c)
{
    memcpy(bytes, "HEcf", 4);
    he_store16(bytes + 4, HE_CONFIG_VERSION);
    he_store16(bytes + 6, c->debug ? 1 : 0);
    he_store64(bytes + 8, c->memory_limit);
}

/* True where `relative` to the directory of `file` there is an image; path is then where. */
static bool beside(char path[PATH_MAX], const char *file, const char *relative)
{
    const char *slash = strrchr(file, '/');
    int n = slash == NULL ? -1
                          : snprintf(path, PATH_MAX, "%.*s/%s/" IMAGE_NAME, (int)(slash - file),
                                     file, relative);
    return n > 0 && n < PATH_MAX && access(path, R_OK) == 0;
}

/* The image that belongs to the running program, in a build tree or an installed one; else to the
 * library, wherever that was moved to; else the installed one is meant. */
static void default_path(char path[PATH_MAX])
{
    char program[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n > 0) {
        program[n] = '\0';
        if (beside(path, program, "../libexec/he"))
            return;
    }
    Dl_info library;
    if (dladdr((void *)(uintptr_t)default_path, &library) != 0 && library.dli_fname != NULL &&
        beside(path, library.dli_fname, HE_ENCLAVE_IMAGE_FROM_LIBRARY))
        return;
    snprintf(path, PATH_MAX, "%s", HE_ENCLAVE_IMAGE_INSTALLED);
}

static he_status read_open_file(uint8_t **image, size_t *n, int fd, const char *path)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return he_fail(HE_ERR_IO, "enclave image: %.160s is not a regular file", path);
    if (st.st_size < 64 || (uint64_t)st.st_size > HE_IMAGE_BYTES_MAX)
        return he_fail(HE_ERR_FORMAT, "enclave image: %.120s has %lld bytes, must have 64 to %zu",
                       path, (long long)st.st_size, HE_IMAGE_BYTES_MAX);
    size_t size = (size_t)st.st_size, done = 0;
    uint8_t *bytes = he_alloc_raw(size, 1);
    if (bytes == NULL)
        return he_fail(HE_ERR_MEMORY, "enclave image: no memory for %zu bytes", size);
    while (done < size) {
        ssize_t k = read(fd, bytes + done, size - done);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            he_free(bytes);
            return he_fail(HE_ERR_IO, "enclave image: %.160s cannot be read whole", path);
        }
        done += (size_t)k;
    }
    *image = bytes;
    *n = size;
    return HE_OK;
}

he_status he_image_read(uint8_t **image, size_t *n, const he_enclave_config *config)
{
    char found[PATH_MAX];
    const char *path = config->image_path;
    if (path == NULL) {
        default_path(found);
        path = found;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return he_fail(HE_ERR_IO, "enclave image: %.160s: %s", path, strerror(errno));
    he_status status = read_open_file(image, n, fd, path);
    close(fd);
    return status;
}

void he_image_measure(uint8_t measurement[HE_MEASUREMENT_BYTES], const uint8_t *image, size_t n,
                      const uint8_t config_bytes[HE_CONFIG_BYTES])
{
    uint8_t head[12] = {'H', 'E', 'i', 'm'};
    he_store64(head + 4, n);
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, HE_MEASUREMENT_BYTES);
    crypto_generichash_update(&state, head, sizeof head);
    crypto_generichash_update(&state, image, n);
    crypto_generichash_update(&state, config_bytes, HE_CONFIG_BYTES);
    crypto_generichash_final(&state, measurement, HE_MEASUREMENT_BYTES);
}

void he_sim_measure(uint8_t measurement[HE_MEASUREMENT_BYTES],
                    const uint8_t config_bytes[HE_CONFIG_BYTES])
{
    static const uint8_t name[] = "libhe simulated enclave";
    he_image_measure(measurement, name, sizeof name - 1, config_bytes);
}

he_status he_enclave_measure(uint8_t *measurement, const he_enclave_config *config)
{
    HE_REQUIRE_PTR(measurement);
    HE_REQUIRE_PTR(config);
    he_enclave_config c;
    HE_TRY(he_config_resolve(&c, config));
    uint8_t config_bytes[HE_CONFIG_BYTES];
    he_config_bytes(config_bytes, &c);
    if (c.backend == HE_BACKEND_SIM) {
        he_sim_measure(measurement, config_bytes);
        return HE_OK;
    }
    uint8_t *image;
    size_t n;
    HE_TRY(he_image_read(&image, &n, &c));
    he_image_measure(measurement, image, n, config_bytes);
    he_free(image);
    return HE_OK;
}
