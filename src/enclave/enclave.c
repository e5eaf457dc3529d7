/* SPDX-License-Identifier: MIT */
/* The host's interface: checks arguments, keeps what all backends share, makes evidence. */
#define _POSIX_C_SOURCE 200809L
#include "enclave/enclave.h"

#include "core/memory.h"
#include "core/status.h"
#include "enclave/evidence.h"
#include "enclave/measure.h"
#include <sodium.h>
#include <string.h>
#include <time.h>

#define CALL_TIMEOUT_MS 120000u

static he_status start(he_enclave *e)
{
    if (sodium_init() < 0)
        return he_fail(HE_ERR_ENTROPY, "he_enclave_create: libsodium does not start");
    if (e->ops->backend != HE_BACKEND_SIM) {
        HE_TRY(he_platform_open(&e->platform, e->config.state_dir));
        e->root = HE_ROOT_SOFTWARE;
        e->flags |= e->platform.flags;
    }
    if (e->config.debug)
        e->flags |= HE_ENCLAVE_DEBUG;
    HE_TRY(e->ops->start(e));
    e->alive = true;
    return HE_OK;
}

he_status he_enclave_create(he_enclave **enclave, const he_enclave_config *config)
{
    HE_REQUIRE_PTR(enclave);
    HE_REQUIRE_PTR(config);
    he_enclave_config resolved;
    HE_TRY(he_config_resolve(&resolved, config));
    he_enclave *e = he_alloc(1, sizeof *e);
    if (e == NULL)
        return he_fail(HE_ERR_MEMORY, "he_enclave_create: no memory");
    e->config = resolved;
    e->ops = resolved.backend == HE_BACKEND_SIM ? &he_backend_sim : &he_backend_process;
    e->pidfd = e->socket = -1;
    he_config_bytes(e->config_bytes, &e->config);
    he_status status = start(e);
    e->config.image_path = e->config.state_dir = NULL;
    e->config.manifest = NULL;
    if (status != HE_OK) {
        he_enclave_destroy(e);
        return status;
    }
    *enclave = e;
    return HE_OK;
}

void he_enclave_destroy(he_enclave *e)
{
    if (e == NULL)
        return;
    e->ops->stop(e);
    he_platform_close(&e->platform);
    he_free_secret(e);
}

he_status he_enclave_measured(he_enclave *e, const uint8_t measurement[HE_MEASUREMENT_BYTES])
{
    memcpy(e->measurement, measurement, HE_MEASUREMENT_BYTES);
    if (e->config.manifest == NULL)
        return HE_OK;
    HE_TRY(he_manifest_read(&e->manifest, e->config.manifest));
    if (memcmp(e->manifest.measurement, measurement, HE_MEASUREMENT_BYTES) != 0)
        return he_fail(HE_ERR_UNTRUSTED, "he_enclave_create: the manifest is of another image or "
                                         "config; it was not started");
    return HE_OK;
}

he_status he_enclave_report(he_enclave *e, uint8_t *evidence, size_t *length,
                            const uint8_t report_data[HE_REPORT_DATA_BYTES])
{
    he_evidence v = {0};
    v.backend = (uint16_t)e->ops->backend;
    v.root = (uint16_t)e->root;
    v.flags = e->flags;
    memcpy(v.measurement, e->measurement, sizeof v.measurement);
    memcpy(v.signer, e->manifest.signer, sizeof v.signer);
    v.product = e->manifest.product;
    v.svn = e->manifest.svn;
    crypto_generichash(v.config_hash, sizeof v.config_hash, e->config_bytes, sizeof e->config_bytes,
                       NULL, 0);
    v.boots = e->platform.boots;
    time_t now = time(NULL);
    v.time = now < 0 ? 0 : (uint64_t)now;
    memcpy(v.report_data, report_data, sizeof v.report_data);
    memcpy(v.platform, e->platform.public_key, sizeof v.platform);
    he_evidence_write(evidence, &v);
    if (e->root != HE_ROOT_NONE) {
        he_platform_sign(&e->platform, v.signature, evidence, HE_EVIDENCE_SIGNED);
        memcpy(evidence + HE_EVIDENCE_SIGNED, v.signature, sizeof v.signature);
    }
    *length = HE_EVIDENCE_BYTES;
    return HE_OK;
}

static he_status call(he_enclave *e, uint32_t channel, void *out, size_t *length, const void *in,
                      size_t n, uint32_t timeout_ms)
{
    if (!e->alive)
        return he_fail(HE_ERR_ENCLAVE_LOST, "this enclave has ended; create another one");
    return e->ops->call(e, channel, out, length, in, n,
                        timeout_ms == 0 ? CALL_TIMEOUT_MS : timeout_ms);
}

he_status he_enclave_call(he_enclave *enclave, uint32_t channel, void *out, size_t capacity,
                          size_t *length, const void *in, size_t n, uint32_t timeout_ms)
{
    HE_REQUIRE_PTR(enclave);
    HE_REQUIRE_PTR(out);
    HE_REQUIRE_PTR(length);
    HE_REQUIRE_PTR(in);
    if (capacity < HE_ENCLAVE_REPLY_MAX)
        return he_fail(HE_ERR_BUFFER, "he_enclave_call: capacity is %zu bytes, must be %zu",
                       capacity, HE_ENCLAVE_REPLY_MAX);
    if (n < 1 || n > HE_GUEST_REQUEST_MAX)
        return he_fail(HE_ERR_ARGUMENT, "he_enclave_call: n is %zu bytes, must be 1 to %zu", n,
                       HE_GUEST_REQUEST_MAX);
    size_t got = 0;
    he_status status = call(enclave, channel, out, &got, in, n, timeout_ms);
    if (status == HE_OK)
        *length = got;
    else
        memset(out, 0, HE_ENCLAVE_REPLY_MAX); /* part of an answer may have come */
    return status;
}

he_status he_enclave_forget(he_enclave *enclave, uint32_t channel)
{
    HE_REQUIRE_PTR(enclave);
    uint8_t unused[1];
    size_t got = 0;
    return call(enclave, channel, unused, &got, NULL, 0, 0);
}

he_backend he_enclave_backend(const he_enclave *e)
{
    return e == NULL ? HE_BACKEND_AUTO : e->ops->backend;
}

he_root_of_trust he_enclave_root(const he_enclave *e)
{
    return e == NULL ? HE_ROOT_NONE : e->root;
}

uint32_t he_enclave_flags(const he_enclave *e)
{
    return e == NULL ? 0 : e->flags;
}

bool he_enclave_alive(const he_enclave *e)
{
    return e != NULL && e->alive;
}

const uint8_t *he_enclave_measurement(const he_enclave *e)
{
    return e == NULL ? NULL : e->measurement;
}

int he_enclave_pid(const he_enclave *e)
{
    return e == NULL ? 0 : (int)e->pid;
}

uint64_t he_enclave_memory(const he_enclave *e)
{
    return e == NULL || !e->alive ? 0 : e->ops->memory(e);
}
