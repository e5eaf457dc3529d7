/* SPDX-License-Identifier: MIT */
/* The simulation: the image's code inside the calling process.  It isolates nothing; its evidence
 * says so and is unsigned.  For tests and debuggers, and a second implementation that keeps the
 * interface honest.  The timeout cannot be held: there is nobody to end the call. */
#include "core/status.h"
#include "enclave/enclave.h"
#include "enclave/image/secret.h"
#include "enclave/measure.h"
#include <sodium.h>

static void draw(void *user, uint8_t *out, size_t n)
{
    (void)user;
    randombytes_buf(out, n);
}

static he_status report(void *user, uint8_t *evidence, size_t *length,
                        const uint8_t report_data[HE_REPORT_DATA_BYTES])
{
    return he_enclave_report(user, evidence, length, report_data);
}

static he_status sim_start(he_enclave *e)
{
    uint8_t measurement[HE_MEASUREMENT_BYTES];
    he_sim_measure(measurement, e->config_bytes);
    HE_TRY(he_enclave_measured(e, measurement));
    bool secret;
    e->secret = he_secret_map(he_guest_secret_bytes(), &secret);
    if (e->secret == NULL)
        return he_fail(HE_ERR_MEMORY, "he_enclave_create: no memory for the simulation");
    e->flags |=
        HE_ENCLAVE_SIMULATED | HE_ENCLAVE_SAME_UID | HE_ENCLAVE_HOST_MAPPED | HE_ENCLAVE_NO_SECCOMP;
    if (!secret)
        e->flags |= HE_ENCLAVE_NO_SECRET_MEM;
    he_guest_platform platform = {e, draw, report};
    return he_guest_init(&e->guest, e->secret, e->measurement, &platform);
}

static he_status sim_call(he_enclave *e, uint32_t channel, uint8_t *out, size_t *length,
                          const uint8_t *in, size_t n, uint32_t timeout_ms)
{
    (void)timeout_ms;
    return he_guest_call(e->guest, channel, out, length, in, n);
}

static void sim_stop(he_enclave *e)
{
    if (e->guest != NULL)
        he_guest_end(e->guest);
    he_secret_unmap(e->secret, he_guest_secret_bytes());
}

static uint64_t sim_memory(const he_enclave *e)
{
    (void)e;
    return 0;
}

const he_backend_ops he_backend_sim = {HE_BACKEND_SIM, sim_start, sim_call, sim_stop, sim_memory};
