/* SPDX-License-Identifier: MIT */
/* What the tests of servers share: an enclave's state directory, a policy, small programs. */
#ifndef HE_TEST_MACHINE_H
#define HE_TEST_MACHINE_H

#include <he/client.h>

/* A private directory that machine_stop() removes. */
typedef struct machine {
    char directory[64];
    char state[96];
    he_policy *policy; /* allows the built image, this platform key, and a same-uid launcher */
} machine;

void machine_start(machine *m);
void machine_stop(machine *m);

/* A server of its own, forked, at a Unix socket in the directory (or TCP). */
he_server *machine_serve(const machine *m, he_evaluator evaluator, bool tcp);
he_status machine_open(const machine *m, he_client **client, he_evaluator evaluator,
                       const char *address);

/* y = (x + c)^2 on size elements in [-1, 1]; and integers modulo t. */
he_program *machine_real_program(uint32_t size);
he_program *machine_integer_program(uint32_t size, uint64_t t);

#endif
