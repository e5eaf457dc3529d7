/* SPDX-License-Identifier: MIT */
/* Nodes on integers modulo t, elements centred: in (-t/2, t/2].  t is at most 2^60.
 *
 * Products are reduced by Barrett's method (Menezes, van Oorschot, Vanstone, Handbook of Applied
 * Cryptography, algorithm 14.42): a division would take a time that depends on the elements. */
#include "program/plain/plain.h"

#include <string.h>

typedef struct modulus {
    int64_t t;
    unsigned bits; /* 2^(bits-1) <= t < 2^bits, at most 61 */
    uint64_t mu;   /* floor(2^(2 bits) / t), at most 2^(bits+1) <= 2^62 */
} modulus;

static modulus make_modulus(uint64_t t)
{
    modulus m = {.t = (int64_t)t};
    while (t >> m.bits != 0)
        m.bits++;
    m.mu = (uint64_t)(((he_u128)1 << (2 * m.bits)) / t);
    return m;
}

/* All ones where x < 0, else 0. */
static int64_t mask_negative(int64_t x)
{
    return x >> 63;
}

/* x in (-3t/2, 3t/2) to (-t/2, t/2]. */
static int64_t centre(const modulus *m, int64_t x)
{
    x -= m->t & mask_negative(m->t / 2 - x);
    x += m->t & mask_negative(x + (m->t - 1) / 2);
    return x;
}

/* a b, both in [-t/2, t/2].  With a, b mapped to [0, t): x = a b < 2^(2 bits); the quotient is at
 * most 2 too small, so the remainder is below 3t < 2^62. */
static int64_t product(const modulus *m, int64_t a, int64_t b)
{
    const uint64_t u = (uint64_t)(a + (m->t & mask_negative(a)));
    const uint64_t v = (uint64_t)(b + (m->t & mask_negative(b)));
    const he_u128 x = (he_u128)u * v;
    const uint64_t high = (uint64_t)(x >> (m->bits - 1));
    const uint64_t quotient = (uint64_t)(((he_u128)high * m->mu) >> (m->bits + 1));
    int64_t r = (int64_t)((uint64_t)x - quotient * (uint64_t)m->t);
    r -= m->t & ~mask_negative(r - m->t);
    r -= m->t & ~mask_negative(r - m->t);
    return centre(m, r);
}

static void fill(int64_t *r, uint32_t size, int64_t value)
{
    for (uint32_t i = 0; i < size; i++)
        r[i] = value;
}

void he_plain_integer(const he_program *program, const he_node *node, void *result,
                      const void *first, const void *second)
{
    const modulus m = make_modulus(program->modulus);
    const uint32_t size = program->size;
    const he_word *words = he_node_words(program, node);
    int64_t *r = result, sum = 0;
    const int64_t *a = first, *b = second;
    switch ((he_op)node->op) {
    case HE_OP_SPLAT:
        fill(r, size, words[0].integer);
        break;
    case HE_OP_CONSTANT:
        for (uint32_t i = 0; i < node->words; i++)
            r[i] = words[i].integer;
        fill(r + node->words, size - node->words, 0);
        break;
    case HE_OP_ADD:
        for (uint32_t i = 0; i < size; i++)
            r[i] = centre(&m, a[i] + b[i]);
        break;
    case HE_OP_SUB:
        for (uint32_t i = 0; i < size; i++)
            r[i] = centre(&m, a[i] - b[i]);
        break;
    case HE_OP_MULTIPLY:
        for (uint32_t i = 0; i < size; i++)
            r[i] = product(&m, a[i], b[i]);
        break;
    case HE_OP_NEGATE:
        for (uint32_t i = 0; i < size; i++)
            r[i] = centre(&m, -a[i]);
        break;
    case HE_OP_ROTATE:
        memcpy(r, a + node->imm, (size - node->imm) * sizeof *r);
        memcpy(r + (size - node->imm), a, node->imm * sizeof *r);
        break;
    case HE_OP_SUM:
        for (uint32_t i = 0; i < size; i++)
            sum = centre(&m, sum + a[i]);
        fill(r, size, sum);
        break;
    case HE_OP_INPUT:
    case HE_OP_POLYNOMIAL: /* REAL only */
    case HE_OP_WITHIN:
    case HE_OP_END:
        break;
    }
}
