/* SPDX-License-Identifier: MIT */
/* The host of an enclave: it passes records in and out, and sees nothing but their lengths. */
#include "client/serve.h"

#include "client/clock.h"
#include "core/bytes.h"
#include "core/memory.h"

struct he_enclave_host {
    he_enclave *enclave;
    uint32_t channel; /* the number of the current connection */
    uint8_t *reply;   /* HE_ENCLAVE_REPLY_MAX */
};

he_status he_enclave_host_create(he_enclave_host **host, const he_serve_options *options)
{
    he_enclave_host *h = he_alloc(1, sizeof *h);
    if (h == NULL)
        return he_fail(HE_ERR_MEMORY, "he_serve: no memory");
    h->reply = he_alloc_raw(HE_ENCLAVE_REPLY_MAX, 1);
    he_enclave_config config = HE_ENCLAVE_CONFIG_INIT;
    config.backend = options->backend;
    config.image_path = options->image;
    config.state_dir = options->state;
    he_status status = h->reply == NULL ? he_fail(HE_ERR_MEMORY, "he_serve: no memory")
                                        : he_enclave_create(&h->enclave, &config);
    if (status != HE_OK) {
        he_enclave_host_destroy(h);
        return status;
    }
    *host = h;
    return HE_OK;
}

void he_enclave_host_destroy(he_enclave_host *h)
{
    if (h == NULL)
        return;
    he_enclave_destroy(h->enclave);
    he_free(h->reply);
    he_free(h);
}

/* One frame in, one frame out.  HELLO: prefix | bytes; others: bytes in, time f64 | bytes out. */
static he_status pass_on(he_channel *ch, he_enclave_host *h, const he_frame *frame,
                         const uint8_t *body)
{
    size_t prefix_length = frame->kind == HE_FRAME_HELLO ? HE_HELLO_PREFIX : 0, length;
    double start = he_clock_ms();
    HE_TRY(he_enclave_call(h->enclave, h->channel, h->reply, HE_ENCLAVE_REPLY_MAX, &length,
                           body + prefix_length, (size_t)frame->length - prefix_length, 0));
    uint8_t head[8];
    if (frame->kind == HE_FRAME_HELLO) {
        he_hello_prefix(head, HE_EVALUATOR_ENCLAVE);
        return he_channel_send(ch, frame->kind, frame->request, head, HE_HELLO_PREFIX, h->reply,
                               length);
    }
    he_store_double(head, he_clock_ms() - start);
    return he_channel_send(ch, frame->kind, frame->request, head, sizeof head, h->reply, length);
}

static he_status one_frame(he_channel *ch, he_enclave_host *h, bool first)
{
    he_frame frame;
    uint8_t *body;
    HE_TRY(he_channel_receive(ch, &frame));
    if (first != (frame.kind == HE_FRAME_HELLO) || frame.kind == HE_FRAME_KEYS)
        return he_fail(HE_ERR_FORMAT, "%s is not expected here by the host of an enclave",
                       he_frame_name(frame.kind));
    if (frame.length > HE_ENCLAVE_REPLY_MAX)
        return he_fail(HE_ERR_FORMAT, "%s has %llu bytes, the enclave takes %zu",
                       he_frame_name(frame.kind), (unsigned long long)frame.length,
                       (size_t)HE_ENCLAVE_REPLY_MAX);
    HE_TRY(he_channel_read_body(ch, &frame, &body));
    he_status status = HE_OK;
    if (first)
        status = he_hello_check(body, frame.length, HE_EVALUATOR_ENCLAVE, ch->peer);
    if (status == HE_OK)
        status = pass_on(ch, h, &frame, body);
    he_free(body);
    return status;
}

he_status he_serve_enclave(he_channel *ch, he_enclave_host *h)
{
    h->channel++;
    he_status status = one_frame(ch, h, true);
    while (status == HE_OK)
        status = one_frame(ch, h, false);
    (void)!he_enclave_forget(h->enclave, h->channel);
    return status;
}
