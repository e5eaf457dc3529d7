/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "client/machine.h"

#include <stdlib.h>
#include <unistd.h>

void machine_start(machine *m)
{
    snprintf(m->directory, sizeof m->directory, "/tmp/he-test-XXXXXX");
    cr_assert(mkdtemp(m->directory) != NULL);
    snprintf(m->state, sizeof m->state, "%s/state", m->directory);
    he_assert_ok(he_platform_init(m->state));
    he_enclave_config config = HE_ENCLAVE_CONFIG_INIT;
    config.state_dir = m->state;
    uint8_t measurement[HE_MEASUREMENT_BYTES], key[HE_PLATFORM_KEY_BYTES];
    he_assert_ok(he_enclave_measure(measurement, &config));
    he_assert_ok(he_platform_public_key(key, m->state));
    he_assert_ok(he_policy_create(&m->policy));
    he_assert_ok(he_policy_allow_measurement(m->policy, measurement));
    he_assert_ok(he_policy_allow_platform(m->policy, key));
    he_assert_ok(he_policy_allow(m->policy, HE_ENCLAVE_SAME_UID));
}

void machine_stop(machine *m)
{
    char command[160];
    he_policy_destroy(m->policy);
    snprintf(command, sizeof command, "rm -rf '%s'", m->directory);
    cr_assert(system(command) == 0);
}

he_server *machine_serve(const machine *m, he_evaluator evaluator, bool tcp)
{
    char address[128];
    if (tcp)
        snprintf(address, sizeof address, "tcp:0");
    else
        snprintf(address, sizeof address, "unix:%s/%s", m->directory, he_evaluator_name(evaluator));
    he_serve_options o = HE_SERVE_INIT;
    o.evaluator = evaluator;
    o.address = address;
    o.state = m->state;
    he_server *server;
    he_assert_ok(he_server_start(&server, &o, NULL, -1));
    return server;
}

he_status machine_open(const machine *m, he_client **client, he_evaluator evaluator,
                       const char *address)
{
    he_client_options o = HE_CLIENT_INIT;
    o.evaluator = evaluator;
    o.address = address;
    o.policy = m->policy;
    return he_client_open(client, &o, NULL);
}

he_program *machine_real_program(uint32_t size)
{
    he_program *p;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, size, 0, 20));
    he_value x = he_program_input(p, "x", -1, 1);
    he_value y = he_program_add(p, x, he_program_splat(p, 0.25));
    he_program_output(p, "y", he_program_multiply(p, y, y));
    he_assert_ok(he_program_check(p));
    return p;
}

he_program *machine_integer_program(uint32_t size, uint64_t t)
{
    he_program *p;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_INTEGER, size, t, 0));
    he_value x = he_program_input(p, "x", 0, 0);
    he_value y = he_program_add(p, x, he_program_splat_i64(p, 3));
    he_program_output(p, "y", he_program_multiply(p, y, y));
    he_assert_ok(he_program_check(p));
    return p;
}
