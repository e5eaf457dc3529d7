/* SPDX-License-Identifier: MIT */
/* Evidence and its appraisal: what a policy refuses, each with its own reason, and that no other
 * bytes than the signed ones are ever accepted. */
#include "core/bytes.h"
#include "enclave/evidence.h"
#include "support/test.h"

#include <he/enclave.h>
#include <sodium.h>
#include <string.h>

#define NOW 1700000000

typedef struct bench {
    uint8_t secret[crypto_sign_SECRETKEYBYTES], report_data[HE_REPORT_DATA_BYTES];
    he_evidence evidence;
    uint8_t bytes[HE_EVIDENCE_BYTES + 64];
    he_policy *policy;
    he_appraisal *appraisal;
} bench;

static void sign(bench *b)
{
    he_evidence_write(b->bytes, &b->evidence);
    if (b->evidence.root != HE_ROOT_NONE)
        crypto_sign_detached(b->evidence.signature, NULL, b->bytes, HE_EVIDENCE_SIGNED, b->secret);
    he_evidence_write(b->bytes, &b->evidence);
}

/* Good evidence of a process enclave, and a policy that trusts it. */
static void set_up(bench *b)
{
    memset(b, 0, sizeof *b);
    cr_assert_geq(sodium_init(), 0);
    he_evidence *e = &b->evidence;
    crypto_sign_keypair(e->platform, b->secret);
    randombytes_buf(b->report_data, sizeof b->report_data);
    randombytes_buf(e->measurement, sizeof e->measurement);
    randombytes_buf(e->signer, sizeof e->signer);
    randombytes_buf(e->config_hash, sizeof e->config_hash);
    memcpy(e->report_data, b->report_data, sizeof e->report_data);
    e->backend = HE_BACKEND_PROCESS;
    e->root = HE_ROOT_SOFTWARE;
    e->product = 3;
    e->svn = 5;
    e->boots = 7;
    e->time = NOW;
    sign(b);
    he_assert_ok(he_policy_create(&b->policy));
    he_assert_ok(he_policy_allow_measurement(b->policy, e->measurement));
    he_assert_ok(he_policy_allow_platform(b->policy, e->platform));
    he_assert_ok(he_appraisal_create(&b->appraisal));
}

static void tear_down(bench *b)
{
    he_policy_destroy(b->policy);
    he_appraisal_destroy(b->appraisal);
}

static he_status appraise(bench *b)
{
    return he_evidence_appraise(b->appraisal, b->bytes, HE_EVIDENCE_BYTES, b->report_data,
                                b->policy, NOW);
}

/* Refused for this reason; the sentence is the reason's line. */
static void refused(bench *b, he_check reason, he_status status)
{
    he_status got = appraise(b);
    cr_assert_eq(got, status, "%s gave %d: %s", he_check_name(reason), (int)got, he_last_error());
    cr_assert_not(he_appraisal_trusted(b->appraisal));
    cr_assert_eq(he_appraisal_reason(b->appraisal), reason, "%s, not %s", he_last_error(),
                 he_check_name(reason));
    cr_assert_eq(he_appraisal_trust(b->appraisal), HE_TRUST_NOTHING);
    cr_assert(he_test_contains(he_last_error(), he_check_name(reason)), "%s", he_last_error());
    size_t failed = 0;
    for (size_t i = 0; i < he_appraisal_line_count(b->appraisal); i++) {
        he_check check;
        bool passed;
        const char *line = he_appraisal_line(b->appraisal, i, &check, &passed);
        cr_assert(strlen(line) > 0);
        failed += !passed;
        if (check == reason)
            cr_assert_not(passed);
    }
    cr_assert_geq(failed, 1);
}

static void accepted(bench *b, he_trust trust)
{
    he_assert_ok(appraise(b));
    cr_assert(he_appraisal_trusted(b->appraisal));
    cr_assert_eq(he_appraisal_reason(b->appraisal), HE_CHECK_NONE);
    cr_assert_eq(he_appraisal_trust(b->appraisal), trust);
    for (size_t i = 0; i < he_appraisal_line_count(b->appraisal); i++) {
        bool passed;
        cr_assert_gt(strlen(he_appraisal_line(b->appraisal, i, NULL, &passed)), 0);
        cr_assert(passed);
    }
}

Test(evidence, fields_come_back)
{
    bench b;
    set_up(&b);
    he_evidence back = {0};
    const char *why;
    cr_assert_eq(he_evidence_read(&back, b.bytes, HE_EVIDENCE_BYTES, &why), HE_CHECK_NONE);
    uint8_t again[HE_EVIDENCE_BYTES];
    he_evidence_write(again, &back);
    cr_assert_arr_eq(again, b.bytes, sizeof again);
    cr_assert_eq(back.boots, 7);
    cr_assert_eq(back.svn, 5);
    tear_down(&b);
}

Test(evidence, good_evidence_is_trusted_with_a_line_for_each_check)
{
    bench b;
    set_up(&b);
    accepted(&b, HE_TRUST_PROCESS);
    cr_assert_eq(he_appraisal_line_count(b.appraisal), 13);
    cr_assert_eq(he_appraisal_root(b.appraisal), HE_ROOT_SOFTWARE);
    cr_assert_eq(he_appraisal_backend(b.appraisal), HE_BACKEND_PROCESS);
    cr_assert_eq(he_appraisal_flags(b.appraisal), 0);
    cr_assert_arr_eq(he_appraisal_measurement(b.appraisal), b.evidence.measurement, 32);
    cr_assert_str_empty(he_appraisal_line(b.appraisal, 13, NULL, NULL));
    b.evidence.backend = HE_BACKEND_KVM;
    sign(&b);
    accepted(&b, HE_TRUST_KVM);
    tear_down(&b);
}

Test(evidence, every_truncation_and_every_flipped_bit_is_refused)
{
    bench b;
    set_up(&b);
    uint8_t good[HE_EVIDENCE_BYTES];
    memcpy(good, b.bytes, sizeof good);
    /* everything that a flag could be refused for is allowed: the signature must hold alone */
    he_assert_ok(he_policy_allow(b.policy, HE_EVIDENCE_FLAGS));
    he_assert_ok(he_policy_set_root(b.policy, HE_ROOT_NONE));
    accepted(&b, HE_TRUST_PROCESS);
    for (size_t bit = 0; bit < 8 * sizeof good; bit++) {
        b.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        he_status status = appraise(&b);
        cr_assert(status == HE_ERR_EVIDENCE || status == HE_ERR_UNTRUSTED, "bit %zu: %d", bit,
                  (int)status);
        cr_assert_not(he_appraisal_trusted(b.appraisal));
        cr_assert_eq(he_appraisal_trust(b.appraisal), HE_TRUST_NOTHING);
        b.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    cr_assert_arr_eq(b.bytes, good, sizeof good);
    for (size_t n = 0; n < sizeof good; n++) {
        uint8_t *exact = malloc(n + (n == 0)); /* its end is the end of the block, for asan */
        memcpy(exact, good, n);
        he_assert_fails(he_evidence_appraise(b.appraisal, exact, n, b.report_data, b.policy, NOW),
                        HE_ERR_EVIDENCE, "format");
        free(exact);
    }
    for (size_t more = 1; more <= 64; more++)
        he_assert_fails(he_evidence_appraise(b.appraisal, b.bytes, sizeof good + more,
                                             b.report_data, b.policy, NOW),
                        HE_ERR_EVIDENCE, "after the end");
    accepted(&b, HE_TRUST_PROCESS);
    tear_down(&b);
}

Test(evidence, what_a_new_policy_refuses)
{
    bench b;
    set_up(&b);
    b.evidence.flags = HE_ENCLAVE_DEBUG;
    sign(&b);
    refused(&b, HE_CHECK_DEBUG, HE_ERR_EVIDENCE);
    he_assert_ok(he_policy_allow(b.policy, HE_ENCLAVE_DEBUG));
    accepted(&b, HE_TRUST_DEBUG);

    b.evidence.flags = HE_ENCLAVE_SAME_UID;
    sign(&b);
    refused(&b, HE_CHECK_SAME_UID, HE_ERR_EVIDENCE);
    he_assert_ok(he_policy_allow(b.policy, HE_ENCLAVE_SAME_UID));
    accepted(&b, HE_TRUST_SAME_UID);
    cr_assert(he_test_contains(he_trust_sentence(HE_TRUST_SAME_UID), "easurement not trusted"));
    tear_down(&b);
}

Test(evidence, simulated_evidence_is_unsigned_and_refused)
{
    bench b;
    set_up(&b);
    b.evidence.backend = HE_BACKEND_SIM;
    b.evidence.root = HE_ROOT_NONE;
    b.evidence.flags = HE_ENCLAVE_SIMULATED;
    memset(b.evidence.platform, 0, sizeof b.evidence.platform);
    memset(b.evidence.signature, 0, sizeof b.evidence.signature);
    sign(&b);
    refused(&b, HE_CHECK_SIMULATED, HE_ERR_EVIDENCE);
    he_assert_ok(he_policy_allow(b.policy, HE_ENCLAVE_SIMULATED));
    refused(&b, HE_CHECK_ROOT, HE_ERR_EVIDENCE);
    he_assert_ok(he_policy_set_root(b.policy, HE_ROOT_NONE));
    accepted(&b, HE_TRUST_SIM);
    cr_assert_eq(he_appraisal_root(b.appraisal), HE_ROOT_NONE);
    tear_down(&b);
}

Test(evidence, the_other_flags_are_printed_and_refused_on_request)
{
    static const struct {
        uint32_t flag;
        he_check check;
    } facts[] = {
        {HE_ENCLAVE_NO_SECRET_MEM, HE_CHECK_SECRET_MEM},
        {HE_ENCLAVE_HOST_MAPPED, HE_CHECK_HOST_MAPPED},
        {HE_ENCLAVE_NO_SECCOMP, HE_CHECK_SECCOMP},
        {HE_ENCLAVE_KEY_UNLOCKED, HE_CHECK_KEY_LOCKED},
    };
    for (size_t i = 0; i < 4; i++) {
        bench b;
        set_up(&b);
        b.evidence.flags = facts[i].flag;
        sign(&b);
        accepted(&b, HE_TRUST_PROCESS);
        cr_assert_eq(he_appraisal_flags(b.appraisal), facts[i].flag);
        he_assert_ok(he_policy_refuse(b.policy, facts[i].flag));
        refused(&b, facts[i].check, HE_ERR_EVIDENCE);
        tear_down(&b);
    }
}

Test(evidence, keys_measurements_and_signatures)
{
    bench b, other;
    set_up(&b);
    set_up(&other);
    /* signed by a platform that is not pinned */
    memcpy(b.secret, other.secret, sizeof b.secret);
    memcpy(b.evidence.platform, other.evidence.platform, 32);
    sign(&b);
    refused(&b, HE_CHECK_PLATFORM, HE_ERR_UNTRUSTED);
    cr_assert_eq(he_appraisal_root(b.appraisal), HE_ROOT_NONE);
    tear_down(&b);

    set_up(&b); /* the pinned key's name under another key's signature */
    memcpy(b.secret, other.secret, sizeof b.secret);
    sign(&b);
    refused(&b, HE_CHECK_SIGNATURE, HE_ERR_EVIDENCE);
    tear_down(&b);

    set_up(&b);
    b.evidence.measurement[31] ^= 1;
    sign(&b);
    refused(&b, HE_CHECK_MEASUREMENT, HE_ERR_UNTRUSTED);
    tear_down(&b);

    set_up(&b);
    b.report_data[63] ^= 0x80;
    refused(&b, HE_CHECK_REPORT_DATA, HE_ERR_EVIDENCE);
    tear_down(&b);

    set_up(&b);
    he_assert_ok(he_policy_set_root(b.policy, HE_ROOT_HARDWARE));
    refused(&b, HE_CHECK_ROOT, HE_ERR_EVIDENCE);
    tear_down(&b);
    tear_down(&other);
}

Test(evidence, signers_products_and_versions)
{
    bench b;
    set_up(&b);
    he_policy_destroy(b.policy);
    he_assert_ok(he_policy_create(&b.policy));
    refused(&b, HE_CHECK_PLATFORM, HE_ERR_UNTRUSTED); /* a new policy trusts nothing */
    he_assert_ok(he_policy_allow_platform(b.policy, b.evidence.platform));
    refused(&b, HE_CHECK_MEASUREMENT, HE_ERR_UNTRUSTED);
    he_assert_ok(he_policy_allow_signer(b.policy, b.evidence.signer, 3, 6)); /* svn too low */
    he_assert_ok(he_policy_allow_signer(b.policy, b.evidence.signer, 2, 0)); /* other product */
    he_assert_ok(he_policy_allow_signer(b.policy, b.evidence.measurement, 3, 0));
    refused(&b, HE_CHECK_MEASUREMENT, HE_ERR_UNTRUSTED);
    he_assert_ok(he_policy_allow_signer(b.policy, b.evidence.signer, 3, 5));
    accepted(&b, HE_TRUST_PROCESS);
    /* no signer is not the zero signer */
    uint8_t zero[32] = {0};
    he_assert_ok(he_policy_allow_signer(b.policy, zero, 0, 0));
    memset(b.evidence.signer, 0, 32);
    b.evidence.product = b.evidence.svn = 0;
    sign(&b);
    refused(&b, HE_CHECK_MEASUREMENT, HE_ERR_UNTRUSTED);
    tear_down(&b);
}

Test(evidence, no_policy_trusts_nothing)
{
    bench b;
    set_up(&b);
    he_assert_fails(
        he_evidence_appraise(b.appraisal, b.bytes, HE_EVIDENCE_BYTES, b.report_data, NULL, NOW),
        HE_ERR_UNTRUSTED, "pins none");
    tear_down(&b);
}

Test(evidence, age_counts_where_the_policy_says_so)
{
    bench b;
    set_up(&b);
    he_assert_ok(he_policy_set_max_age(b.policy, 60));
    static const int apart[] = {0, 60, -60, 61, -61};
    for (size_t i = 0; i < 5; i++) {
        b.evidence.time = (uint64_t)(NOW + apart[i]);
        sign(&b);
        if (i < 3)
            accepted(&b, HE_TRUST_PROCESS);
        else
            refused(&b, HE_CHECK_AGE, HE_ERR_EVIDENCE);
    }
    cr_assert_eq(
        he_evidence_appraise(b.appraisal, b.bytes, HE_EVIDENCE_BYTES, b.report_data, b.policy, -1),
        HE_ERR_EVIDENCE);
    tear_down(&b);
}

Test(evidence, unknown_and_contradictory_fields)
{
    static const struct {
        uint16_t backend, root;
        uint32_t flags;
        he_check check;
    } cases[] = {
        {HE_BACKEND_AUTO, HE_ROOT_SOFTWARE, 0, HE_CHECK_FORMAT},
        {4, HE_ROOT_SOFTWARE, 0, HE_CHECK_FORMAT},
        {HE_BACKEND_PROCESS, 3, 0, HE_CHECK_FORMAT},
        {HE_BACKEND_PROCESS, HE_ROOT_HARDWARE, 0, HE_CHECK_FORMAT}, /* no outer evidence */
        {HE_BACKEND_PROCESS, HE_ROOT_NONE, 0, HE_CHECK_FORMAT},
        {HE_BACKEND_PROCESS, HE_ROOT_SOFTWARE, HE_ENCLAVE_SIMULATED, HE_CHECK_FORMAT},
        {HE_BACKEND_SIM, HE_ROOT_SOFTWARE, HE_ENCLAVE_SIMULATED, HE_CHECK_FORMAT},
        {HE_BACKEND_SIM, HE_ROOT_NONE, 0, HE_CHECK_FORMAT},
        {HE_BACKEND_SIM, HE_ROOT_NONE, HE_ENCLAVE_SIMULATED, HE_CHECK_FORMAT}, /* but signed */
        {HE_BACKEND_PROCESS, HE_ROOT_SOFTWARE, 1u << 7, HE_CHECK_FLAGS},
        {HE_BACKEND_PROCESS, HE_ROOT_SOFTWARE, 1u << 31, HE_CHECK_FLAGS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench b;
        set_up(&b);
        he_assert_ok(he_policy_allow(b.policy, HE_EVIDENCE_FLAGS));
        he_assert_ok(he_policy_set_root(b.policy, HE_ROOT_NONE));
        b.evidence.backend = cases[i].backend;
        b.evidence.root = cases[i].root;
        b.evidence.flags = cases[i].flags;
        sign(&b);
        refused(&b, cases[i].check, HE_ERR_EVIDENCE);
        cr_assert_eq(he_appraisal_line_count(b.appraisal), 1, "nothing after bytes without sense");
        tear_down(&b);
    }
    bench b;
    set_up(&b);
    memset(b.evidence.signer, 0, 32); /* product and svn stay */
    sign(&b);
    refused(&b, HE_CHECK_FORMAT, HE_ERR_EVIDENCE);
    sign(&b);
    he_store16(b.bytes + 4, 2);
    refused(&b, HE_CHECK_VERSION, HE_ERR_EVIDENCE);
    tear_down(&b);
}

/* Outer evidence: read strictly, and refused because nobody here can verify it. */
Test(evidence, outer_evidence)
{
    bench b;
    set_up(&b);
    b.evidence.root = HE_ROOT_HARDWARE;
    b.evidence.outer_count = 1;
    sign(&b);
    uint8_t *p = b.bytes + HE_EVIDENCE_BYTES;
    const size_t whole = HE_EVIDENCE_BYTES + 2 + 4 + 5 + 4 + 3;
    he_store16(p, 1);
    he_store32(p + 2, 5);
    memcpy(p + 6, "quote", 5);
    he_store32(p + 11, 3);
    memcpy(p + 15, "pem", 3);
    he_assert_fails(he_evidence_appraise(b.appraisal, b.bytes, whole, b.report_data, b.policy, NOW),
                    HE_ERR_EVIDENCE, "cannot verify");
    cr_assert_eq(he_appraisal_reason(b.appraisal), HE_CHECK_HARDWARE);
    for (size_t n = HE_EVIDENCE_BYTES; n < whole; n++)
        he_assert_fails(he_evidence_appraise(b.appraisal, b.bytes, n, b.report_data, b.policy, NOW),
                        HE_ERR_EVIDENCE, "is cut");
    he_assert_fails(
        he_evidence_appraise(b.appraisal, b.bytes, whole + 1, b.report_data, b.policy, NOW),
        HE_ERR_EVIDENCE, "after the end");
    he_store16(p, 4);
    he_assert_fails(he_evidence_appraise(b.appraisal, b.bytes, whole, b.report_data, b.policy, NOW),
                    HE_ERR_EVIDENCE, "unknown type");
    he_store16(p, 1);
    he_store32(p + 2, UINT32_MAX);
    he_assert_fails(he_evidence_appraise(b.appraisal, b.bytes, whole, b.report_data, b.policy, NOW),
                    HE_ERR_EVIDENCE, "is cut");
    uint8_t *large = calloc(HE_EVIDENCE_BYTES_MAX + 1, 1);
    memcpy(large, b.bytes, HE_EVIDENCE_BYTES);
    he_assert_fails(he_evidence_appraise(b.appraisal, large, HE_EVIDENCE_BYTES_MAX + 1,
                                         b.report_data, b.policy, NOW),
                    HE_ERR_EVIDENCE, "too long");
    free(large);
    tear_down(&b);
}

Test(evidence, arguments)
{
    bench b;
    set_up(&b);
    he_assert_fails(he_evidence_appraise(NULL, b.bytes, 1, b.report_data, b.policy, 0), HE_ERR_NULL,
                    "appraisal");
    he_assert_fails(he_evidence_appraise(b.appraisal, NULL, 1, b.report_data, b.policy, 0),
                    HE_ERR_NULL, "evidence");
    he_assert_fails(he_evidence_appraise(b.appraisal, b.bytes, 1, NULL, b.policy, 0), HE_ERR_NULL,
                    "report_data");
    he_assert_fails(he_policy_create(NULL), HE_ERR_NULL, "policy");
    he_assert_fails(he_appraisal_create(NULL), HE_ERR_NULL, "appraisal");
    he_assert_fails(he_policy_allow_measurement(b.policy, NULL), HE_ERR_NULL, "measurement");
    he_assert_fails(he_policy_allow_platform(b.policy, NULL), HE_ERR_NULL, "key");
    he_assert_fails(he_policy_allow_signer(b.policy, NULL, 0, 0), HE_ERR_NULL, "signer");
    he_assert_fails(he_policy_set_root(b.policy, (he_root_of_trust)3), HE_ERR_ARGUMENT, "3");
    he_assert_fails(he_policy_allow(b.policy, 0x80), HE_ERR_ARGUMENT, "0x80");
    he_assert_fails(he_policy_refuse(b.policy, 0x100), HE_ERR_ARGUMENT, "0x100");
    he_assert_fails(he_policy_set_padding(b.policy, 65537), HE_ERR_ARGUMENT, "65537");
    for (int i = 1; i < HE_POLICY_MAX; i++) {
        he_assert_ok(he_policy_allow_measurement(b.policy, b.report_data));
        he_assert_ok(he_policy_allow_platform(b.policy, b.report_data));
    }
    for (int i = 0; i < HE_POLICY_MAX; i++)
        he_assert_ok(he_policy_allow_signer(b.policy, b.report_data, 0, 0));
    he_assert_fails(he_policy_allow_measurement(b.policy, b.report_data), HE_ERR_ARGUMENT, "32");
    he_assert_fails(he_policy_allow_platform(b.policy, b.report_data), HE_ERR_ARGUMENT, "32");
    he_assert_fails(he_policy_allow_signer(b.policy, b.report_data, 0, 0), HE_ERR_ARGUMENT, "32");
    cr_assert_eq(he_appraisal_root(NULL), HE_ROOT_NONE);
    cr_assert_not(he_appraisal_trusted(b.appraisal), "an appraisal that was not made");
    tear_down(&b);
    he_test_fail_allocation(1);
    he_assert_fails(he_policy_create(&b.policy), HE_ERR_MEMORY, "memory");
    he_test_fail_allocation(1);
    he_assert_fails(he_appraisal_create(&b.appraisal), HE_ERR_MEMORY, "memory");
    he_test_fail_allocation(0);
    he_policy_destroy(NULL);
    he_appraisal_destroy(NULL);
}

Test(evidence, every_enumerator_has_words)
{
    for (int i = HE_CHECK_NONE; i <= HE_CHECK_HARDWARE; i++)
        cr_assert_str_neq(he_check_name((he_check)i), "unknown");
    for (int i = HE_TRUST_NOTHING; i <= HE_TRUST_DEBUG; i++)
        cr_assert_gt(strlen(he_trust_sentence((he_trust)i)), 30);
    for (int i = HE_BACKEND_AUTO; i <= HE_BACKEND_SIM; i++)
        cr_assert_str_neq(he_backend_name((he_backend)i), "unknown");
    for (int i = HE_ROOT_NONE; i <= HE_ROOT_HARDWARE; i++)
        cr_assert_str_neq(he_root_name((he_root_of_trust)i), "unknown");
    cr_assert_str_eq(he_check_name((he_check)99), "unknown");
    cr_assert_str_eq(he_trust_sentence((he_trust)99), "unknown");
    cr_assert_str_eq(he_backend_name((he_backend)99), "unknown");
    cr_assert_str_eq(he_root_name((he_root_of_trust)99), "unknown");
}
