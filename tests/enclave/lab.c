/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "lab.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[64];

const char *lab_directory(void)
{
    strcpy(directory, "/tmp/he-test-enclave-XXXXXX");
    cr_assert_not_null(mkdtemp(directory));
    cr_assert_eq(chmod(directory, 0755), 0);
    return directory;
}

void lab_clean(void)
{
    DIR *d = opendir(directory);
    if (d == NULL)
        return;
    struct dirent *entry;
    while ((entry = readdir(d)) != NULL)
        unlinkat(dirfd(d), entry->d_name, 0);
    closedir(d);
    rmdir(directory);
}

const char *lab_faults_image(void)
{
    return HE_BINARY_DIR "/libexec/he/he-enclave-image-faults";
}

bool lab_is_root(void)
{
    return geteuid() == 0;
}

he_enclave_config lab_config(he_backend backend, const char *state_dir)
{
    he_enclave_config config = HE_ENCLAVE_CONFIG_INIT;
    config.backend = backend;
    config.image_path = HE_BINARY_DIR "/libexec/he/he-enclave-image";
    config.state_dir = state_dir;
    if (lab_is_root() && backend != HE_BACKEND_SIM)
        config.uid = LAB_UID;
    return config;
}

he_policy *lab_policy(const he_enclave *enclave, const char *state_dir)
{
    he_policy *policy = NULL;
    he_assert_ok(he_policy_create(&policy));
    he_assert_ok(he_policy_allow_measurement(policy, he_enclave_measurement(enclave)));
    he_assert_ok(he_policy_allow(policy, he_enclave_flags(enclave)));
    if (he_enclave_backend(enclave) == HE_BACKEND_SIM) {
        he_assert_ok(he_policy_set_root(policy, HE_ROOT_NONE));
    } else {
        uint8_t key[HE_PLATFORM_KEY_BYTES];
        he_assert_ok(he_platform_public_key(key, state_dir));
        he_assert_ok(he_policy_allow_platform(policy, key));
    }
    return policy;
}

static int fill(void *user, void *out, size_t length)
{
    (void)user;
    uint8_t *p = out;
    for (size_t i = 0; i < length; i++)
        p[i] = (uint8_t)he_test_random();
    return 0;
}

he_rng *lab_rng(void)
{
    he_rng *rng = NULL;
    he_assert_ok(he_rng_create_custom(&rng, fill, NULL));
    return rng;
}

he_status lab_transport(void *user, void *answer, size_t capacity, size_t *length,
                        const void *request, size_t n)
{
    lab_wire *wire = user;
    wire->calls++;
    return he_enclave_call(wire->enclave, wire->channel, answer, capacity, length, request, n,
                           wire->timeout_ms);
}

he_program *lab_program_real(uint32_t size)
{
    he_program *p = NULL;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, size, 0, 20));
    he_value x = he_program_input(p, "x", -8, 8), y = he_program_input(p, "y", -8, 8);
    he_value product = he_program_multiply(p, x, y);
    he_program_output(p, "product", he_program_add(p, product, he_program_splat(p, 2)));
    he_program_output(p, "sum", he_program_sum(p, x));
    he_assert_ok(he_program_check(p));
    return p;
}

he_program *lab_program_integer(uint32_t size)
{
    he_program *p = NULL;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_INTEGER, size, 65537, 0));
    he_value x = he_program_input(p, "x", 0, 0), y = he_program_input(p, "y", 0, 0);
    he_value product = he_program_multiply(p, x, y);
    he_program_output(p, "product", he_program_add(p, product, he_program_splat_i64(p, 2)));
    he_program_output(p, "sum", he_program_sum(p, x));
    he_assert_ok(he_program_check(p));
    return p;
}

size_t lab_open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    cr_assert_not_null(d);
    size_t count = 0;
    while (readdir(d) != NULL)
        count++;
    closedir(d);
    return count;
}

bool lab_has_children(void)
{
    return waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD;
}
