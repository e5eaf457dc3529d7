/* SPDX-License-Identifier: MIT */
/* The homomorphic server: HELLO, PROGRAM (parameters and program), KEYS, then for each run INPUT
 * for every input and RUN, answered by RUN (time) and OUTPUT for every output.
 *
 * It holds evaluation keys and ciphertexts only.  The length of every frame is compared with what
 * context and program imply before memory is taken for it, and what parameters and program imply
 * is compared with the server's limit before a context is made (client/limits.h). */
#include "client/limits.h"
#include "client/serve.h"

#include "client/clock.h"
#include "core/bytes.h"
#include "core/memory.h"
#include <string.h>

typedef struct server_state {
    he_channel *ch;
    he_isa isa;
    uint32_t threads;
    uint64_t memory; /* limit, in bytes */
    he_executor *executor;
    he_scratch *scratch;
    he_program *program;
    he_plan *plan;
    const he_context *ctx;
    he_relin_key *rk;
    he_galois_keys *gk;
    bool have_keys;
    uint32_t input_count, output_count;
    he_ciphertext **inputs, **outputs; /* loaded for the current run; room for results */
    uint8_t id[HE_ID_BYTES];
} server_state;

static void forget_inputs(server_state *s)
{
    for (uint32_t i = 0; s->inputs != NULL && i < s->input_count; i++) {
        he_ciphertext_destroy(s->inputs[i]);
        s->inputs[i] = NULL;
    }
}

static void forget_program(server_state *s)
{
    forget_inputs(s);
    for (uint32_t i = 0; s->outputs != NULL && i < s->output_count; i++)
        he_ciphertext_destroy(s->outputs[i]);
    he_free(s->inputs);
    he_free(s->outputs);
    s->inputs = s->outputs = NULL;
    he_relin_key_destroy(s->rk);
    he_galois_keys_destroy(s->gk);
    s->rk = NULL;
    s->gk = NULL;
    s->have_keys = false;
    he_scratch_destroy(s->scratch);
    s->scratch = NULL;
    he_plan_destroy(s->plan);
    s->plan = NULL;
    s->ctx = NULL;
    he_program_destroy(s->program);
    s->program = NULL;
}

static he_status hello(server_state *s)
{
    he_frame frame;
    uint8_t body[HE_HELLO_LIMIT]; /* whole, so that a client of the other kind gets its answer */
    HE_TRY(he_channel_expect(s->ch, &frame, HE_FRAME_HELLO, 0, sizeof body));
    HE_TRY(he_channel_read(s->ch, body, (size_t)frame.length));
    HE_TRY(he_hello_check(body, frame.length, HE_EVALUATOR_HE, s->ch->peer));
    he_hello_prefix(body, HE_EVALUATOR_HE);
    return he_channel_send(s->ch, HE_FRAME_HELLO, 0, body, HE_HELLO_PREFIX, NULL, 0);
}

static he_status make_room(server_state *s)
{
    s->input_count = he_program_input_count(s->program);
    s->output_count = he_program_output_count(s->program);
    s->inputs = he_alloc(s->input_count, sizeof(he_ciphertext *));
    s->outputs = he_alloc(s->output_count, sizeof(he_ciphertext *));
    if (s->inputs == NULL || s->outputs == NULL)
        return he_fail(HE_ERR_MEMORY, "the server has no memory for this program");
    HE_TRY(he_scratch_create(s->ctx, &s->scratch, s->executor));
    for (uint32_t i = 0; i < s->output_count; i++)
        HE_TRY(he_ciphertext_create(s->ctx, &s->outputs[i], 2, he_context_top_level(s->ctx)));
    return HE_OK;
}

/* Body: length of the parameters u64 | parameters | program.  Answer: id of the program | of the
 * context. */
static he_status take_program(server_state *s, const uint8_t *body, uint64_t length)
{
    if (length < 8 || he_load64(body) > length - 8)
        return he_fail(HE_ERR_FORMAT, "PROGRAM is malformed");
    size_t params_length = (size_t)he_load64(body);
    const uint8_t *program = body + 8 + params_length;
    he_params params = HE_PARAMS_INIT;
    HE_TRY(he_params_load(&params, body + 8, params_length));
    params.isa = s->isa;
    HE_TRY(he_program_load(&s->program, program, (size_t)length - 8 - params_length));
    HE_TRY(he_limits_check_program(&params, s->program, s->memory));
    HE_TRY(he_plan_create(&s->plan, s->program, &params));
    HE_TRY(he_limits_check_plan(s->plan, s->program, s->threads, s->memory));
    s->ctx = he_plan_context(s->plan);
    HE_TRY(he_program_id(s->program, s->id));
    return make_room(s);
}

static he_status on_program(server_state *s, const he_frame *frame)
{
    if (frame->length > HE_PROGRAM_LIMIT)
        return he_fail(HE_ERR_FORMAT, "PROGRAM has %llu bytes, the server takes %llu",
                       (unsigned long long)frame->length, (unsigned long long)HE_PROGRAM_LIMIT);
    uint8_t *body;
    HE_TRY(he_channel_read_body(s->ch, frame, &body));
    forget_program(s);
    he_status status = take_program(s, body, frame->length);
    he_free(body);
    HE_TRY(status);
    return he_channel_send(s->ch, HE_FRAME_PROGRAM, frame->request, s->id, HE_ID_BYTES,
                           he_context_id(s->ctx), HE_ID_BYTES);
}

/* Body: length u64 | relinearization key (if needed) | length u64 | Galois keys (if needed). */
static he_status take_keys(server_state *s, const uint8_t *body, size_t length)
{
    size_t steps, at = 0;
    (void)he_plan_steps(s->plan, &steps);
    const bool want[2] = {he_plan_needs_relin_key(s->plan), steps > 0};
    for (int i = 0; i < 2; i++) {
        if (length - at < 8 || he_load64(body + at) > length - at - 8)
            return he_fail(HE_ERR_FORMAT, "KEYS is malformed");
        size_t part = (size_t)he_load64(body + at);
        if ((part != 0) != want[i])
            return he_fail(HE_ERR_NO_KEY, "KEYS: the program %s %s",
                           want[i] ? "needs" : "does not need",
                           i == 0 ? "a relinearization key" : "Galois keys");
        if (i == 0 && part != 0)
            HE_TRY(he_relin_key_load(s->ctx, &s->rk, body + at + 8, part));
        if (i == 1 && part != 0)
            HE_TRY(he_galois_keys_load(s->ctx, &s->gk, body + at + 8, part));
        at += 8 + part;
    }
    if (at != length)
        return he_fail(HE_ERR_FORMAT, "KEYS has %zu bytes too many", length - at);
    return HE_OK;
}

static he_status on_keys(server_state *s, const he_frame *frame)
{
    if (s->plan == NULL)
        return he_fail(HE_ERR_ARGUMENT, "KEYS came before PROGRAM");
    if (s->have_keys)
        return he_fail(HE_ERR_ARGUMENT, "KEYS came twice: new keys come with a new PROGRAM");
    size_t steps;
    (void)he_plan_steps(s->plan, &steps);
    uint64_t limit = 16;
    if (he_plan_needs_relin_key(s->plan))
        limit += he_relin_key_save_size(s->ctx);
    if (steps > 0)
        limit += he_galois_keys_save_size(s->ctx, steps);
    if (frame->length > limit)
        return he_fail(HE_ERR_FORMAT, "KEYS has %llu bytes, this program's keys have %llu",
                       (unsigned long long)frame->length, (unsigned long long)limit);
    uint8_t *body;
    HE_TRY(he_channel_read_body(s->ch, frame, &body));
    he_status status = take_keys(s, body, (size_t)frame->length);
    he_free(body);
    HE_TRY(status);
    s->have_keys = true;
    return he_channel_send(s->ch, HE_FRAME_KEYS, frame->request, NULL, 0, NULL, 0);
}

/* Body: index u32 | ciphertext. */
static he_status on_input(server_state *s, const he_frame *frame)
{
    if (!s->have_keys)
        return he_fail(HE_ERR_ARGUMENT, "INPUT came before KEYS");
    uint64_t limit = 4 + he_ciphertext_wire_size(s->ctx, 2, he_context_top_level(s->ctx), false);
    if (frame->length < 4 || frame->length > limit)
        return he_fail(HE_ERR_FORMAT, "INPUT has %llu bytes, at most %llu are expected",
                       (unsigned long long)frame->length, (unsigned long long)limit);
    uint8_t *body;
    HE_TRY(he_channel_read_body(s->ch, frame, &body));
    uint32_t i = he_load32(body);
    he_status status = HE_OK;
    if (i >= s->input_count || s->inputs[i] != NULL)
        status = he_fail(HE_ERR_ARGUMENT, "INPUT %u is unknown or came twice", i);
    else
        status = he_ciphertext_load(s->ctx, &s->inputs[i], body + 4, (size_t)frame->length - 4);
    he_free(body);
    return status;
}

static he_status send_outputs(server_state *s, uint64_t request)
{
    for (uint32_t i = 0; i < s->output_count; i++) {
        uint8_t index[4];
        he_store32(index, i);
        size_t size = he_ciphertext_save_size(s->ctx, s->outputs[i]), length = 0;
        uint8_t *bytes = he_alloc_raw(size, 1);
        if (bytes == NULL)
            return he_fail(HE_ERR_MEMORY, "the server has no memory for output %u", i);
        he_status status = he_ciphertext_save(s->ctx, s->outputs[i], bytes, size, &length);
        if (status == HE_OK)
            status = he_channel_send(s->ch, HE_FRAME_OUTPUT, request, index, sizeof index, bytes,
                                     length);
        he_free(bytes);
        HE_TRY(status);
    }
    return HE_OK;
}

static he_status on_run(server_state *s, const he_frame *frame)
{
    if (!s->have_keys)
        return he_fail(HE_ERR_ARGUMENT, "RUN came before KEYS");
    if (frame->length != 0)
        return he_fail(HE_ERR_FORMAT, "RUN has %llu bytes, none are expected",
                       (unsigned long long)frame->length);
    for (uint32_t i = 0; i < s->input_count; i++)
        if (s->inputs[i] == NULL)
            return he_fail(HE_ERR_ARGUMENT, "RUN came before input %u (\"%s\")", i,
                           he_program_input_name(s->program, i));
    double start = he_clock_ms();
    HE_TRY(he_plan_run(s->plan, s->outputs, (const he_ciphertext *const *)s->inputs, s->rk, s->gk,
                       s->scratch));
    uint8_t time[8];
    he_store_double(time, he_clock_ms() - start);
    forget_inputs(s);
    HE_TRY(he_channel_send(s->ch, HE_FRAME_RUN, frame->request, time, sizeof time, s->id,
                           HE_ID_BYTES));
    return send_outputs(s, frame->request);
}

static he_status converse(server_state *s)
{
    HE_TRY(hello(s));
    for (;;) {
        he_frame frame;
        HE_TRY(he_channel_receive(s->ch, &frame));
        switch (frame.kind) {
        case HE_FRAME_PROGRAM:
            HE_TRY(on_program(s, &frame));
            break;
        case HE_FRAME_KEYS:
            HE_TRY(on_keys(s, &frame));
            break;
        case HE_FRAME_INPUT:
            HE_TRY(on_input(s, &frame));
            break;
        case HE_FRAME_RUN:
            HE_TRY(on_run(s, &frame));
            break;
        default:
            return he_fail(HE_ERR_FORMAT, "%s is not for this server", he_frame_name(frame.kind));
        }
    }
}

he_status he_serve_he(he_channel *ch, const he_serve_options *options)
{
    server_state s = {.ch = ch,
                      .isa = options->isa,
                      .threads = options->threads,
                      .memory = options->memory_limit};
    he_status status = HE_OK;
    if (options->threads > 1)
        status = he_executor_create(&s.executor, options->threads);
    if (status == HE_OK)
        status = converse(&s);
    forget_program(&s);
    he_executor_destroy(s.executor);
    return status;
}
