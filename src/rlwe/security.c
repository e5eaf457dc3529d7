/* SPDX-License-Identifier: MIT */
/* The security tables, and the exact check of log2(QP) against them.
 *
 * 2024: Bossuat et al., "Security Guidelines for Implementing Homomorphic Encryption", ePrint
 * 2024/463, table 5.2, classical, uniform ternary secrets.  2018: Albrecht et al., "Homomorphic
 * Encryption Security Standard", with the two largest degrees that OpenFHE added later. */
#include "math/bigint.h"
#include "rlwe/rlwe.h"

#define DEGREES 8 /* 2^10 … 2^17 */

static const uint16_t max_bits[][DEGREES] = {
    [HE_SEC_128_2024] = {26, 53, 106, 214, 430, 868, 1747, 3523},
    [HE_SEC_192_2024] = {0, 36, 73, 147, 297, 597, 1199, 2411},
    [HE_SEC_256_2024] = {0, 27, 56, 114, 230, 462, 929, 1866},
    [HE_SEC_128_2018] = {27, 54, 109, 218, 438, 881, 1747, 3523},
};

unsigned he_security_max_bits(he_security security, uint32_t n)
{
    if ((unsigned)security >= sizeof max_bits / sizeof max_bits[0])
        return 0;
    for (unsigned i = 0; i < DEGREES; i++) {
        if (n == HE_MIN_N << i)
            return max_bits[security][i];
    }
    return 0;
}

const char *he_security_name(he_security security)
{
    switch (security) {
    case HE_SEC_128_2024:
        return "128-bit (2024)";
    case HE_SEC_192_2024:
        return "192-bit (2024)";
    case HE_SEC_256_2024:
        return "256-bit (2024)";
    case HE_SEC_128_2018:
        return "128-bit (2018)";
    case HE_SEC_NONE:
        return "none";
    }
    return "unknown";
}

/* Every published polynomial lives modulo a divisor of QP, so QP is what counts.  Secure means
 * QP < 2^cap for the cap of the table; the product itself is compared, not a sum of sizes. */
he_status he_params_check_security(const he_params *p)
{
    if (p->security == HE_SEC_NONE)
        return HE_OK;
    unsigned cap = he_security_max_bits(p->security, p->n);
    if (cap == 0)
        return he_fail(HE_ERR_INSECURE, "he_params: n = %u has no entry for %s: choose a larger n",
                       p->n, he_security_name(p->security));
    uint64_t primes[HE_MAX_DATA_PRIMES + HE_MAX_SPECIAL_PRIMES];
    size_t count = 0;
    for (size_t i = 0; i < HE_MAX_DATA_PRIMES && p->data_primes[i] != 0; i++)
        primes[count++] = p->data_primes[i];
    for (size_t i = 0; i < HE_MAX_SPECIAL_PRIMES && p->special_primes[i] != 0; i++)
        primes[count++] = p->special_primes[i];
    mpz_t product;
    mpz_init(product);
    he_big_product(product, primes, count);
    size_t bits = he_big_bits(product);
    double log_qp = he_big_log2(product);
    mpz_clear(product);
    if (bits > cap)
        return he_fail(HE_ERR_INSECURE,
                       "he_params: log2(QP) is %.2f, %s allows %u for n = %u: fewer or smaller "
                       "primes, or a larger n",
                       log_qp, he_security_name(p->security), cap, p->n);
    return HE_OK;
}
