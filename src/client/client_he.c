/* SPDX-License-Identifier: MIT */
/* The client of a server that computes on ciphertexts: keys are made and stay here; results are
 * decrypted by the noise bound that the client's own plan predicts, never by what the server
 * claims, and refused where no honest server could have sent them. */
#include "client/evaluator.h"

#include "client/clock.h"
#include "client/serve.h"
#include "core/bytes.h"
#include "core/memory.h"
#include <string.h>

typedef struct he_state {
    he_rng *rng;
    he_plan *plan;
    const he_context *ctx;
    he_secret_key *sk;
    he_executor *executor;
    he_scratch *scratch;
} he_state;

static void forget_plan(he_client *c)
{
    he_state *s = c->state;
    he_scratch_destroy(s->scratch);
    he_secret_key_destroy(s->sk);
    he_plan_destroy(s->plan);
    s->scratch = NULL;
    s->sk = NULL;
    s->plan = NULL;
    s->ctx = NULL;
    c->plan = NULL;
}

static he_status open_he(he_client *c, he_appraisal *why)
{
    (void)why;
    he_state *s = he_alloc(1, sizeof *s);
    if (s == NULL)
        return he_fail(HE_ERR_MEMORY, "he_client_open: no memory");
    c->state = s;
    HE_TRY(he_rng_create_system(&s->rng));
    if (c->options.threads > 1)
        HE_TRY(he_executor_create(&s->executor, c->options.threads));
    HE_TRY(he_client_connect(c));
    uint8_t body[HE_HELLO_PREFIX];
    he_hello_prefix(body, HE_EVALUATOR_HE);
    HE_TRY(he_channel_send(&c->channel, HE_FRAME_HELLO, 0, body, sizeof body, NULL, 0));
    he_frame frame;
    HE_TRY(he_channel_expect(&c->channel, &frame, HE_FRAME_HELLO, 0, sizeof body));
    HE_TRY(he_channel_read(&c->channel, body, (size_t)frame.length));
    c->figures.trips_once++;
    return he_hello_check(body, frame.length, HE_EVALUATOR_HE, c->channel.peer);
}

/* A KEYS part: length u64 | key, at *at of a body of that size. */
typedef struct key_part {
    uint8_t *body;
    size_t at, size;
} key_part;

static he_status make_relin(he_state *s, key_part *p)
{
    size_t length = 0;
    if (he_plan_needs_relin_key(s->plan)) {
        he_relin_key *rk;
        HE_TRY(he_relin_key_create(s->ctx, &rk, s->sk, s->rng));
        he_status status =
            he_relin_key_save(s->ctx, rk, p->body + p->at + 8, p->size - p->at - 8, &length);
        he_relin_key_destroy(rk);
        HE_TRY(status);
    }
    he_store64(p->body + p->at, length);
    p->at += 8 + length;
    return HE_OK;
}

static he_status make_galois(he_state *s, key_part *p)
{
    size_t length = 0, count;
    const int32_t *steps = he_plan_steps(s->plan, &count);
    if (count > 0) {
        he_galois_keys *gk;
        HE_TRY(he_galois_keys_create(s->ctx, &gk, s->sk, steps, count, s->rng));
        he_status status =
            he_galois_keys_save(s->ctx, gk, p->body + p->at + 8, p->size - p->at - 8, &length);
        he_galois_keys_destroy(gk);
        HE_TRY(status);
    }
    he_store64(p->body + p->at, length);
    p->at += 8 + length;
    return HE_OK;
}

/* Secret key, evaluation keys as the bytes of a KEYS body. */
static he_status make_keys(he_client *c, key_part *keys)
{
    he_state *s = c->state;
    size_t count;
    (void)he_plan_steps(s->plan, &count);
    HE_TRY(he_secret_key_create(s->ctx, &s->sk, s->rng));
    HE_TRY(he_scratch_create(s->ctx, &s->scratch, s->executor));
    keys->size = 16;
    if (he_plan_needs_relin_key(s->plan))
        keys->size += he_relin_key_save_size(s->ctx);
    if (count > 0)
        keys->size += he_galois_keys_save_size(s->ctx, count);
    keys->body = he_alloc_raw(keys->size, 1);
    if (keys->body == NULL)
        return he_fail(HE_ERR_MEMORY, "he_client_load: no memory for the evaluation keys");
    HE_TRY(make_relin(s, keys));
    return make_galois(s, keys);
}

/* PROGRAM: length of the parameters u64 | parameters | program; the answer must name the same
 * program and context. */
static he_status send_program(he_client *c)
{
    he_state *s = c->state;
    size_t program_size = he_program_save_size(c->program), params_length = 0, length = 0;
    uint8_t params[4096], id[2 * HE_ID_BYTES], own[HE_ID_BYTES];
    HE_TRY(he_params_save(s->ctx, params + 8, sizeof params - 8, &params_length));
    he_store64(params, params_length);
    uint8_t *program = he_alloc_raw(program_size, 1);
    if (program == NULL)
        return he_fail(HE_ERR_MEMORY, "he_client_load: no memory");
    he_status status = he_program_save(c->program, program, program_size, &length);
    if (status == HE_OK)
        status = he_channel_send(&c->channel, HE_FRAME_PROGRAM, ++c->request, params,
                                 8 + params_length, program, length);
    he_free(program);
    HE_TRY(status);
    he_frame frame;
    HE_TRY(he_channel_expect(&c->channel, &frame, HE_FRAME_PROGRAM, c->request, sizeof id));
    HE_TRY(he_channel_read(&c->channel, id, (size_t)frame.length));
    c->figures.trips_once++;
    HE_TRY(he_program_id(c->program, own));
    if (frame.length != sizeof id || memcmp(id, own, HE_ID_BYTES) != 0 ||
        memcmp(id + HE_ID_BYTES, he_context_id(s->ctx), HE_ID_BYTES) != 0)
        return he_fail(HE_ERR_UNTRUSTED, "the server took another program or other parameters");
    return HE_OK;
}

static he_status send_keys(he_client *c, const key_part *keys)
{
    HE_TRY(
        he_channel_send(&c->channel, HE_FRAME_KEYS, ++c->request, keys->body, keys->at, NULL, 0));
    he_frame frame;
    HE_TRY(he_channel_expect(&c->channel, &frame, HE_FRAME_KEYS, c->request, 0));
    c->figures.trips_once++;
    return HE_OK;
}

static he_status load_he(he_client *c)
{
    he_state *s = c->state;
    double start = he_clock_ms();
    forget_plan(c);
    HE_TRY(he_plan_create(&s->plan, c->program, c->options.hints));
    c->plan = s->plan;
    s->ctx = he_plan_context(s->plan);
    key_part keys = {NULL, 0, 0};
    he_status status = make_keys(c, &keys);
    double made = he_clock_ms();
    c->figures.keys_ms = made - start;
    if (status == HE_OK)
        status = send_program(c);
    if (status == HE_OK)
        status = send_keys(c, &keys);
    c->figures.key_upload_ms = he_clock_ms() - made;
    he_free(keys.body);
    return status;
}

/* Bytes of one encrypted input, for he_free(): index u32 | ciphertext. */
static he_status encrypt_input(he_client *c, const he_run *run, uint32_t i, he_ciphertext *ct,
                               uint8_t **bytes, size_t *length)
{
    he_state *s = c->state;
    if (run->real)
        HE_TRY(he_plan_encrypt_real(s->plan, ct, i, run->real_inputs[i], NULL, s->sk, s->rng,
                                    s->scratch));
    else
        HE_TRY(he_plan_encrypt_integer(s->plan, ct, i, run->integer_inputs[i], NULL, s->sk, s->rng,
                                       s->scratch));
    size_t size = 4 + he_ciphertext_save_size(s->ctx, ct);
    *bytes = he_alloc_raw(size, 1);
    if (*bytes == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for input %u", i);
    he_store32(*bytes, i);
    HE_TRY(he_ciphertext_save(s->ctx, ct, *bytes + 4, size - 4, length));
    *length += 4;
    return HE_OK;
}

/* All inputs encrypted, then all sent, then RUN: so that the two times are told apart. */
static he_status send_inputs(he_client *c, const he_run *run)
{
    he_state *s = c->state;
    uint32_t count = he_program_input_count(c->program);
    uint8_t **bytes = he_alloc(count, sizeof *bytes);
    size_t *lengths = he_alloc(count, sizeof *lengths);
    he_ciphertext *ct = NULL;
    he_status status = HE_OK;
    if (bytes == NULL || lengths == NULL)
        status = he_fail(HE_ERR_MEMORY, "no memory for %u inputs", count);
    if (status == HE_OK)
        status = he_ciphertext_create(s->ctx, &ct, 2, he_context_top_level(s->ctx));
    double start = he_clock_ms();
    for (uint32_t i = 0; status == HE_OK && i < count; i++)
        status = encrypt_input(c, run, i, ct, &bytes[i], &lengths[i]);
    double encrypted = he_clock_ms();
    c->figures.encrypt_ms = encrypted - start;
    for (uint32_t i = 0; status == HE_OK && i < count; i++)
        status =
            he_channel_send(&c->channel, HE_FRAME_INPUT, c->request, bytes[i], lengths[i], NULL, 0);
    for (uint32_t i = 0; bytes != NULL && i < count; i++)
        he_free(bytes[i]);
    he_free(bytes);
    he_free(lengths);
    he_ciphertext_destroy(ct);
    HE_TRY(status);
    return he_channel_send(&c->channel, HE_FRAME_RUN, c->request, NULL, 0, NULL, 0);
}

/* Values of an honest server lie in the range of the program, widened by the error bound. */
static he_status check_range(he_client *c, uint32_t o, const double *values)
{
    double lo, hi, slack = he_plan_output_error(c->plan, o);
    HE_TRY(he_program_output_range(c->program, o, &lo, &hi));
    for (uint32_t i = 0; i < he_program_size(c->program); i++)
        if (!(values[i] >= lo - slack && values[i] <= hi + slack))
            return he_fail(HE_ERR_UNTRUSTED,
                           "element %u of \"%s\" is %g, outside [%g, %g]: the server did not run "
                           "this program on these inputs",
                           i, he_program_output_name(c->program, o), values[i], lo, hi);
    return HE_OK;
}

static he_status decrypt_output(he_client *c, const he_run *run, uint32_t o, const uint8_t *bytes,
                                size_t length)
{
    he_state *s = c->state;
    he_ciphertext *ct;
    HE_TRY(he_ciphertext_load(s->ctx, &ct, bytes, length));
    he_status status;
    if (run->real)
        status = he_plan_decrypt_real(s->plan, run->real_outputs[o], o, ct, s->sk, s->scratch);
    else
        status =
            he_plan_decrypt_integer(s->plan, run->integer_outputs[o], o, ct, s->sk, s->scratch);
    he_ciphertext_destroy(ct);
    if (status == HE_OK && run->real)
        status = check_range(c, o, run->real_outputs[o]);
    return status;
}

static he_status receive_outputs(he_client *c, const he_run *run)
{
    he_state *s = c->state;
    uint64_t limit = 4 + he_ciphertext_wire_size(s->ctx, 3, he_context_top_level(s->ctx), false);
    c->figures.download_ms = c->figures.decrypt_ms = 0;
    for (uint32_t o = 0; o < he_program_output_count(c->program); o++) {
        he_frame frame;
        uint8_t *body;
        double start = he_clock_ms();
        HE_TRY(he_channel_expect(&c->channel, &frame, HE_FRAME_OUTPUT, c->request, limit));
        HE_TRY(he_channel_read_body(&c->channel, &frame, &body));
        double received = he_clock_ms();
        he_status status = HE_OK;
        if (frame.length < 4 || he_load32(body) != o)
            status = he_fail(HE_ERR_FORMAT, "the server sent outputs out of order");
        if (status == HE_OK)
            status = decrypt_output(c, run, o, body + 4, (size_t)frame.length - 4);
        he_free(body);
        HE_TRY(status);
        c->figures.download_ms += received - start;
        c->figures.decrypt_ms += he_clock_ms() - received;
    }
    return HE_OK;
}

static he_status run_he(he_client *c, const he_run *run)
{
    for (uint32_t o = 0; run->post != NULL && o < he_program_output_count(c->program); o++)
        if (run->post[o] != HE_POST_NONE)
            return he_fail(HE_ERR_UNSUPPORTED,
                           "the logistic function cannot be computed on ciphertexts: use a "
                           "polynomial");
    he_state *s = c->state;
    if (s->plan == NULL)
        return he_fail(HE_ERR_ARGUMENT, "loading the program had failed");
    c->request++;
    double start = he_clock_ms();
    HE_TRY(send_inputs(c, run));
    he_frame frame;
    uint8_t body[8 + HE_ID_BYTES], own[HE_ID_BYTES];
    HE_TRY(he_channel_expect(&c->channel, &frame, HE_FRAME_RUN, c->request, sizeof body));
    HE_TRY(he_channel_read(&c->channel, body, (size_t)frame.length));
    double answered = he_clock_ms();
    HE_TRY(he_program_id(c->program, own));
    if (frame.length != sizeof body || memcmp(body + 8, own, HE_ID_BYTES) != 0)
        return he_fail(HE_ERR_UNTRUSTED, "the server ran another program");
    double evaluate = he_load_double(body);
    double waited = answered - start - c->figures.encrypt_ms;
    if (!(evaluate >= 0 && evaluate <= waited)) /* it computes after it was asked */
        return he_fail(HE_ERR_FORMAT, "the server named an impossible time");
    c->figures.evaluate_ms = evaluate;
    c->figures.upload_ms = waited - evaluate;
    c->figures.trips_run = 1;
    return receive_outputs(c, run);
}

static void close_he(he_client *c)
{
    he_state *s = c->state;
    if (s == NULL)
        return;
    forget_plan(c);
    he_executor_destroy(s->executor);
    he_rng_destroy(s->rng);
    he_free(s);
}

const he_evaluator_ops he_evaluator_he = {open_he, load_he, run_he, close_he};
