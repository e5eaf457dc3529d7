/* SPDX-License-Identifier: MIT */
/* Evidence and replies from whoever answers a client.
 *
 * Input: byte 0 picks the way.  Way 0: good evidence with edits of three input bytes each (offset
 * in two, value in one), appraised by a policy that allows every flag and asks for no root, so that
 * nothing but the signature stands between an edit and trust.  Way 1: the input as evidence.
 * Way 2: the input as the reply to a hello.  Only the very bytes that were signed are trusted. */
#include "fuzz/fuzz.h"

#include "core/bytes.h"
#include "enclave/evidence.h"
#include <sodium.h>
#include <string.h>

static uint8_t good[HE_EVIDENCE_BYTES], report_data[HE_REPORT_DATA_BYTES];
static he_policy *policy;
static he_appraisal *appraisal;
static he_rng *rng;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    cr_assert(sodium_init() >= 0);
    he_evidence e = {.backend = HE_BACKEND_PROCESS, .root = HE_ROOT_SOFTWARE};
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_keypair(e.platform, secret);
    he_evidence_write(good, &e);
    crypto_sign_detached(e.signature, NULL, good, HE_EVIDENCE_SIGNED, secret);
    he_evidence_write(good, &e);
    he_assert_ok(he_policy_create(&policy));
    he_assert_ok(he_policy_allow_measurement(policy, e.measurement));
    he_assert_ok(he_policy_allow_platform(policy, e.platform));
    he_assert_ok(he_policy_allow(policy, HE_EVIDENCE_FLAGS & ~(uint32_t)HE_ENCLAVE_SIMULATED));
    he_assert_ok(he_policy_set_root(policy, HE_ROOT_NONE));
    he_assert_ok(he_appraisal_create(&appraisal));
    he_assert_ok(he_rng_create_system(&rng));
    return 0;
}

static void appraise(const uint8_t *bytes, size_t n)
{
    he_status status = he_evidence_appraise(appraisal, bytes, n, report_data, policy, 0);
    bool is_good = n == sizeof good && memcmp(bytes, good, n) == 0;
    cr_assert((status == HE_OK) == is_good, "%d", (int)status);
    cr_assert(he_appraisal_trusted(appraisal) == is_good, "verdict");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    unsigned way = data[0] % 3;
    data++;
    size--;
    if (way == 0) {
        uint8_t *bytes = malloc(sizeof good);
        memcpy(bytes, good, sizeof good);
        for (; size >= 3; data += 3, size -= 3)
            bytes[he_load16(data) % sizeof good] = data[2];
        appraise(bytes, sizeof good);
        free(bytes);
    } else if (way == 1) {
        appraise(data, size);
    } else {
        uint8_t hello[HE_HELLO_BYTES];
        he_session *s = NULL;
        he_assert_ok(he_session_begin(&s, hello, policy, rng));
        cr_assert(he_session_finish(s, appraisal, data, size) != HE_OK, "no such luck");
        he_session_destroy(s);
    }
    return 0;
}
