/* SPDX-License-Identifier: MIT */
/* The client of an enclave: everything after HELLO is records of the attested session, carried in
 * frames; the time of a run is told by the host that calls the enclave. */
#include "client/evaluator.h"

#include "client/clock.h"
#include "client/serve.h"
#include "core/bytes.h"
#include "core/memory.h"
#include <string.h>

typedef struct enclave_state {
    he_rng *rng;
    he_session *session;
    he_frame_kind kind; /* of the exchange under way */
    double carried_ms;  /* time spent in carry() since it was last cleared */
    double inside_ms;   /* of which the host's call into the enclave */
    uint32_t trips;
} enclave_state;

/* he_transport: one frame there, one frame back.  A HELLO has the prefix of both servers; other
 * answers begin with the milliseconds that the enclave took, f64. */
static he_status carry(void *user, void *answer, size_t capacity, size_t *length,
                       const void *request, size_t n)
{
    he_client *c = user;
    enclave_state *s = c->state;
    double start = he_clock_ms();
    uint8_t prefix[8];
    const size_t out = s->kind == HE_FRAME_HELLO ? HE_HELLO_PREFIX : 0,
                 in = s->kind == HE_FRAME_HELLO ? HE_HELLO_PREFIX : 8;
    if (out > 0)
        he_hello_prefix(prefix, HE_EVALUATOR_ENCLAVE);
    if (s->kind != HE_FRAME_HELLO) /* which is request 0 */
        c->request++;
    HE_TRY(he_channel_send(&c->channel, s->kind, c->request, prefix, out, request, n));
    he_frame frame;
    HE_TRY(he_channel_expect(&c->channel, &frame, s->kind, c->request, in + capacity));
    if (frame.length < in)
        return he_fail(HE_ERR_FORMAT, "the server sent %llu bytes in %s",
                       (unsigned long long)frame.length, he_frame_name(s->kind));
    HE_TRY(he_channel_read(&c->channel, prefix, in));
    if (s->kind == HE_FRAME_HELLO)
        HE_TRY(he_hello_check(prefix, in, HE_EVALUATOR_ENCLAVE, c->channel.peer));
    HE_TRY(he_channel_read(&c->channel, answer, (size_t)frame.length - in));
    *length = (size_t)frame.length - in;
    double spent = he_clock_ms() - start;
    if (s->kind != HE_FRAME_HELLO) {
        double inside = he_load_double(prefix);
        if (!(inside >= 0 && inside <= spent))
            return he_fail(HE_ERR_FORMAT, "the server named an impossible time");
        s->inside_ms += inside;
    }
    s->carried_ms += spent;
    s->trips++;
    return HE_OK;
}

static he_status open_enclave(he_client *c, he_appraisal *why)
{
    enclave_state *s = he_alloc(1, sizeof *s);
    if (s == NULL)
        return he_fail(HE_ERR_MEMORY, "he_client_open: no memory");
    c->state = s;
    HE_TRY(he_rng_create_system(&s->rng));
    HE_TRY(he_client_connect(c));
    s->kind = HE_FRAME_HELLO;
    HE_TRY(he_session_connect(&s->session, why, c->options.policy, s->rng, carry, c));
    c->figures.trips_once += s->trips;
    return HE_OK;
}

static he_status load_enclave(he_client *c)
{
    enclave_state *s = c->state;
    double start = he_clock_ms();
    s->kind = HE_FRAME_PROGRAM;
    s->trips = 0;
    HE_TRY(he_session_load(s->session, c->program));
    c->figures.key_upload_ms = he_clock_ms() - start;
    c->figures.trips_once += s->trips;
    return HE_OK;
}

/* Puts the clocks to zero for the next part of a run. */
static double begin_part(enclave_state *s, he_frame_kind kind)
{
    s->kind = kind;
    s->carried_ms = s->inside_ms = 0;
    return he_clock_ms();
}

static he_status give_inputs(he_client *c, const he_run *run)
{
    enclave_state *s = c->state;
    double start = begin_part(s, HE_FRAME_INPUT);
    if (run->real)
        HE_TRY(he_session_inputs_real(s->session, run->real_inputs));
    else
        HE_TRY(he_session_inputs_integer(s->session, run->integer_inputs));
    c->figures.upload_ms = s->carried_ms;
    c->figures.encrypt_ms = he_clock_ms() - start - s->carried_ms;
    return HE_OK;
}

static he_status take_outputs(he_client *c, const he_run *run)
{
    enclave_state *s = c->state;
    double start = begin_part(s, HE_FRAME_OUTPUT);
    if (run->real)
        HE_TRY(he_session_outputs_real(s->session, run->real_outputs));
    else
        HE_TRY(he_session_outputs_integer(s->session, run->integer_outputs));
    c->figures.download_ms = s->carried_ms;
    c->figures.decrypt_ms = he_clock_ms() - start - s->carried_ms;
    return HE_OK;
}

static he_status run_enclave(he_client *c, const he_run *run)
{
    enclave_state *s = c->state;
    s->trips = 0;
    HE_TRY(give_inputs(c, run));
    (void)begin_part(s, HE_FRAME_RUN);
    HE_TRY(he_session_run(s->session, run->post));
    c->figures.evaluate_ms = s->inside_ms;
    c->figures.upload_ms += s->carried_ms - s->inside_ms;
    HE_TRY(take_outputs(c, run));
    c->figures.trips_run = s->trips;
    return HE_OK;
}

static void close_enclave(he_client *c)
{
    enclave_state *s = c->state;
    if (s == NULL)
        return;
    he_session_destroy(s->session);
    he_rng_destroy(s->rng);
    he_free(s);
}

const he_evaluator_ops he_evaluator_enclave = {open_enclave, load_enclave, run_enclave,
                                               close_enclave};
