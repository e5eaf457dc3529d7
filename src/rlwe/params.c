/* SPDX-License-Identifier: MIT */
/* The parameter literal: ranges, contradictions, and the way from asked-for or given parameters to
 * complete ones. */
#include "rlwe/params.h"

#include "math/prime.h"
#include "rlwe/rlwe.h"

size_t he_params_count_bits(const uint8_t *bits, size_t capacity)
{
    size_t count = 0;
    while (count < capacity && bits[count] != 0)
        count++;
    return count;
}

size_t he_params_count_primes(const uint64_t *primes, size_t capacity)
{
    size_t count = 0;
    while (count < capacity && primes[count] != 0)
        count++;
    return count;
}

/* Sizes in range, and nothing behind the 0 that ends them. */
static he_status validate_bits(const char *name, const uint8_t *bits, size_t capacity)
{
    size_t count = he_params_count_bits(bits, capacity);
    for (size_t i = 0; i < capacity; i++) {
        if (i > count && bits[i] != 0)
            return he_fail(HE_ERR_PARAMS, "he_params: %s[%zu] is %u, but %s[%zu] = 0 ends the list",
                           name, i, bits[i], name, count);
        if (bits[i] != 0 && (bits[i] < HE_MIN_PRIME_BITS || bits[i] > HE_MAX_PRIME_BITS))
            return he_fail(HE_ERR_PARAMS, "he_params: %s[%zu] is %u, must be %u to %u", name, i,
                           bits[i], HE_MIN_PRIME_BITS, HE_MAX_PRIME_BITS);
    }
    return HE_OK;
}

static he_status validate_prime_list(const char *name, const uint64_t *primes, size_t capacity,
                                     uint64_t step)
{
    size_t count = he_params_count_primes(primes, capacity);
    for (size_t i = 0; i < capacity; i++) {
        unsigned long long q = primes[i];
        if (i > count && q != 0)
            return he_fail(HE_ERR_PARAMS,
                           "he_params: %s[%zu] is %llu, but %s[%zu] = 0 ends the list", name, i, q,
                           name, count);
        if (q == 0)
            continue;
        unsigned bits = he_bit_length(q);
        if (bits < HE_MIN_PRIME_BITS || bits > HE_MAX_PRIME_BITS)
            return he_fail(HE_ERR_PARAMS, "he_params: %s[%zu] = %llu has %u bits, must be %u to %u",
                           name, i, q, bits, HE_MIN_PRIME_BITS, HE_MAX_PRIME_BITS);
        if (q % step != 1)
            return he_fail(HE_ERR_PARAMS, "he_params: %s[%zu] = %llu is not 1 mod 2n = %llu", name,
                           i, q, (unsigned long long)step);
        if (!he_prime_test(q))
            return he_fail(HE_ERR_PARAMS, "he_params: %s[%zu] = %llu is not prime", name, i, q);
    }
    return HE_OK;
}

/* No prime twice, in either list. */
static he_status validate_distinct(const he_params *p)
{
    uint64_t all[HE_MAX_DATA_PRIMES + HE_MAX_SPECIAL_PRIMES];
    size_t count = 0;
    for (size_t i = 0; i < HE_MAX_DATA_PRIMES && p->data_primes[i] != 0; i++)
        all[count++] = p->data_primes[i];
    for (size_t i = 0; i < HE_MAX_SPECIAL_PRIMES && p->special_primes[i] != 0; i++)
        all[count++] = p->special_primes[i];
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (all[i] == all[j])
                return he_fail(HE_ERR_PARAMS, "he_params: the prime %llu is given twice",
                               (unsigned long long)all[i]);
        }
    }
    return HE_OK;
}

static he_status validate_primes(const he_params *p)
{
    bool data = p->data_primes[0] != 0, special = p->special_primes[0] != 0;
    if (data && p->data_bits[0] != 0)
        return he_fail(HE_ERR_PARAMS, "he_params: data_bits and data_primes are both given");
    if (special && p->special_bits[0] != 0)
        return he_fail(HE_ERR_PARAMS, "he_params: special_bits and special_primes are both given");
    HE_TRY(validate_bits("data_bits", p->data_bits, HE_MAX_DATA_PRIMES));
    HE_TRY(validate_bits("special_bits", p->special_bits, HE_MAX_SPECIAL_PRIMES));
    bool given = data || p->data_bits[0] != 0;
    if ((special || p->special_bits[0] != 0) && !given)
        return he_fail(HE_ERR_PARAMS,
                       "he_params: special primes are given without data_bits or data_primes");
    if (given && p->n == 0)
        return he_fail(HE_ERR_PARAMS, "he_params: data primes are given, so n must be too");
    uint64_t step = 2 * (uint64_t)p->n;
    if (data)
        HE_TRY(validate_prime_list("data_primes", p->data_primes, HE_MAX_DATA_PRIMES, step));
    if (special)
        HE_TRY(
            validate_prime_list("special_primes", p->special_primes, HE_MAX_SPECIAL_PRIMES, step));
    HE_TRY(validate_distinct(p));
    size_t count = he_params_count_bits(p->special_bits, HE_MAX_SPECIAL_PRIMES) +
                   he_params_count_primes(p->special_primes, HE_MAX_SPECIAL_PRIMES);
    if (p->special_count > HE_MAX_SPECIAL_PRIMES)
        return he_fail(HE_ERR_PARAMS, "he_params: special_count is %u, must be at most %u",
                       p->special_count, HE_MAX_SPECIAL_PRIMES);
    if (count != 0 && p->special_count != 0 && p->special_count != count)
        return he_fail(HE_ERR_PARAMS,
                       "he_params: special_count is %u, but %zu special primes are given",
                       p->special_count, count);
    return HE_OK;
}

static he_status validate_bfv(const he_params *p)
{
    if (p->scale_bits != 0 || p->precision_bits != 0 || p->range_bits != 0 ||
        p->ckks_mode != HE_CKKS_CANONICAL)
        return he_fail(HE_ERR_PARAMS, "he_params: scale_bits, precision_bits, range_bits and "
                                      "ckks_mode belong to CKKS, the scheme is BFV");
    if (p->plain_modulus != 0 && p->plain_bits != 0)
        return he_fail(HE_ERR_PARAMS, "he_params: plain_modulus and plain_bits are both given");
    if (p->plain_modulus == 0 && p->plain_bits == 0)
        return he_fail(HE_ERR_PARAMS, "he_params: BFV needs plain_modulus or plain_bits");
    if (p->plain_modulus == 1 || p->plain_modulus > (uint64_t)1 << 60)
        return he_fail(HE_ERR_PARAMS, "he_params: plain_modulus is %llu, must be 2 to 2^60",
                       (unsigned long long)p->plain_modulus);
    if (p->plain_bits != 0 && (p->plain_bits < 12 || p->plain_bits > 60))
        return he_fail(HE_ERR_PARAMS, "he_params: plain_bits is %u, must be 12 to 60",
                       p->plain_bits);
    return HE_OK;
}

static he_status validate_ckks(const he_params *p)
{
    if (p->plain_modulus != 0 || p->plain_bits != 0)
        return he_fail(HE_ERR_PARAMS, "he_params: plain_modulus and plain_bits belong to BFV, the "
                                      "scheme is CKKS");
    if (p->ckks_mode != HE_CKKS_CANONICAL && p->ckks_mode != HE_CKKS_EXPLICIT)
        return he_fail(HE_ERR_PARAMS, "he_params: ckks_mode is %d, unknown", (int)p->ckks_mode);
    if (p->scale_bits != 0 &&
        (p->scale_bits < HE_MIN_PRIME_BITS || p->scale_bits > HE_MAX_SCALE_BITS))
        return he_fail(HE_ERR_PARAMS, "he_params: scale_bits is %u, must be %u to %u",
                       p->scale_bits, HE_MIN_PRIME_BITS, HE_MAX_SCALE_BITS);
    if (p->precision_bits > HE_MAX_SCALE_BITS)
        return he_fail(HE_ERR_PARAMS, "he_params: precision_bits is %u, must be at most %u",
                       p->precision_bits, HE_MAX_SCALE_BITS);
    if (p->range_bits > HE_MAX_SCALE_BITS)
        return he_fail(HE_ERR_PARAMS, "he_params: range_bits is %u, must be at most %u",
                       p->range_bits, HE_MAX_SCALE_BITS);
    return HE_OK;
}

he_status he_params_validate(const he_params *p)
{
    if (p->struct_size != sizeof *p)
        return he_fail(HE_ERR_PARAMS,
                       "he_params: struct_size is %zu, this library has %zu: start from "
                       "HE_PARAMS_INIT",
                       p->struct_size, sizeof *p);
    if (p->scheme != HE_SCHEME_BFV && p->scheme != HE_SCHEME_CKKS)
        return he_fail(HE_ERR_PARAMS, "he_params: scheme is %d, must be BFV or CKKS",
                       (int)p->scheme);
    if ((unsigned)p->security > HE_SEC_NONE)
        return he_fail(HE_ERR_PARAMS, "he_params: security is %d, unknown", (int)p->security);
    if ((unsigned)p->isa > HE_ISA_AVX512IFMA)
        return he_fail(HE_ERR_PARAMS, "he_params: isa is %d, unknown", (int)p->isa);
    if (p->n != 0 && (p->n < HE_MIN_N || p->n > HE_MAX_N || (p->n & (p->n - 1)) != 0))
        return he_fail(HE_ERR_PARAMS, "he_params: n is %u, must be a power of two from %u to %u",
                       p->n, HE_MIN_N, HE_MAX_N);
    if (p->slots > HE_MAX_N)
        return he_fail(HE_ERR_PARAMS, "he_params: slots is %u, must be at most %u", p->slots,
                       HE_MAX_N);
    if (p->depth >= HE_MAX_DATA_PRIMES)
        return he_fail(HE_ERR_PARAMS, "he_params: depth is %u, must be below %u", p->depth,
                       HE_MAX_DATA_PRIMES);
    HE_TRY(p->scheme == HE_SCHEME_BFV ? validate_bfv(p) : validate_ckks(p));
    return validate_primes(p);
}

he_status he_params_complete(he_params *p, double extra_bits)
{
    HE_TRY(he_params_validate(p));
    he_params done = *p;
    bool given = done.data_bits[0] != 0 || done.data_primes[0] != 0;
    if (given)
        HE_TRY(he_params_fill(&done));
    else
        HE_TRY(he_params_select(&done, extra_bits));
    HE_TRY(he_params_check_goal(&done, extra_bits));
    *p = done;
    return HE_OK;
}

uint32_t he_params_slots(const he_params *p)
{
    if (p->scheme == HE_SCHEME_CKKS)
        return p->n / 2;
    bool batching = p->plain_modulus % (2 * (uint64_t)p->n) == 1 && he_prime_test(p->plain_modulus);
    return batching ? p->n : 0;
}
