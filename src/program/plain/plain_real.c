/* SPDX-License-Identifier: MIT */
/* Nodes on doubles.  The order of every addition is written out here and nowhere else; the file is
 * compiled without contraction, so that an fma is one only where it says so. */
#include "program/plain/plain.h"

#include <math.h>
#include <string.h>

#define LANES 8

/* Element i goes to lane i mod 8; the lanes meet as ((0+4)+(2+6)) + ((1+5)+(3+7)), which is how
 * vectors of 2, 4 or 8 doubles are halved. */
static double sum(const double *a, uint32_t size)
{
    double lane[LANES] = {0};
    const uint32_t width = size < LANES ? size : LANES; /* the size is a power of two */
    for (uint32_t i = 0; i < size; i += width)
        for (uint32_t j = 0; j < width; j++)
            lane[j] += a[i + j];
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* Horner, from the leading coefficient down: one fma for each. */
static double horner(const he_word *c, uint32_t count, double x)
{
    double r = c[count - 1].real;
    for (uint32_t i = count - 1; i-- > 0;)
        r = fma(r, x, c[i].real);
    return r;
}

static void fill(double *r, uint32_t size, double value)
{
    for (uint32_t i = 0; i < size; i++)
        r[i] = value;
}

void he_plain_real(const he_program *program, const he_node *node, void *result, const void *first,
                   const void *second)
{
    const uint32_t size = program->size;
    const he_word *words = he_node_words(program, node);
    double *r = result;
    const double *a = first, *b = second;
    switch ((he_op)node->op) {
    case HE_OP_SPLAT:
        fill(r, size, words[0].real);
        break;
    case HE_OP_CONSTANT:
        for (uint32_t i = 0; i < node->words; i++)
            r[i] = words[i].real;
        fill(r + node->words, size - node->words, 0);
        break;
    case HE_OP_ADD:
        for (uint32_t i = 0; i < size; i++)
            r[i] = a[i] + b[i];
        break;
    case HE_OP_SUB:
        for (uint32_t i = 0; i < size; i++)
            r[i] = a[i] - b[i];
        break;
    case HE_OP_MULTIPLY:
        for (uint32_t i = 0; i < size; i++)
            r[i] = a[i] * b[i];
        break;
    case HE_OP_NEGATE:
        for (uint32_t i = 0; i < size; i++)
            r[i] = -a[i];
        break;
    case HE_OP_ROTATE:
        memcpy(r, a + node->imm, (size - node->imm) * sizeof *r);
        memcpy(r + (size - node->imm), a, node->imm * sizeof *r);
        break;
    case HE_OP_SUM:
        fill(r, size, sum(a, size));
        break;
    case HE_OP_POLYNOMIAL:
        for (uint32_t i = 0; i < size; i++)
            r[i] = horner(words, node->words, a[i]);
        break;
    case HE_OP_WITHIN: /* checked by the caller */
        memcpy(r, a, size * sizeof *r);
        break;
    case HE_OP_INPUT:
    case HE_OP_END:
        break;
    }
}
