/* SPDX-License-Identifier: MIT */
/* Appraisal in the sense of RFC 9334: evidence and a policy in, a verdict with one line for each
 * check out.  It fails closed: every check must pass, and bytes that cannot be read end it. */
#include "enclave/appraise.h"

#include "core/memory.h"
#include "core/status.h"
#include "enclave/evidence.h"
#include "enclave/policy.h"
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES 160

typedef struct line {
    he_check check;
    bool passed;
    char text[LINE_BYTES];
} line;

struct he_appraisal {
    bool complete; /* an appraisal was made and came to its end */
    he_check reason;
    he_root_of_trust root;
    he_backend backend;
    uint32_t flags;
    uint8_t measurement[HE_MEASUREMENT_BYTES];
    size_t count;
    line lines[HE_CHECK_HARDWARE + 1];
};

he_status he_appraisal_create(he_appraisal **appraisal)
{
    HE_REQUIRE_PTR(appraisal);
    he_appraisal *a = he_alloc(1, sizeof *a);
    if (a == NULL)
        return he_fail(HE_ERR_MEMORY, "he_appraisal_create: no memory");
    *appraisal = a;
    return HE_OK;
}

void he_appraisal_destroy(he_appraisal *a)
{
    he_free(a);
}

void he_appraisal_reset(he_appraisal *a)
{
    memset(a, 0, sizeof *a);
}

static void HE_PRINTF(4, 5)
    add(he_appraisal *a, he_check check, bool passed, const char *format, ...)
{
    line *l = &a->lines[a->count++];
    l->check = check;
    l->passed = passed;
    va_list args;
    va_start(args, format);
    vsnprintf(l->text, sizeof l->text, format, args);
    va_end(args);
    if (!passed && a->reason == HE_CHECK_NONE)
        a->reason = check;
}

/* "1f2e3d4c…", enough to compare by eye; text holds 20 bytes. */
static const char *short_hex(char text[20], const uint8_t *bytes)
{
    for (size_t i = 0; i < 8; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return text;
}

static void check_fact(he_appraisal *a, const he_policy *p, he_check check, uint32_t flag,
                       const char *name, const char *when_set, const char *when_clear)
{
    bool set = (a->flags & flag) != 0, allowed = (p->allowed & flag) != 0;
    add(a, check, !set || allowed, "%s: %s%s", name, set ? when_set : when_clear,
        !set      ? ""
        : allowed ? " (the policy allows it)"
                  : " (the policy refuses it)");
}

/* Whether the platform's signature holds and its key is pinned: then root counts. */
static void check_platform(he_appraisal *a, const he_policy *p, const uint8_t *bytes,
                           const he_evidence *e)
{
    char hex[20];
    if (e->root == HE_ROOT_NONE) {
        /* only simulated evidence is unsigned, and its own check decides whether that will do */
        bool allowed = (p->allowed & HE_ENCLAVE_SIMULATED) != 0;
        add(a, HE_CHECK_SIGNATURE, allowed, "signature: none, as simulated evidence has none");
        return;
    }
    bool holds = he_evidence_signature_holds(bytes, e);
    add(a, HE_CHECK_SIGNATURE, holds, "signature: %s", holds ? "holds" : "does not hold");
    bool pinned = false;
    for (size_t i = 0; i < p->platform_count; i++)
        pinned = pinned || memcmp(p->platforms[i], e->platform, sizeof e->platform) == 0;
    add(a, HE_CHECK_PLATFORM, pinned, "platform key: %s is %s", short_hex(hex, e->platform),
        pinned                   ? "pinned"
        : p->platform_count == 0 ? "not pinned; the policy pins none"
                                 : "not one of those that the policy pins");
    if (holds && pinned)
        a->root = HE_ROOT_SOFTWARE;
}

static void check_measurement(he_appraisal *a, const he_policy *p, const he_evidence *e)
{
    char hex[20], signer[20];
    for (size_t i = 0; i < p->measurement_count; i++)
        if (memcmp(p->measurements[i], e->measurement, sizeof e->measurement) == 0) {
            add(a, HE_CHECK_MEASUREMENT, true, "measurement: %s is allowed",
                short_hex(hex, e->measurement));
            return;
        }
    bool signed_by = !sodium_is_zero(e->signer, sizeof e->signer);
    for (size_t i = 0; signed_by && i < p->signer_count; i++) {
        const he_allowed_signer *s = &p->signers[i];
        if (memcmp(s->key, e->signer, sizeof e->signer) == 0 && s->product == e->product &&
            s->min_svn <= e->svn) {
            add(a, HE_CHECK_MEASUREMENT, true,
                "measurement: %s is product %u, svn %u, of the allowed signer %s",
                short_hex(hex, e->measurement), e->product, e->svn, short_hex(signer, e->signer));
            return;
        }
    }
    if (signed_by)
        add(a, HE_CHECK_MEASUREMENT, false,
            "measurement: %s, signer %s, product %u, svn %u, is not allowed",
            short_hex(hex, e->measurement), short_hex(signer, e->signer), e->product, e->svn);
    else
        add(a, HE_CHECK_MEASUREMENT, false, "measurement: %s is not allowed, and has no signer",
            short_hex(hex, e->measurement));
}

static void check_age(he_appraisal *a, const he_policy *p, const he_evidence *e, int64_t now)
{
    if (p->max_age == 0)
        return;
    uint64_t here = now < 0 ? 0 : (uint64_t)now;
    uint64_t apart = here > e->time ? here - e->time : e->time - here;
    add(a, HE_CHECK_AGE, apart <= p->max_age, "age: %llu s from this clock, at most %u",
        (unsigned long long)apart, p->max_age);
}

static void make_checks(he_appraisal *a, const he_policy *p, const uint8_t *bytes,
                        const he_evidence *e, const uint8_t *report_data, int64_t now)
{
    add(a, HE_CHECK_FORMAT, true, "format: evidence of version %d, backend %s", HE_EVIDENCE_VERSION,
        he_backend_name(a->backend));
    check_fact(a, p, HE_CHECK_SIMULATED, HE_ENCLAVE_SIMULATED, "simulated", "yes", "no");
    check_platform(a, p, bytes, e);
    check_fact(a, p, HE_CHECK_DEBUG, HE_ENCLAVE_DEBUG, "debug", "on", "off");
    check_fact(a, p, HE_CHECK_SAME_UID, HE_ENCLAVE_SAME_UID, "launcher",
               "the enclave runs as the user who launched it", "another user than the enclave's");
    check_measurement(a, p, e);
    bool fresh = sodium_memcmp(e->report_data, report_data, sizeof e->report_data) == 0;
    add(a, HE_CHECK_REPORT_DATA, fresh, "report data: made for %s",
        fresh ? "this session" : "something else (stale or relayed)");
    add(a, HE_CHECK_ROOT, a->root >= p->root, "root of trust: %s; at least %s is asked for",
        he_root_name(a->root), he_root_name(p->root));
    check_fact(a, p, HE_CHECK_SECRET_MEM, HE_ENCLAVE_NO_SECRET_MEM, "session keys",
               "in ordinary memory", "in secret memory");
    check_fact(a, p, HE_CHECK_HOST_MAPPED, HE_ENCLAVE_HOST_MAPPED, "enclave memory",
               "mapped in a host process too", "mapped in the enclave only");
    check_fact(a, p, HE_CHECK_SECCOMP, HE_ENCLAVE_NO_SECCOMP, "system calls", "not filtered",
               "filtered");
    check_fact(a, p, HE_CHECK_KEY_LOCKED, HE_ENCLAVE_KEY_UNLOCKED, "platform key's place",
               "ordinary memory", "secret memory");
    check_age(a, p, e, now);
    if (e->outer_count != 0)
        add(a, HE_CHECK_HARDWARE, false,
            "hardware evidence: %u pieces, which this version cannot verify", e->outer_count);
}

he_status he_evidence_appraise(he_appraisal *appraisal, const void *evidence, size_t n,
                               const uint8_t *report_data, const he_policy *policy, int64_t now)
{
    HE_REQUIRE_PTR(appraisal);
    HE_REQUIRE_PTR(evidence);
    HE_REQUIRE_PTR(report_data);
    he_appraisal *a = appraisal;
    he_appraisal_reset(a);
    if (sodium_init() < 0)
        return he_fail(HE_ERR_ENTROPY, "he_evidence_appraise: libsodium does not start");
    he_policy nothing;
    if (policy == NULL) {
        he_policy_reset(&nothing);
        policy = &nothing;
    }
    he_evidence e = {0};
    const char *why = NULL;
    he_check failed = he_evidence_read(&e, evidence, n, &why);
    if (failed != HE_CHECK_NONE) {
        add(a, failed, false, "%s: %s", he_check_name(failed), why);
    } else {
        a->backend = (he_backend)e.backend;
        a->flags = e.flags;
        memcpy(a->measurement, e.measurement, sizeof a->measurement);
        make_checks(a, policy, evidence, &e, report_data, now);
    }
    a->complete = true;
    if (a->reason == HE_CHECK_NONE)
        return HE_OK;
    const char *text = "";
    for (size_t i = 0; i < a->count; i++)
        if (a->lines[i].check == a->reason && !a->lines[i].passed)
            text = a->lines[i].text;
    bool unknown = a->reason == HE_CHECK_MEASUREMENT || a->reason == HE_CHECK_PLATFORM;
    return he_fail(unknown ? HE_ERR_UNTRUSTED : HE_ERR_EVIDENCE, "evidence refused: %s", text);
}

bool he_appraisal_trusted(const he_appraisal *a)
{
    return a != NULL && a->complete && a->reason == HE_CHECK_NONE;
}

he_check he_appraisal_reason(const he_appraisal *a)
{
    return a == NULL ? HE_CHECK_NONE : a->reason;
}

he_root_of_trust he_appraisal_root(const he_appraisal *a)
{
    return a == NULL ? HE_ROOT_NONE : a->root;
}

he_backend he_appraisal_backend(const he_appraisal *a)
{
    return a == NULL ? HE_BACKEND_AUTO : a->backend;
}

uint32_t he_appraisal_flags(const he_appraisal *a)
{
    return a == NULL ? 0 : a->flags;
}

const uint8_t *he_appraisal_measurement(const he_appraisal *a)
{
    return a == NULL ? NULL : a->measurement;
}

size_t he_appraisal_line_count(const he_appraisal *a)
{
    return a == NULL ? 0 : a->count;
}

const char *he_appraisal_line(const he_appraisal *a, size_t i, he_check *check, bool *passed)
{
    if (a == NULL || i >= a->count)
        return "";
    if (check != NULL)
        *check = a->lines[i].check;
    if (passed != NULL)
        *passed = a->lines[i].passed;
    return a->lines[i].text;
}

he_trust he_appraisal_trust(const he_appraisal *a)
{
    if (!he_appraisal_trusted(a))
        return HE_TRUST_NOTHING;
    if (a->backend == HE_BACKEND_SIM)
        return HE_TRUST_SIM;
    if ((a->flags & HE_ENCLAVE_DEBUG) != 0)
        return HE_TRUST_DEBUG;
    if ((a->flags & HE_ENCLAVE_SAME_UID) != 0)
        return HE_TRUST_SAME_UID;
    return a->backend == HE_BACKEND_KVM ? HE_TRUST_KVM : HE_TRUST_PROCESS;
}
