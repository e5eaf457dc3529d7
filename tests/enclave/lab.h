/* SPDX-License-Identifier: MIT */
/* What the tests of enclaves share: a state directory of their own, policies, a transport that is
 * a call, and a small program. */
#ifndef HE_TEST_ENCLAVE_LAB_H
#define HE_TEST_ENCLAVE_LAB_H

#include "support/test.h"
#include <he/enclave.h>

/* A new empty directory, 0755 and removed by lab_clean(); static. */
const char *lab_directory(void);
void lab_clean(void);

/* "…/he-enclave-image-faults" of this build; static. */
const char *lab_faults_image(void);
/* A uid that no account of this machine has: root's tests run enclaves as it. */
#define LAB_UID 64123u
bool lab_is_root(void);
/* Process enclaves as strict as this user can have them: root gives them LAB_UID. */
he_enclave_config lab_config(he_backend backend, const char *state_dir);
/* A policy that trusts exactly what this enclave is. */
he_policy *lab_policy(const he_enclave *enclave, const char *state_dir);
he_rng *lab_rng(void);

/* A transport's user: which enclave, which channel, and what to do to the bytes on the way. */
typedef struct lab_wire {
    he_enclave *enclave;
    uint32_t channel, timeout_ms;
    uint64_t calls;
} lab_wire;
he_status lab_transport(void *user, void *answer, size_t capacity, size_t *length,
                        const void *request, size_t n);

/* REAL, size elements: inputs x and y, outputs x y + 2 and the sum of x. */
he_program *lab_program_real(uint32_t size);
/* INTEGER mod 65537, size elements: the same. */
he_program *lab_program_integer(uint32_t size);

/* Open files and children of this process. */
size_t lab_open_files(void);
bool lab_has_children(void);

#endif
