/* SPDX-License-Identifier: MIT */
/* Interval arithmetic, rounded outward: what the elements of a value can be (REAL programs).
 *
 * Moore, Kearfott, Cloud, Introduction to Interval Analysis (2009), sections 2.2 and 5.5: Horner's
 * rule on intervals overestimates, and less so on narrow ones, so the argument is cut into
 * pieces. */
#include "program/ir/ir.h"

#include <math.h>

#define PIECES 64

/* One rounding moves a result by at most half a unit in the last place. */
static double below(double x)
{
    return nextafter(x, -INFINITY);
}

static double above(double x)
{
    return nextafter(x, INFINITY);
}

static he_interval add(he_interval x, he_interval y)
{
    return (he_interval){below(x.lo + y.lo), above(x.hi + y.hi)};
}

static he_interval negate(he_interval x)
{
    return (he_interval){-x.hi, -x.lo};
}

static he_interval multiply(he_interval x, he_interval y)
{
    if ((x.lo == 0 && x.hi == 0) || (y.lo == 0 && y.hi == 0))
        return (he_interval){0, 0};
    const double p[4] = {x.lo * y.lo, x.lo * y.hi, x.hi * y.lo, x.hi * y.hi};
    he_interval r = {p[0], p[0]};
    for (int i = 1; i < 4; i++) {
        r.lo = p[i] < r.lo ? p[i] : r.lo;
        r.hi = p[i] > r.hi ? p[i] : r.hi;
    }
    return (he_interval){below(r.lo), above(r.hi)};
}

/* Both factors are the same value: never negative. */
static he_interval square(he_interval x)
{
    const double a = x.lo * x.lo, b = x.hi * x.hi;
    he_interval r = {a < b ? a : b, a < b ? b : a};
    r.lo = x.lo <= 0 && x.hi >= 0 ? 0 : below(r.lo);
    return (he_interval){r.lo, above(r.hi)};
}

static he_interval horner(const he_word *c, uint32_t count, he_interval x)
{
    he_interval r = {c[count - 1].real, c[count - 1].real};
    for (uint32_t i = count - 1; i-- > 0;)
        r = add(multiply(r, x), (he_interval){c[i].real, c[i].real});
    return r;
}

static he_interval polynomial(const he_word *c, uint32_t count, he_interval x)
{
    const double width = x.hi / PIECES - x.lo / PIECES;
    he_interval r = {INFINITY, -INFINITY};
    double lo = x.lo;
    for (int i = 0; i < PIECES; i++) {
        /* neighbours share an end, and the last one ends where x does: no gap by rounding */
        const double hi = i == PIECES - 1 ? x.hi : fmin(x.lo + (i + 1) * width, x.hi);
        const he_interval piece = horner(c, count, (he_interval){lo, hi});
        r.lo = fmin(r.lo, piece.lo);
        r.hi = fmax(r.hi, piece.hi);
        lo = hi;
    }
    return r;
}

static he_interval hull(const he_word *words, uint32_t count, bool with_zero)
{
    he_interval r = {words[0].real, words[0].real};
    if (with_zero)
        r = (he_interval){fmin(r.lo, 0), fmax(r.hi, 0)};
    for (uint32_t i = 1; i < count; i++)
        r = (he_interval){fmin(r.lo, words[i].real), fmax(r.hi, words[i].real)};
    return r;
}

he_interval he_ir_range(const he_program *program, const he_node *node)
{
    const he_word *words = he_node_words(program, node);
    const he_node *a = &program->nodes[node->a], *b = &program->nodes[node->b];
    const he_interval x = {a->lo, a->hi}, y = {b->lo, b->hi};
    const double size = program->size;
    switch ((he_op)node->op) {
    case HE_OP_INPUT:
        return (he_interval){program->inputs[node->imm].lo, program->inputs[node->imm].hi};
    case HE_OP_SPLAT:
        return (he_interval){words[0].real, words[0].real};
    case HE_OP_CONSTANT:
        return hull(words, node->words, node->words < program->size);
    case HE_OP_ADD:
        return add(x, y);
    case HE_OP_SUB:
        return add(x, negate(y));
    case HE_OP_MULTIPLY:
        return node->a == node->b ? square(x) : multiply(x, y);
    case HE_OP_NEGATE:
        return negate(x);
    case HE_OP_ROTATE:
        return x;
    case HE_OP_SUM: /* size is a power of two: exact but for overflow */
        return (he_interval){x.lo * size, x.hi * size};
    case HE_OP_POLYNOMIAL:
        return polynomial(words, node->words, x);
    case HE_OP_WITHIN: /* a promise that cannot be kept makes no interval */
        if (words[0].real > x.hi || words[1].real < x.lo)
            break;
        return (he_interval){fmax(x.lo, words[0].real), fmin(x.hi, words[1].real)};
    case HE_OP_END:
        break;
    }
    return (he_interval){-INFINITY, INFINITY};
}
