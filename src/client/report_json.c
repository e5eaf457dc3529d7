/* SPDX-License-Identifier: MIT */
/* The report as JSON (RFC 8259): raw figures, times in ms, sizes in bytes. */
#include "client/file.h"
#include "client/rows.h"

#include <math.h>

/* Where in the text we are: whether the next member needs a comma. */
typedef struct json {
    FILE *f;
    bool comma;
    int depth;
} json;

static void string(FILE *f, const char *s)
{
    fputc('"', f);
    for (; *s != 0; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            fprintf(f, "\\%c", c);
        else if (c < 0x20)
            fprintf(f, "\\u%04x", c);
        else
            fputc(c, f);
    }
    fputc('"', f);
}

static void next(json *j, const char *name)
{
    fprintf(j->f, "%s\n%*s", j->comma ? "," : "", 2 * j->depth, "");
    j->comma = true;
    if (name != NULL) {
        string(j->f, name);
        fputs(": ", j->f);
    }
}

static void open(json *j, const char *name, char bracket)
{
    next(j, name);
    fputc(bracket, j->f);
    j->comma = false;
    j->depth++;
}

static void close(json *j, char bracket)
{
    j->depth--;
    fprintf(j->f, "\n%*s%c", 2 * j->depth, "", bracket);
    j->comma = true;
}

static void number(json *j, const char *name, double x)
{
    next(j, name);
    if (isfinite(x))
        fprintf(j->f, "%.17g", x);
    else
        fputs("null", j->f);
}

static void text(json *j, const char *name, const char *s)
{
    next(j, name);
    string(j->f, s);
}

static void truth(json *j, const char *name, bool x)
{
    next(j, name);
    fputs(x ? "true" : "false", j->f);
}

static void figures(json *j, const char *name, const he_client_figures *f, uint32_t count)
{
    open(j, name, '{');
    number(j, "count", count);
    number(j, "keys_ms", f->keys_ms);
    number(j, "key_upload_ms", f->key_upload_ms);
    number(j, "handshake_ms", f->handshake_ms);
    number(j, "encrypt_ms", f->encrypt_ms);
    number(j, "upload_ms", f->upload_ms);
    number(j, "evaluate_ms", f->evaluate_ms);
    number(j, "download_ms", f->download_ms);
    number(j, "decrypt_ms", f->decrypt_ms);
    number(j, "bytes_up_once", (double)f->up_once);
    number(j, "bytes_down_once", (double)f->down_once);
    number(j, "bytes_up_query", (double)f->up_run);
    number(j, "bytes_down_query", (double)f->down_run);
    number(j, "trips_once", f->trips_once);
    number(j, "trips_query", f->trips_run);
    close(j, '}');
}

static void parameters(json *j, const he_outcome *o, bool real)
{
    open(j, "parameters", '{');
    text(j, "scheme", real ? "CKKS" : "BFV");
    number(j, "n", o->n);
    open(j, "data_primes", '[');
    for (uint32_t i = 0; i < o->data_count; i++) {
        next(j, NULL);
        fprintf(j->f, "%llu", (unsigned long long)o->params.data_primes[i]);
    }
    close(j, ']');
    open(j, "special_primes", '[');
    for (uint32_t i = 0; i < o->special_count; i++) {
        next(j, NULL);
        fprintf(j->f, "%llu", (unsigned long long)o->params.special_primes[i]);
    }
    close(j, ']');
    number(j, "levels", o->top_level);
    number(j, "log2_qp", o->log_qp);
    number(j, "log2_qp_allowed", o->max_bits);
    text(j, "security", he_security_name(o->security));
    truth(j, "relinearization_key", o->relin != 0);
    number(j, "galois_keys", o->galois_count);
    text(j, "kernels", o->kernel);
    close(j, '}');
}

static void appraisal(json *j, const he_appraisal_facts *a)
{
    char hex[2 * HE_MEASUREMENT_BYTES + 1];
    for (size_t i = 0; i < HE_MEASUREMENT_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", a->measurement[i]);
    open(j, "appraisal", '{');
    truth(j, "accepted", a->trusted);
    text(j, "backend", he_backend_name(a->backend));
    text(j, "root_of_trust", he_root_name(a->root));
    text(j, "measurement", hex);
    number(j, "flags", a->flags);
    open(j, "checks", '[');
    for (size_t i = 0; i < a->line_count; i++) {
        open(j, NULL, '{');
        truth(j, "pass", a->passed[i]);
        text(j, "line", a->line[i]);
        close(j, '}');
    }
    close(j, ']');
    close(j, '}');
}

static void evaluator(json *j, const he_report *r, he_evaluator e)
{
    const he_outcome *o = &r->outcome[e];
    open(j, he_evaluator_name(e), '{');
    figures(j, "cold", &o->cold, o->cold_count);
    figures(j, "warm", &o->warm, o->warm_count);
    number(j, "client_memory_bytes", (double)o->client_memory);
    number(j, "server_memory_bytes", (double)o->server_memory);
    number(j, "greatest_error", o->greatest_error);
    if (e == HE_EVALUATOR_HE)
        parameters(j, o, r->real);
    if (o->has_appraisal)
        appraisal(j, &o->appraisal);
    text(j, "trust",
         e == HE_EVALUATOR_PLAIN ? "Your own machine."
         : e == HE_EVALUATOR_HE  ? he_trust_sentence(HE_TRUST_HOMOMORPHIC)
                                 : he_trust_sentence(o->appraisal.trust));
    close(j, '}');
}

static void links(json *j, const he_report *r)
{
    open(j, "links", '[');
    for (uint32_t l = 0; l < r->link_count; l++) {
        open(j, NULL, '{');
        number(j, "bits_per_s", r->links[l].bits_per_s);
        number(j, "rtt_s", r->links[l].rtt_s);
        text(j, "note", "computed: measured time plus bytes / rate plus trips x round trip");
        for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
            const he_client_figures *c = &r->outcome[e].cold, *w = &r->outcome[e].warm;
            open(j, he_evaluator_name((he_evaluator)e), '{');
            number(j, "first_query_ms",
                   he_session_ms(c) + he_query_ms(c) +
                       he_link_ms(&r->links[l], c->up_once + c->down_once + c->up_run + c->down_run,
                                  c->trips_once + c->trips_run));
            number(j, "further_query_ms",
                   he_query_ms(w) +
                       he_link_ms(&r->links[l], w->up_run + w->down_run, w->trips_run));
            close(j, '}');
        }
        close(j, '}');
    }
    close(j, ']');
}

static void notes(json *j, const he_report *r)
{
    open(j, "results", '[');
    for (size_t i = 0; i < r->note_count; i++) {
        open(j, NULL, '{');
        text(j, "what", r->notes[i].label);
        for (int e = 0; e < HE_EVALUATOR_COUNT; e++)
            text(j, he_evaluator_name((he_evaluator)e), r->notes[i].cell[e]);
        close(j, '}');
    }
    close(j, ']');
}

static void one_report(json *j, const he_report *r)
{
    open(j, NULL, '{');
    text(j, "libhe", he_version());
    text(j, "title", r->title);
    text(j, "program", r->program_id);
    number(j, "rows", (double)r->rows);
    number(j, "batches", r->batches);
    number(j, "batch_size", r->size);
    number(j, "threads", r->threads);
    text(j, "transport", r->tcp ? "tcp loopback" : "unix");
    open(j, "evaluators", '{');
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++)
        evaluator(j, r, (he_evaluator)e);
    close(j, '}');
    links(j, r);
    notes(j, r);
    close(j, '}');
}

typedef struct reports {
    const he_report *const *report;
    size_t count;
} reports;

static void write_json(FILE *f, const void *data)
{
    const reports *all = data;
    json j = {f, false, 1};
    fputc('[', f);
    for (size_t i = 0; i < all->count; i++)
        one_report(&j, all->report[i]);
    fputs("\n]\n", f);
}

he_status he_report_json(const he_report *const *report, size_t count, const char *path)
{
    HE_REQUIRE_PTR(report);
    HE_REQUIRE_PTR(path);
    for (size_t i = 0; i < count; i++)
        HE_REQUIRE_PTR(report[i]);
    reports all = {report, count};
    return he_file_replace(path, write_json, &all);
}
