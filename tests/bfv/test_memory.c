/* SPDX-License-Identifier: MIT */
/* Allocation, aliasing, threads: what holds for every operation alike. */
#include "bfv/fixture.h"

#include <stdlib.h>

static const uint8_t bits[] = {48, 48, 48, 0};

/* One operation on x, y and p, whatever it is. */
typedef he_status operation(const fixture *f, he_ciphertext *r, const he_ciphertext *x,
                            const he_ciphertext *y, const he_plaintext *p, he_scratch *s);

static he_status add(const fixture *f, he_ciphertext *r, const he_ciphertext *x,
                     const he_ciphertext *y, const he_plaintext *p, he_scratch *s)
{
    (void)p, (void)s;
    return he_bfv_add(f->ctx, r, x, y);
}

static he_status sub(const fixture *f, he_ciphertext *r, const he_ciphertext *x,
                     const he_ciphertext *y, const he_plaintext *p, he_scratch *s)
{
    (void)p, (void)s;
    return he_bfv_sub(f->ctx, r, x, y);
}

static he_status negate(const fixture *f, he_ciphertext *r, const he_ciphertext *x,
                        const he_ciphertext *y, const he_plaintext *p, he_scratch *s)
{
    (void)y, (void)p, (void)s;
    return he_bfv_negate(f->ctx, r, x);
}

static he_status add_plain(const fixture *f, he_ciphertext *r, const he_ciphertext *x,
                           const he_ciphertext *y, const he_plaintext *p, he_scratch *s)
{
    (void)y, (void)s;
    return he_bfv_add_plain(f->ctx, r, x, p);
}

static he_status sub_plain(const fixture *f, he_ciphertext *r, const he_ciphertext *x,
                           const he_ciphertext *y, const he_plaintext *p, he_scratch *s)
{
    (void)y, (void)s;
    return he_bfv_sub_plain(f->ctx, r, x, p);
}

static he_status multiply_plain(const fixture *f, he_ciphertext *r, const he_ciphertext *x,
                                const he_ciphertext *y, const he_plaintext *p, he_scratch *s)
{
    (void)y;
    return he_bfv_multiply_plain(f->ctx, r, x, p, s);
}

static he_status multiply(const fixture *f, he_ciphertext *r, const he_ciphertext *x,
                          const he_ciphertext *y, const he_plaintext *p, he_scratch *s)
{
    (void)p;
    return he_bfv_multiply(f->ctx, r, x, y, f->rk, s);
}

static he_status multiply_to_three(const fixture *f, he_ciphertext *r, const he_ciphertext *x,
                                   const he_ciphertext *y, const he_plaintext *p, he_scratch *s)
{
    (void)p;
    return he_bfv_multiply(f->ctx, r, x, y, NULL, s);
}

static he_status square(const fixture *f, he_ciphertext *r, const he_ciphertext *x,
                        const he_ciphertext *y, const he_plaintext *p, he_scratch *s)
{
    (void)y, (void)p;
    return he_bfv_square(f->ctx, r, x, f->rk, s);
}

static he_status rotate(const fixture *f, he_ciphertext *r, const he_ciphertext *x,
                        const he_ciphertext *y, const he_plaintext *p, he_scratch *s)
{
    (void)y, (void)p;
    return he_bfv_rotate_rows(f->ctx, r, x, f->gk, -3, s);
}

static he_status swap(const fixture *f, he_ciphertext *r, const he_ciphertext *x,
                      const he_ciphertext *y, const he_plaintext *p, he_scratch *s)
{
    (void)y, (void)p;
    return he_bfv_swap_rows(f->ctx, r, x, f->gk, s);
}

static he_status lower(const fixture *f, he_ciphertext *r, const he_ciphertext *x,
                       const he_ciphertext *y, const he_plaintext *p, he_scratch *s)
{
    (void)y, (void)p;
    return he_mod_switch(f->ctx, r, x, 0, s);
}

typedef struct entry {
    const char *name;
    operation *run;
    bool takes_scratch;
} entry;

static const entry operations[] = {
    {"add", add, false},
    {"sub", sub, false},
    {"negate", negate, false},
    {"add_plain", add_plain, false},
    {"sub_plain", sub_plain, false},
    {"multiply_plain", multiply_plain, true},
    {"multiply", multiply, true},
    {"multiply without key", multiply_to_three, true},
    {"square", square, true},
    {"rotate_rows", rotate, true},
    {"swap_rows", swap, true},
    {"mod_switch", lower, true},
};

#define OPERATIONS (sizeof operations / sizeof *operations)

typedef struct operands {
    fixture f;
    he_ciphertext *x, *y, *r;
    he_ciphertext *x_copy, *y_copy;
    he_plaintext *p;
} operands;

static he_ciphertext *copy_of(const fixture *f, const he_ciphertext *a)
{
    he_ciphertext *r = fixture_empty(f);
    he_assert_ok(he_ciphertext_copy(r, a));
    return r;
}

static operands make(unsigned domains)
{
    const he_params p = fixture_params(1024, 65537, bits, 49, 1);
    operands o = {.f = fixture_make(&p)};
    uint64_t *a = fixture_random(&o.f), *b = fixture_random(&o.f);
    o.x = fixture_encrypt(&o.f, a);
    o.y = fixture_encrypt(&o.f, b);
    if ((domains & 1) != 0)
        he_ciphertext_to_ntt(o.f.ctx, o.x);
    if ((domains & 2) != 0)
        he_ciphertext_to_ntt(o.f.ctx, o.y);
    o.x_copy = copy_of(&o.f, o.x);
    o.y_copy = copy_of(&o.f, o.y);
    o.p = fixture_encode(&o.f, b);
    he_assert_ok(he_ciphertext_create(o.f.ctx, &o.r, 3, he_context_top_level(o.f.ctx)));
    free(a);
    free(b);
    return o;
}

static void clear(operands *o)
{
    he_ciphertext_destroy(o->x);
    he_ciphertext_destroy(o->y);
    he_ciphertext_destroy(o->x_copy);
    he_ciphertext_destroy(o->y_copy);
    he_ciphertext_destroy(o->r);
    he_plaintext_destroy(o->p);
    fixture_free(&o->f);
}

Test(memory, inputs_stay_and_outputs_may_be_inputs)
{
    for (unsigned domains = 0; domains < 4; domains++) {
        operands o = make(domains);
        const fixture *f = &o.f;
        for (size_t i = 0; i < OPERATIONS; i++) {
            const entry *e = &operations[i];
            he_assert_ok(e->run(f, o.r, o.x, o.y, o.p, NULL));
            cr_assert(fixture_same(o.x, o.x_copy) && fixture_same(o.y, o.y_copy),
                      "%s changed an input", e->name);
            he_ciphertext *r = copy_of(f, o.x);
            he_assert_ok(e->run(f, r, r, o.y, o.p, NULL));
            cr_assert(fixture_same(r, o.r), "%s: r = x, domains %u", e->name, domains);
            he_assert_ok(he_ciphertext_copy(r, o.y));
            he_assert_ok(e->run(f, r, o.x, r, o.p, NULL));
            cr_assert(fixture_same(r, o.r), "%s: r = y, domains %u", e->name, domains);
            he_assert_ok(e->run(f, o.r, o.x, o.x, o.p, NULL));
            he_assert_ok(he_ciphertext_copy(r, o.x));
            he_assert_ok(e->run(f, r, r, r, o.p, NULL));
            cr_assert(fixture_same(r, o.r), "%s: r = x = y, domains %u", e->name, domains);
            he_ciphertext_destroy(r);
        }
        clear(&o);
    }
}

/* Sums of two and three polynomials, where r may have to grow while it is an operand. */
Test(memory, sizes_two_and_three)
{
    operands o = make(0);
    const fixture *f = &o.f;
    he_ciphertext *three = fixture_empty(f);
    he_assert_ok(he_bfv_multiply(f->ctx, three, o.x, o.y, NULL, NULL));
    for (size_t i = 0; i < 2; i++) {
        operation *run = i == 0 ? add : sub;
        he_assert_ok(run(f, o.r, o.x, three, NULL, NULL));
        cr_assert(he_ciphertext_size(o.r) == 3);
        he_ciphertext *r = copy_of(f, o.x);
        he_assert_ok(run(f, r, r, three, NULL, NULL));
        cr_assert(fixture_same(r, o.r));
        he_assert_ok(he_ciphertext_copy(r, three));
        he_assert_ok(run(f, r, o.x, r, NULL, NULL));
        cr_assert(fixture_same(r, o.r));
        he_assert_ok(run(f, o.r, three, o.x, NULL, NULL));
        he_ciphertext *grown = copy_of(f, o.x);
        he_assert_ok(run(f, grown, three, grown, NULL, NULL));
        cr_assert(fixture_same(grown, o.r));
        he_ciphertext_destroy(grown);
        he_ciphertext_destroy(r);
    }
    he_assert_ok(he_bfv_negate(f->ctx, three, three));
    he_assert_ok(he_bfv_negate(f->ctx, three, three));
    uint64_t *zero = calloc(f->n, sizeof *zero);
    he_assert_ok(he_bfv_multiply(f->ctx, o.r, o.x, o.y, f->rk, NULL));
    he_assert_ok(he_bfv_sub(f->ctx, o.r, o.r, three));
    fixture_expect(f, o.r, zero, "relinearized less negated twice");
    free(zero);
    he_ciphertext_destroy(three);
    clear(&o);
}

Test(memory, with_scratch_and_room_nothing_is_allocated)
{
    for (unsigned domains = 0; domains < 4; domains++) {
        operands o = make(domains);
        he_scratch *s;
        he_assert_ok(he_scratch_create(o.f.ctx, &s, NULL));
        for (size_t i = 0; i < OPERATIONS; i++) {
            he_test_fail_allocation(0);
            he_assert_ok(operations[i].run(&o.f, o.r, o.x, o.y, o.p, s));
            cr_assert(he_test_allocations() == 0, "%s allocated %lu times, domains %u",
                      operations[i].name, he_test_allocations(), domains);
        }
        he_scratch_destroy(s);
        clear(&o);
    }
}

/* Each allocation fails in turn; r is then as it was or empty, and the inputs are as they were. */
Test(memory, every_allocation_can_fail)
{
    operands o = make(1);
    const fixture *f = &o.f;
    he_assert_ok(he_bfv_negate(f->ctx, o.r, o.x));
    he_ciphertext *before = copy_of(f, o.r);
    for (size_t i = 0; i < OPERATIONS; i++) {
        he_status status = HE_ERR_MEMORY;
        for (unsigned long k = 1; status != HE_OK; k++) {
            he_assert_ok(he_ciphertext_copy(o.r, before));
            he_test_fail_allocation(k);
            status = operations[i].run(f, o.r, o.x, o.y, o.p, NULL);
            bool last = he_test_allocations() < k;
            he_test_fail_allocation(0);
            cr_assert(status == (last ? HE_OK : HE_ERR_MEMORY), "%s: allocation %lu gave %d",
                      operations[i].name, k, (int)status);
            cr_assert(last || he_ciphertext_size(o.r) == 0 || fixture_same(o.r, before));
            cr_assert(fixture_same(o.x, o.x_copy) && fixture_same(o.y, o.y_copy));
        }
    }
    he_ciphertext_destroy(before);
    clear(&o);
}

Test(memory, context_gives_everything_back)
{
    const he_params p = fixture_params(1024, 65537, bits, 49, 1);
    he_status status = HE_ERR_MEMORY;
    for (unsigned long k = 1; status != HE_OK; k++) {
        he_context *ctx = NULL;
        he_test_fail_allocation(k);
        status = he_context_create(&ctx, &p);
        he_test_fail_allocation(0);
        cr_assert(status == HE_OK || (status == HE_ERR_MEMORY && ctx == NULL));
        he_context_destroy(ctx);
    }
}

Test(memory, threads_and_scratch_do_not_show)
{
    for (unsigned domains = 0; domains < 4; domains++) {
        operands o = make(domains);
        for (uint32_t threads = 1; threads <= 3; threads++) {
            he_executor *e;
            he_scratch *s;
            he_assert_ok(he_executor_create(&e, threads));
            he_assert_ok(he_scratch_create(o.f.ctx, &s, e));
            he_ciphertext *r = fixture_empty(&o.f);
            for (size_t i = 0; i < OPERATIONS; i++) {
                he_assert_ok(operations[i].run(&o.f, o.r, o.x, o.y, o.p, NULL));
                he_assert_ok(operations[i].run(&o.f, r, o.x, o.y, o.p, s));
                cr_assert(fixture_same(r, o.r), "%s on %u threads", operations[i].name, threads);
            }
            he_ciphertext_destroy(r);
            he_scratch_destroy(s);
            he_executor_destroy(e);
        }
        clear(&o);
    }
}

/* Everything from keys to results under each instruction set, from one seed. */
Test(memory, kernels_give_the_same_bits)
{
    static const uint8_t wide[] = {60, 61, 60, 0}, fifty[] = {50, 50, 50, 0};
    static const uint8_t *const sizes[] = {bits, fifty, wide};
    for (size_t s = 0; s < 3; s++) {
        he_ciphertext *first[OPERATIONS] = {NULL};
        const uint8_t seed[HE_SEED_BYTES] = {1, 2, 3};
        for (he_isa isa = HE_ISA_SCALAR; isa <= HE_ISA_AVX512IFMA; isa++) {
            he_params p = fixture_params(1024, 65537, sizes[s], sizes[s][0] == 60 ? 61 : 50, 1);
            p.isa = isa;
            fixture f = {.n = 1024, .t = 65537};
            he_assert_ok(he_context_create(&f.ctx, &p));
            he_assert_ok(he_rng_create_seeded(&f.rng, seed));
            he_assert_ok(he_secret_key_create(f.ctx, &f.sk, f.rng));
            he_assert_ok(he_public_key_create(f.ctx, &f.pk, f.sk, f.rng));
            he_assert_ok(he_relin_key_create(f.ctx, &f.rk, f.sk, f.rng));
            he_assert_ok(
                he_galois_keys_create(f.ctx, &f.gk, f.sk, fixture_steps, FIXTURE_STEPS, f.rng));
            uint64_t values[1024];
            for (size_t i = 0; i < 1024; i++)
                values[i] = i * i * 12345 % 65537;
            he_ciphertext *x = fixture_encrypt(&f, values), *y = fixture_encrypt(&f, values);
            he_plaintext *pt = fixture_encode(&f, values);
            for (size_t i = 0; i < OPERATIONS; i++) {
                he_ciphertext *r = fixture_empty(&f);
                he_assert_ok(operations[i].run(&f, r, x, y, pt, NULL));
                if (first[i] == NULL) {
                    first[i] = r;
                    continue;
                }
                cr_assert(fixture_same(r, first[i]), "%s differs under %s", operations[i].name,
                          he_isa_name(isa));
                he_ciphertext_destroy(r);
            }
            he_ciphertext_destroy(x);
            he_ciphertext_destroy(y);
            he_plaintext_destroy(pt);
            fixture_free(&f);
        }
        for (size_t i = 0; i < OPERATIONS; i++)
            he_ciphertext_destroy(first[i]);
    }
}
