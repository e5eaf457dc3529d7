/* SPDX-License-Identifier: MIT */
/* The report's life, its figures, and its table as text. */
#include "client/rows.h"

#include "core/memory.h"
#include <errno.h>
#include <string.h>

#define LABEL_WIDTH 34
#define CELL_WIDTH  32

he_note *he_report_note(he_report *r, const char *label)
{
    if (r->note_count == HE_REPORT_NOTES)
        return NULL;
    he_note *n = &r->notes[r->note_count++];
    snprintf(n->label, sizeof n->label, "%s", label);
    return n;
}

he_status he_report_get(const he_report *r, he_evaluator e, he_report_figures *figures)
{
    HE_REQUIRE_PTR(r);
    HE_REQUIRE_PTR(figures);
    if ((unsigned)e >= HE_EVALUATOR_COUNT)
        return he_fail(HE_ERR_ARGUMENT, "he_report_get: evaluator %d is unknown", (int)e);
    const he_outcome *o = &r->outcome[e];
    *figures = (he_report_figures){.cold = o->cold,
                                   .warm = o->warm,
                                   .client_memory = o->client_memory,
                                   .server_memory = o->server_memory,
                                   .greatest_error = o->greatest_error,
                                   .cold_count = o->cold_count,
                                   .warm_count = o->warm_count};
    return HE_OK;
}

void he_report_destroy(he_report *r)
{
    if (r == NULL)
        return;
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        he_free(r->real_results[e]);
        he_free(r->integer_results[e]);
        he_free(r->exact_results[e]);
    }
    he_free(r);
}

/* Columns of a UTF-8 text: bytes that do not continue a character. */
static int columns(const char *text, size_t bytes)
{
    int n = 0;
    for (size_t i = 0; i < bytes; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

/* How many bytes of text go on a line of width columns: up to the last space that fits. */
static size_t fitting(const char *text, int width)
{
    size_t length = strlen(text), best = 0;
    if (columns(text, length) <= width)
        return length;
    for (size_t i = 0; i < length && columns(text, i) <= width; i++)
        if (text[i] == ' ')
            best = i;
    return best > 0 ? best : (size_t)width;
}

static void print_padded(FILE *f, const char *text, size_t bytes, int width)
{
    fprintf(f, "%.*s", (int)bytes, text);
    for (int i = columns(text, bytes); i < width; i++)
        fputc(' ', f);
}

/* A row takes as many lines as its longest cell needs. */
static void print_row(FILE *f, const he_row *row)
{
    const char *rest[1 + HE_EVALUATOR_COUNT] = {row->label, row->cell[0], row->cell[1],
                                                row->cell[2]};
    bool more = true;
    while (more) {
        more = false;
        for (int i = 0; i < 1 + HE_EVALUATOR_COUNT; i++) {
            int width = i == 0 ? LABEL_WIDTH : CELL_WIDTH;
            size_t n = fitting(rest[i], width);
            bool last = i == HE_EVALUATOR_COUNT;
            if (i > 0)
                fputs(" | ", f);
            print_padded(f, rest[i], n, last ? 0 : width);
            rest[i] += n;
            while (*rest[i] == ' ')
                rest[i]++;
            more = more || *rest[i] != 0;
        }
        fputc('\n', f);
    }
}

static void print_rule(FILE *f)
{
    for (int i = 0; i < 1 + HE_EVALUATOR_COUNT; i++) {
        if (i > 0)
            fputs("-+-", f);
        for (int k = 0; k < (i == 0 ? LABEL_WIDTH : CELL_WIDTH); k++)
            fputc('-', f);
    }
    fputc('\n', f);
}

static void print_appraisal(FILE *f, const he_appraisal_facts *a)
{
    fprintf(f, "\nAppraisal of the enclave's evidence: %s\n", a->trusted ? "accepted" : "refused");
    for (size_t i = 0; i < a->line_count; i++)
        fprintf(f, "  %s  %s\n", a->passed[i] ? "pass" : "FAIL", a->line[i]);
}

he_status he_report_print(const he_report *r, FILE *f, bool verbose)
{
    HE_REQUIRE_PTR(r);
    HE_REQUIRE_PTR(f);
    he_rows *rows = he_alloc(1, sizeof *rows);
    if (rows == NULL)
        return he_fail(HE_ERR_MEMORY, "he_report_print: no memory");
    he_rows_make(rows, r);
    fprintf(f, "%s\n%zu rows in %u batch%s of %u; program %.16s…; %u thread%s each side, %s\n\n",
            r->title, r->rows, r->batches, r->batches == 1 ? "" : "es", r->size, r->program_id,
            r->threads, r->threads == 1 ? "" : "s",
            r->tcp ? "TCP on the loopback" : "Unix sockets");
    he_row head = {.cell = {"plain", "homomorphic", "enclave"}};
    print_row(f, &head);
    for (size_t i = 0; i < rows->count; i++) {
        if (!rows->row[i].heading) {
            print_row(f, &rows->row[i]);
            continue;
        }
        print_rule(f);
        fprintf(f, "%s\n", rows->row[i].label);
    }
    he_free(rows);
    if (verbose && r->outcome[HE_EVALUATOR_ENCLAVE].has_appraisal)
        print_appraisal(f, &r->outcome[HE_EVALUATOR_ENCLAVE].appraisal);
    if (fflush(f) != 0)
        return he_fail(HE_ERR_IO, "he_report_print: %s", strerror(errno));
    return HE_OK;
}
