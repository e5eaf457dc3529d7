/* SPDX-License-Identifier: MIT */
/* The same bits on every instruction set and any number of threads; no allocation with scratch;
 * failing allocations leave outputs as they were or empty. */
#include "fixture.h"

#include "core/cpu.h"

/* Every operation once, in a fixed order; results in r[0] … r[RESULTS-1]. */
enum {
    RESULTS = 9
};

typedef struct job {
    world w;
    he_galois_keys *gk;
    he_plaintext *pt, *out;
    he_ciphertext *a, *b, *r[RESULTS];
    double *values;
} job;

static void job_open(job *j, he_isa isa)
{
    he_params p = given(2048, 2, 40, 1);
    p.isa = isa;
    p.special_count = 2;
    world_open(&j->w, &p);
    const int32_t steps[] = {3, HE_STEP_CONJUGATE};
    he_assert_ok(he_galois_keys_create(j->w.ctx, &j->gk, j->w.sk, steps, 2, j->w.rng));
    he_assert_ok(he_plaintext_create(j->w.ctx, &j->pt));
    he_assert_ok(he_plaintext_create(j->w.ctx, &j->out));
    j->a = empty(&j->w);
    j->b = empty(&j->w);
    for (size_t i = 0; i < RESULTS; i++)
        he_assert_ok(he_ciphertext_create(j->w.ctx, &j->r[i], 3, j->w.top));
    j->values = calloc(2 * j->w.slots, sizeof *j->values);
    for (size_t i = 0; i < 2 * j->w.slots; i++)
        j->values[i] = sin((double)(i * i));
    he_assert_ok(he_ckks_encode_complex(j->w.ctx, j->pt, j->values, j->w.slots, 2, NULL));
    he_assert_ok(he_encrypt(j->w.ctx, j->a, j->pt, j->w.pk, j->w.rng, NULL));
    he_assert_ok(he_encrypt_symmetric(j->w.ctx, j->b, j->pt, j->w.sk, j->w.rng, NULL));
}

static void job_close(job *j)
{
    for (size_t i = 0; i < RESULTS; i++)
        he_ciphertext_destroy(j->r[i]);
    he_ciphertext_destroy(j->a);
    he_ciphertext_destroy(j->b);
    he_plaintext_destroy(j->pt);
    he_plaintext_destroy(j->out);
    he_galois_keys_destroy(j->gk);
    free(j->values);
    world_close(&j->w);
}

static he_status run(job *j, he_scratch *s)
{
    const he_context *ctx = j->w.ctx;
    HE_TRY(he_ckks_encode_complex(ctx, j->pt, j->values, j->w.slots, 2, s));
    HE_TRY(he_ckks_multiply(ctx, j->r[0], j->a, j->b, j->w.rk, s));
    HE_TRY(he_ckks_square(ctx, j->r[1], j->b, j->w.rk, s));
    HE_TRY(he_ckks_multiply_norescale(ctx, j->r[2], j->a, j->b, NULL, s));
    HE_TRY(he_ckks_rescale(ctx, j->r[3], j->r[2], s));
    HE_TRY(he_ckks_rotate(ctx, j->r[4], j->a, j->gk, 3, s));
    HE_TRY(he_ckks_conjugate(ctx, j->r[5], j->r[0], j->gk, s));
    HE_TRY(he_ckks_multiply_plain(ctx, j->r[6], j->a, j->pt, s));
    HE_TRY(he_mod_switch(ctx, j->r[7], j->a, 0, s));
    HE_TRY(he_ckks_sub(ctx, j->r[8], j->r[2], j->r[1], s));
    HE_TRY(he_decrypt(ctx, j->out, j->r[0], j->w.sk, HE_NOISE_TRACKED, s));
    return he_ckks_decode_complex(ctx, j->values, j->w.slots, j->out, s);
}

static void check_same(const job *x, const job *y, const char *what)
{
    cr_assert(memcmp(x->pt->data, y->pt->data, x->pt->words * sizeof *x->pt->data) == 0, "%s",
              what);
    for (size_t i = 0; i < RESULTS; i++)
        cr_assert(same_ciphertext(x->r[i], y->r[i]), "%s: result %zu differs", what, i);
    cr_assert(memcmp(x->values, y->values, 2 * x->w.slots * sizeof *x->values) == 0, "%s: decoded",
              what);
}

Test(ckks_machine, instruction_sets_give_the_same_bits)
{
    job scalar, other;
    job_open(&scalar, HE_ISA_SCALAR);
    he_assert_ok(run(&scalar, NULL));
    for (he_isa isa = HE_ISA_AVX2; isa <= HE_ISA_AVX512IFMA; isa++) {
        if (!he_cpu_has(isa))
            continue;
        job_open(&other, isa);
        he_assert_ok(run(&other, NULL));
        check_same(&scalar, &other, he_isa_name(isa));
        job_close(&other);
    }
    job_close(&scalar);
}

Test(ckks_machine, threads_give_the_same_bits)
{
    job one, many;
    job_open(&one, HE_ISA_AUTO);
    he_assert_ok(run(&one, NULL));
    for (uint32_t threads = 2; threads <= 3; threads++) {
        he_executor *e;
        he_scratch *s;
        job_open(&many, HE_ISA_AUTO);
        he_assert_ok(he_executor_create(&e, threads));
        he_assert_ok(he_scratch_create(many.w.ctx, &s, e));
        he_assert_ok(run(&many, s));
        check_same(&one, &many, "threads");
        he_scratch_destroy(s);
        he_executor_destroy(e);
        job_close(&many);
    }
    job_close(&one);
}

Test(ckks_machine, scratch_and_roomy_outputs_need_no_allocation)
{
    job j;
    he_scratch *s;
    job_open(&j, HE_ISA_AUTO);
    he_assert_ok(he_scratch_create(j.w.ctx, &s, NULL));
    he_assert_ok(he_ckks_encode_scalar(j.w.ctx, j.out, 1, 2)); /* room for decryption */
    he_test_fail_allocation(0);
    he_assert_ok(run(&j, s));
    cr_assert(he_test_allocations() == 0, "%lu allocations", he_test_allocations());
    he_scratch_destroy(s);
    job_close(&j);
}

Test(ckks_machine, kth_allocation_failing)
{
    job j;
    job_open(&j, HE_ISA_AUTO);
    he_ciphertext *a0 = copy_of(&j.w, j.a), *b0 = copy_of(&j.w, j.b);
    unsigned long k = 1;
    for (;; k++) {
        for (size_t i = 0; i < RESULTS; i++) {
            he_ciphertext_destroy(j.r[i]);
            j.r[i] = empty(&j.w);
        }
        he_test_fail_allocation(k);
        he_status status = run(&j, NULL);
        he_test_fail_allocation(0);
        cr_assert(same_ciphertext(j.a, a0) && same_ciphertext(j.b, b0));
        if (status == HE_OK)
            break;
        cr_assert(status == HE_ERR_MEMORY, "allocation %lu: %s", k, he_last_error());
    }
    cr_assert(k > 20, "%lu allocations", k);
    he_ciphertext_destroy(a0);
    he_ciphertext_destroy(b0);
    job_close(&j);
}

/* In place: what an operand was is lost only where the result says that it is empty. */
Test(ckks_machine, kth_allocation_failing_in_place)
{
    he_params p = given(1024, 2, 40, 1);
    world w;
    world_open(&w, &p);
    slot *x = randoms(&w, 1);
    he_ciphertext *a0 = encrypted(&w, x, 2);
    for (unsigned long k = 1;; k++) {
        he_ciphertext *a = copy_of(&w, a0);
        he_test_fail_allocation(k);
        he_status status = he_ckks_multiply(w.ctx, a, a, a, w.rk, NULL);
        he_test_fail_allocation(0);
        if (status != HE_OK)
            cr_assert(he_ciphertext_size(a) == 0 || same_ciphertext(a, a0), "allocation %lu", k);
        he_ciphertext_destroy(a);
        if (status == HE_OK)
            break;
    }
    he_ciphertext_destroy(a0);
    free(x);
    world_close(&w);
}
