/* SPDX-License-Identifier: MIT */
/* Policies: lists of what is allowed, and nothing in them at first. */
#include "enclave/policy.h"

#include "core/memory.h"
#include "core/status.h"
#include "enclave/evidence.h"
#include <string.h>

void he_policy_reset(he_policy *p)
{
    memset(p, 0, sizeof *p);
    p->root = HE_ROOT_SOFTWARE;
    p->allowed = HE_ENCLAVE_NO_SECRET_MEM | HE_ENCLAVE_HOST_MAPPED | HE_ENCLAVE_NO_SECCOMP |
                 HE_ENCLAVE_KEY_UNLOCKED;
}

he_status he_policy_create(he_policy **policy)
{
    HE_REQUIRE_PTR(policy);
    he_policy *p = he_alloc(1, sizeof *p);
    if (p == NULL)
        return he_fail(HE_ERR_MEMORY, "he_policy_create: no memory");
    he_policy_reset(p);
    *policy = p;
    return HE_OK;
}

void he_policy_destroy(he_policy *p)
{
    he_free(p);
}

static he_status full(const char *function)
{
    return he_fail(HE_ERR_ARGUMENT, "%s: a policy holds at most %d of these", function,
                   HE_POLICY_MAX);
}

he_status he_policy_allow_measurement(he_policy *policy, const uint8_t *measurement)
{
    HE_REQUIRE_PTR(policy);
    HE_REQUIRE_PTR(measurement);
    if (policy->measurement_count == HE_POLICY_MAX)
        return full(__func__);
    memcpy(policy->measurements[policy->measurement_count++], measurement, HE_MEASUREMENT_BYTES);
    return HE_OK;
}

he_status he_policy_allow_signer(he_policy *policy, const uint8_t *signer, uint16_t product,
                                 uint16_t min_svn)
{
    HE_REQUIRE_PTR(policy);
    HE_REQUIRE_PTR(signer);
    if (policy->signer_count == HE_POLICY_MAX)
        return full(__func__);
    he_allowed_signer *s = &policy->signers[policy->signer_count++];
    memcpy(s->key, signer, sizeof s->key);
    s->product = product;
    s->min_svn = min_svn;
    return HE_OK;
}

he_status he_policy_allow_platform(he_policy *policy, const uint8_t *key)
{
    HE_REQUIRE_PTR(policy);
    HE_REQUIRE_PTR(key);
    if (policy->platform_count == HE_POLICY_MAX)
        return full(__func__);
    memcpy(policy->platforms[policy->platform_count++], key, HE_PLATFORM_KEY_BYTES);
    return HE_OK;
}

he_status he_policy_set_root(he_policy *policy, he_root_of_trust least)
{
    HE_REQUIRE_PTR(policy);
    if (least != HE_ROOT_NONE && least != HE_ROOT_SOFTWARE && least != HE_ROOT_HARDWARE)
        return he_fail(HE_ERR_ARGUMENT, "he_policy_set_root: %d is no root of trust", (int)least);
    policy->root = least;
    return HE_OK;
}

static he_status check_flags(const char *function, uint32_t flags)
{
    if ((flags & ~HE_EVIDENCE_FLAGS) != 0)
        return he_fail(HE_ERR_ARGUMENT, "%s: flags 0x%x hold an unknown bit", function, flags);
    return HE_OK;
}

he_status he_policy_allow(he_policy *policy, uint32_t flags)
{
    HE_REQUIRE_PTR(policy);
    HE_TRY(check_flags(__func__, flags));
    policy->allowed |= flags;
    return HE_OK;
}

he_status he_policy_refuse(he_policy *policy, uint32_t flags)
{
    HE_REQUIRE_PTR(policy);
    HE_TRY(check_flags(__func__, flags));
    policy->allowed &= ~flags;
    return HE_OK;
}

he_status he_policy_set_max_age(he_policy *policy, uint32_t seconds)
{
    HE_REQUIRE_PTR(policy);
    policy->max_age = seconds;
    return HE_OK;
}

he_status he_policy_set_padding(he_policy *policy, uint32_t step)
{
    HE_REQUIRE_PTR(policy);
    if (step > HE_PADDING_MAX)
        return he_fail(HE_ERR_ARGUMENT, "he_policy_set_padding: step is %u, at most %u", step,
                       HE_PADDING_MAX);
    policy->padding = step;
    return HE_OK;
}
