/* SPDX-License-Identifier: MIT */
#include "client/rows.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NONE "-"

void he_text_ms(char *out, size_t size, double ms)
{
    if (ms < 1e-7)
        snprintf(out, size, "0");
    else if (ms < 0.1)
        snprintf(out, size, "%.3g us", ms * 1e3);
    else if (ms < 1)
        snprintf(out, size, "%.3f ms", ms);
    else if (ms < 100)
        snprintf(out, size, "%.2f ms", ms);
    else if (ms < 10000)
        snprintf(out, size, "%.0f ms", ms);
    else
        snprintf(out, size, "%.1f s", ms / 1000);
}

void he_text_bytes(char *out, size_t size, double bytes)
{
    if (bytes < 1000)
        snprintf(out, size, "%.0f B", bytes);
    else if (bytes < 1e6)
        snprintf(out, size, "%.1f kB", bytes / 1e3);
    else if (bytes < 1e9)
        snprintf(out, size, "%.1f MB", bytes / 1e6);
    else
        snprintf(out, size, "%.2f GB", bytes / 1e9);
}

void he_text_link(char *out, size_t size, const he_link *link)
{
    double r = link->bits_per_s;
    if (r >= 1e9)
        snprintf(out, size, "%g Gbit/s, %g ms", r / 1e9, link->rtt_s * 1e3);
    else
        snprintf(out, size, "%g Mbit/s, %g ms", r / 1e6, link->rtt_s * 1e3);
}

double he_query_ms(const he_client_figures *f)
{
    return f->encrypt_ms + f->upload_ms + f->evaluate_ms + f->download_ms + f->decrypt_ms;
}

double he_session_ms(const he_client_figures *f)
{
    return f->keys_ms + f->key_upload_ms + f->handshake_ms;
}

double he_link_ms(const he_link *link, uint64_t bytes, uint32_t trips)
{
    return 1e3 * ((double)bytes * 8 / link->bits_per_s + trips * link->rtt_s);
}

static he_row *add(he_rows *rows, const char *format, ...) HE_PRINTF(2, 3);

static he_row *add(he_rows *rows, const char *format, ...)
{
    /* the last row is overwritten when there are too many: a test counts them */
    he_row *r = &rows->row[rows->count < HE_MAX_ROWS ? rows->count++ : HE_MAX_ROWS - 1];
    memset(r, 0, sizeof *r);
    va_list args;
    va_start(args, format);
    vsnprintf(r->label, sizeof r->label, format, args);
    va_end(args);
    return r;
}

static void heading(he_rows *rows, const char *label)
{
    add(rows, "%s", label)->heading = true;
}

/* One value for each evaluator; shown: where the phase exists. */
static void add_ms(he_rows *rows, const he_report *r, const char *label, size_t offset)
{
    he_row *row = add(rows, "%s", label);
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        double ms;
        memcpy(&ms, (const uint8_t *)&r->outcome[e].cold + offset, sizeof ms);
        if (ms > 0)
            he_text_ms(row->cell[e], sizeof row->cell[e], ms);
        else
            snprintf(row->cell[e], sizeof row->cell[e], NONE);
    }
}

static void add_cold_warm(he_rows *rows, const he_report *r, const char *label,
                          double (*value)(const he_client_figures *f))
{
    he_row *row = add(rows, "%s", label);
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        double cold = value(&r->outcome[e].cold), warm = value(&r->outcome[e].warm);
        if (cold <= 0 && warm <= 0) {
            snprintf(row->cell[e], sizeof row->cell[e], NONE);
            continue;
        }
        char a[32], b[32];
        he_text_ms(a, sizeof a, cold);
        he_text_ms(b, sizeof b, warm);
        snprintf(row->cell[e], sizeof row->cell[e], "%s / %s", a, b);
    }
}

static double encrypt_of(const he_client_figures *f)
{
    return f->encrypt_ms;
}
static double upload_of(const he_client_figures *f)
{
    return f->upload_ms;
}
static double evaluate_of(const he_client_figures *f)
{
    return f->evaluate_ms;
}
static double download_of(const he_client_figures *f)
{
    return f->download_ms;
}
static double decrypt_of(const he_client_figures *f)
{
    return f->decrypt_ms;
}

static void add_bytes(he_rows *rows, const he_report *r, const char *label, size_t up, size_t down,
                      size_t trips)
{
    he_row *row = add(rows, "%s", label);
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        uint64_t u, d;
        uint32_t t;
        memcpy(&u, (const uint8_t *)&r->outcome[e].cold + up, sizeof u);
        memcpy(&d, (const uint8_t *)&r->outcome[e].cold + down, sizeof d);
        memcpy(&t, (const uint8_t *)&r->outcome[e].cold + trips, sizeof t);
        char a[32], b[32];
        he_text_bytes(a, sizeof a, (double)u);
        he_text_bytes(b, sizeof b, (double)d);
        if (u + d == 0)
            snprintf(row->cell[e], sizeof row->cell[e], NONE);
        else
            snprintf(row->cell[e], sizeof row->cell[e], "%s / %s, %u trip%s", a, b, t,
                     t == 1 ? "" : "s");
    }
}

static void once_rows(he_rows *rows, const he_report *r)
{
    char label[112];
    uint32_t sessions = r->outcome[HE_EVALUATOR_PLAIN].cold_count;
    snprintf(label, sizeof label, "Once per session (n = %u new session%s%s)", sessions,
             sessions == 1 ? "" : "s", sessions == 1 ? "" : ", medians");
    heading(rows, label);
    add_ms(rows, r, "keys", offsetof(he_client_figures, keys_ms));
    add_ms(rows, r, "program and key upload", offsetof(he_client_figures, key_upload_ms));
    he_row *row = add(rows, "handshake, attestation");
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++)
        if (e == HE_EVALUATOR_PLAIN)
            snprintf(row->cell[e], sizeof row->cell[e], NONE);
        else
            he_text_ms(row->cell[e], sizeof row->cell[e], r->outcome[e].cold.handshake_ms);
    add_bytes(rows, r, "bytes up / down", offsetof(he_client_figures, up_once),
              offsetof(he_client_figures, down_once), offsetof(he_client_figures, trips_once));
}

static void query_rows(he_rows *rows, const he_report *r)
{
    char label[112];
    snprintf(label, sizeof label, "Per query, cold / warm (medians, n = %u / %u)",
             r->outcome[HE_EVALUATOR_PLAIN].cold_count, r->outcome[HE_EVALUATOR_PLAIN].warm_count);
    heading(rows, label);
    add_cold_warm(rows, r, "encrypt or seal", encrypt_of);
    add_cold_warm(rows, r, "upload", upload_of);
    add_cold_warm(rows, r, "evaluate", evaluate_of);
    add_cold_warm(rows, r, "download", download_of);
    add_cold_warm(rows, r, "decrypt or open", decrypt_of);
    add_cold_warm(rows, r, "total", he_query_ms);
    he_row *row = add(rows, "time per row, warm");
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++)
        he_text_ms(row->cell[e], sizeof row->cell[e],
                   he_query_ms(&r->outcome[e].warm) / (double)r->rows);
    add_bytes(rows, r, "bytes up / down", offsetof(he_client_figures, up_run),
              offsetof(he_client_figures, down_run), offsetof(he_client_figures, trips_run));
}

static void link_rows(he_rows *rows, const he_report *r)
{
    heading(rows, "Computed for a network: measured time + bytes / rate + trips x round trip");
    for (uint32_t l = 0; l < r->link_count; l++)
        for (int first = 1; first >= 0; first--) {
            char link[48];
            he_text_link(link, sizeof link, &r->links[l]);
            he_row *row = add(rows, "%s: %s", link, first ? "first query" : "further");
            for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
                const he_client_figures *f = first ? &r->outcome[e].cold : &r->outcome[e].warm;
                double ms = he_query_ms(f) +
                            he_link_ms(&r->links[l], f->up_run + f->down_run, f->trips_run);
                if (first)
                    ms += he_session_ms(f) +
                          he_link_ms(&r->links[l], f->up_once + f->down_once, f->trips_once);
                he_text_ms(row->cell[e], sizeof row->cell[e], ms);
            }
        }
}

static void result_rows(he_rows *rows, const he_report *r)
{
    heading(rows, "Result");
    for (size_t i = 0; i < r->note_count; i++) {
        he_row *row = add(rows, "%s", r->notes[i].label);
        for (int e = 0; e < HE_EVALUATOR_COUNT; e++)
            snprintf(row->cell[e], sizeof row->cell[e], "%s", r->notes[i].cell[e]);
    }
    he_row *row = add(rows, "greatest error against plain");
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++)
        if (e == HE_EVALUATOR_PLAIN)
            snprintf(row->cell[e], sizeof row->cell[e], "reference");
        else if (r->outcome[e].greatest_error == 0)
            snprintf(row->cell[e], sizeof row->cell[e], "0 (exact)");
        else
            snprintf(row->cell[e], sizeof row->cell[e], "%.2e", r->outcome[e].greatest_error);
    heading(rows, "Peak memory (VmHWM)");
    row = add(rows, "client / server");
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        char a[32], b[32];
        he_text_bytes(a, sizeof a, (double)r->outcome[e].client_memory);
        he_text_bytes(b, sizeof b, (double)r->outcome[e].server_memory);
        snprintf(row->cell[e], sizeof row->cell[e], "%s / %s", a,
                 e == HE_EVALUATOR_PLAIN ? NONE : b);
    }
}

/* --- trust ----------------------------------------------------------------------------------- */

static const char *homomorphic_view(void)
{
    return "sizes, times, the program; ciphertexts; that queries with the same keys belong "
           "together";
}

static void parameter_row(he_rows *rows, const he_report *r)
{
    he_row *row = add(rows, "parameters or measurement");
    const he_outcome *h = &r->outcome[HE_EVALUATOR_HE];
    const he_appraisal_facts *a = &r->outcome[HE_EVALUATOR_ENCLAVE].appraisal;
    snprintf(row->cell[HE_EVALUATOR_PLAIN], sizeof row->cell[0], NONE);
    snprintf(row->cell[HE_EVALUATOR_HE], sizeof row->cell[0],
             "%s, n = %u, %u + %u primes, log2 QP = %.1f of %u, %s, kernels %s",
             r->real ? "CKKS" : "BFV", h->n, h->data_count, h->special_count, h->log_qp,
             h->max_bits, he_security_name(h->security), h->kernel);
    char hex[2 * HE_MEASUREMENT_BYTES + 1];
    for (size_t i = 0; i < HE_MEASUREMENT_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", a->measurement[i]);
    snprintf(row->cell[HE_EVALUATOR_ENCLAVE], sizeof row->cell[0],
             "backend %s, measurement %.16s…%s", he_backend_name(a->backend), hex,
             hex + 2 * HE_MEASUREMENT_BYTES - 8);
}

static void trust_rows(he_rows *rows, const he_report *r)
{
    const he_appraisal_facts *a = &r->outcome[HE_EVALUATOR_ENCLAVE].appraisal;
    heading(rows, "Trust");
    parameter_row(rows, r);
    he_row *row = add(rows, "root of trust reached");
    snprintf(row->cell[HE_EVALUATOR_PLAIN], sizeof row->cell[0], NONE);
    snprintf(row->cell[HE_EVALUATOR_HE], sizeof row->cell[0], "mathematics; none for the result");
    bool same_uid = (a->flags & HE_ENCLAVE_SAME_UID) != 0;
    snprintf(row->cell[HE_EVALUATOR_ENCLAVE], sizeof row->cell[0], "%s%s", he_root_name(a->root),
             same_uid ? "; measurement not trusted: the launcher runs as you. For the strict run: "
                        "scripts/setup.sh makes the system user he-enclave, then run as root"
                      : "");
    row = add(rows, "the server's operator could see");
    snprintf(row->cell[HE_EVALUATOR_PLAIN], sizeof row->cell[0], "no server");
    snprintf(row->cell[HE_EVALUATOR_HE], sizeof row->cell[0], "%s", homomorphic_view());
    snprintf(row->cell[HE_EVALUATOR_ENCLAVE], sizeof row->cell[0],
             "sizes, times, kinds of records; as root on a software root: everything; by side "
             "channels: access patterns");
    row = add(rows, "whom you trust");
    snprintf(row->cell[HE_EVALUATOR_PLAIN], sizeof row->cell[0], "Your own machine.");
    snprintf(row->cell[HE_EVALUATOR_HE], sizeof row->cell[0], "%s",
             he_trust_sentence(HE_TRUST_HOMOMORPHIC));
    snprintf(row->cell[HE_EVALUATOR_ENCLAVE], sizeof row->cell[0], "%s",
             he_trust_sentence(a->trust));
}

void he_rows_make(he_rows *rows, const he_report *r)
{
    rows->count = 0;
    once_rows(rows, r);
    query_rows(rows, r);
    link_rows(rows, r);
    result_rows(rows, r);
    trust_rows(rows, r);
}
