/* SPDX-License-Identifier: MIT */
/* The report as one self-contained page: the table, and two charts as inline SVG.  Evaluators are
 * told apart by pattern and label as well as by colour; light and dark follow the reader. */
#include "client/file.h"
#include "client/rows.h"
#include "core/memory.h"

#include <math.h>

static void escaped(FILE *f, const char *s)
{
    for (; *s != 0; s++)
        switch (*s) {
        case '&':
            fputs("&amp;", f);
            break;
        case '<':
            fputs("&lt;", f);
            break;
        case '>':
            fputs("&gt;", f);
            break;
        case '"':
            fputs("&quot;", f);
            break;
        default:
            fputc(*s, f);
        }
}

static void head(FILE *f, const char *title)
{
    fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
          f);
    escaped(f, title);
    fputs("</title>\n<style>\n"
          ":root{color-scheme:light dark;--ink:#1b1b1b;--dim:#5c5c5c;--paper:#fff;--line:#cfcfcf;"
          "--e0:#6b7280;--e1:#1d6fb8;--e2:#b45309}\n"
          "@media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--dim:#a8a8a8;--paper:#16181c;"
          "--line:#3b3f46;--e0:#9aa3b2;--e1:#62a8e8;--e2:#e9a15b}}\n"
          "body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
          "max-width:72rem;margin:2rem auto;padding:0 1rem}\n"
          "h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}\n"
          "table{border-collapse:collapse;width:100%;font-size:.92rem}\n"
          "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;"
          "border-bottom:1px solid var(--line)}\n"
          "th[scope=row]{font-weight:400;color:var(--dim)}th.s{padding-top:1.1rem}\n"
          "svg{width:100%;height:auto}svg text{fill:var(--ink);font:13px system-ui,sans-serif}\n"
          "svg .d{fill:var(--dim)}svg .g{stroke:var(--line)}\n"
          "svg .b0{fill:var(--e0)}svg .b1{fill:var(--e1)}svg .b2{fill:var(--e2)}\n"
          "svg .o{fill:none;stroke:var(--ink)}p.n{color:var(--dim)}\n"
          ".scroll{overflow-x:auto}\n</style>\n</head>\n<body>\n",
          f);
    /* patterns of the charts, once: an id must be the only one */
    fputs("<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\">"
          "<defs><pattern id=\"p0\" width=\"1\" height=\"1\"/>"
          "<pattern id=\"p1\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
          "<path d=\"M0 6L6 0\" stroke=\"var(--paper)\" stroke-width=\"1.6\"/></pattern>"
          "<pattern id=\"p2\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
          "<circle cx=\"3\" cy=\"3\" r=\"1.5\" fill=\"var(--paper)\"/></pattern></defs></svg>\n",
          f);
}

/* --- charts ---------------------------------------------------------------------------------- */

#define CHART_WIDTH 900
#define LABEL_ROOM  200
#define VALUE_ROOM  110
#define BAR         16
#define GROUP_GAP   14

typedef struct chart {
    const char *title;
    size_t groups;
    const char *label[8];
    double value[8][HE_EVALUATOR_COUNT];
    void (*text)(char *out, size_t size, double value);
} chart;

/* Whole decades around the values, for a logarithmic axis. */
static void decades(const chart *c, int *lo, int *hi)
{
    double least = INFINITY, most = 0;
    for (size_t g = 0; g < c->groups; g++)
        for (int e = 0; e < HE_EVALUATOR_COUNT; e++)
            if (c->value[g][e] > 0) {
                least = fmin(least, c->value[g][e]);
                most = fmax(most, c->value[g][e]);
            }
    if (most == 0)
        least = most = 1;
    *lo = (int)floor(log10(least) - 0.05);
    *hi = (int)ceil(log10(most));
    if (*hi <= *lo)
        *hi = *lo + 1;
}

static double position(double value, int lo, int hi)
{
    double room = CHART_WIDTH - LABEL_ROOM - VALUE_ROOM;
    return room * (log10(value) - lo) / (hi - lo);
}

static void bar(FILE *f, const chart *c, size_t g, int e, double y, int lo, int hi)
{
    double v = c->value[g][e];
    char text[48];
    if (v <= 0) {
        fprintf(f, "<text class=\"d\" x=\"%d\" y=\"%.1f\">%s: none</text>\n", LABEL_ROOM + 4,
                y + BAR - 3, he_evaluator_name((he_evaluator)e));
        return;
    }
    double w = fmax(1, position(v, lo, hi));
    c->text(text, sizeof text, v);
    fprintf(f,
            "<rect class=\"b%d\" x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>"
            "<rect fill=\"url(#p%d)\" x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>"
            "<rect class=\"o\" x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>"
            "<text x=\"%.1f\" y=\"%.1f\">%s</text>\n",
            e, LABEL_ROOM, y, w, BAR - 2, e, LABEL_ROOM, y, w, BAR - 2, LABEL_ROOM, y, w, BAR - 2,
            LABEL_ROOM + w + 6, y + BAR - 4, text);
}

static void axis(FILE *f, const chart *c, int lo, int hi, double top, double bottom)
{
    int step = (hi - lo + 7) / 8;
    for (int d = lo; d <= hi; d += step) {
        double x = LABEL_ROOM + position(pow(10, d), lo, hi);
        char text[48];
        c->text(text, sizeof text, pow(10, d));
        fprintf(f,
                "<line class=\"g\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>"
                "<text class=\"d\" text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                x, top, x, bottom, x, bottom + 16, text);
    }
}

static void legend(FILE *f)
{
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        int x = LABEL_ROOM + e * 170;
        fprintf(f,
                "<rect class=\"b%d\" x=\"%d\" y=\"4\" width=\"28\" height=\"14\"/>"
                "<rect fill=\"url(#p%d)\" x=\"%d\" y=\"4\" width=\"28\" height=\"14\"/>"
                "<rect class=\"o\" x=\"%d\" y=\"4\" width=\"28\" height=\"14\"/>"
                "<text x=\"%d\" y=\"16\">%s</text>\n",
                e, x, e, x, x, x + 36, he_evaluator_name((he_evaluator)e));
    }
}

static void draw(FILE *f, const chart *c)
{
    int lo, hi;
    decades(c, &lo, &hi);
    double group = HE_EVALUATOR_COUNT * BAR + GROUP_GAP, top = 32,
           bottom = top + group * (double)c->groups;
    fprintf(f, "<h2>%s</h2>\n<svg viewBox=\"0 0 %d %.0f\" role=\"img\" aria-label=\"%s\">\n",
            c->title, CHART_WIDTH, bottom + 28, c->title);
    legend(f);
    axis(f, c, lo, hi, top, bottom);
    for (size_t g = 0; g < c->groups; g++) {
        double y = top + group * (double)g + GROUP_GAP / 2.0;
        fprintf(f, "<text text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>\n", LABEL_ROOM - 10,
                y + 1.5 * BAR + 3, c->label[g]);
        for (int e = 0; e < HE_EVALUATOR_COUNT; e++)
            bar(f, c, g, e, y + e * BAR, lo, hi);
    }
    fputs("</svg>\n", f);
}

static void time_chart(FILE *f, const he_report *r)
{
    chart c = {.title = "Time of a session and of a warm query (logarithmic)",
               .groups = 6,
               .label = {"session set-up", "encrypt or seal", "upload", "evaluate", "download",
                         "decrypt or open"},
               .text = he_text_ms};
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        const he_client_figures *w = &r->outcome[e].warm;
        const double v[6] = {e == HE_EVALUATOR_PLAIN ? 0 : he_session_ms(&r->outcome[e].cold),
                             w->encrypt_ms,
                             w->upload_ms,
                             w->evaluate_ms,
                             w->download_ms,
                             w->decrypt_ms};
        for (size_t g = 0; g < c.groups; g++)
            c.value[g][e] = v[g];
    }
    draw(f, &c);
}

static void byte_chart(FILE *f, const he_report *r)
{
    chart c = {.title = "Bytes on the wire and in memory (logarithmic)",
               .groups = 6,
               .label = {"up, once", "down, once", "up, per query", "down, per query",
                         "client memory", "server memory"},
               .text = he_text_bytes};
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        const he_outcome *o = &r->outcome[e];
        const double v[6] = {(double)o->cold.up_once,  (double)o->cold.down_once,
                             (double)o->warm.up_run,   (double)o->warm.down_run,
                             (double)o->client_memory, (double)o->server_memory};
        for (size_t g = 0; g < c.groups; g++)
            c.value[g][e] = v[g];
    }
    draw(f, &c);
}

/* --- table ----------------------------------------------------------------------------------- */

static void table(FILE *f, const he_rows *rows)
{
    fputs("<h2>All figures</h2>\n<div class=\"scroll\"><table>\n<thead><tr><td></td>", f);
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++)
        fprintf(f, "<th scope=\"col\">%s</th>", he_evaluator_name((he_evaluator)e));
    fputs("</tr></thead>\n<tbody>\n", f);
    for (size_t i = 0; i < rows->count; i++) {
        const he_row *row = &rows->row[i];
        fputs(row->heading ? "<tr><th class=\"s\" colspan=\"4\">" : "<tr><th scope=\"row\">", f);
        escaped(f, row->label);
        fputs("</th>", f);
        for (int e = 0; !row->heading && e < HE_EVALUATOR_COUNT; e++) {
            fputs("<td>", f);
            escaped(f, row->cell[e]);
            fputs("</td>", f);
        }
        fputs("</tr>\n", f);
    }
    fputs("</tbody></table></div>\n", f);
}

static void appraisal(FILE *f, const he_appraisal_facts *a)
{
    fputs("<h2>Appraisal of the enclave's evidence</h2>\n<ul>\n", f);
    for (size_t i = 0; i < a->line_count; i++) {
        fprintf(f, "<li>%s: ", a->passed[i] ? "pass" : "<strong>fail</strong>");
        escaped(f, a->line[i]);
        fputs("</li>\n", f);
    }
    fputs("</ul>\n", f);
}

typedef struct page {
    const he_report *const *report;
    he_rows *rows; /* [count] */
    size_t count;
} page;

static void one_report(FILE *f, const he_report *r, const he_rows *rows)
{
    fputs("<h1>", f);
    escaped(f, r->title);
    fprintf(f,
            "</h1>\n<p class=\"n\">%zu rows in %u batch%s of %u; one program (%.16s), run in the "
            "clear, on ciphertexts and in an enclave; %u thread%s each side; libhe %s.</p>\n",
            r->rows, r->batches, r->batches == 1 ? "" : "es", r->size, r->program_id, r->threads,
            r->threads == 1 ? "" : "s", he_version());
    time_chart(f, r);
    byte_chart(f, r);
    table(f, rows);
    if (r->outcome[HE_EVALUATOR_ENCLAVE].has_appraisal)
        appraisal(f, &r->outcome[HE_EVALUATOR_ENCLAVE].appraisal);
}

static void write_html(FILE *f, const void *data)
{
    const page *p = data;
    head(f, p->count == 1 ? p->report[0]->title : "libhe: comparison");
    for (size_t i = 0; i < p->count; i++)
        one_report(f, p->report[i], &p->rows[i]);
    fputs("</body>\n</html>\n", f);
}

he_status he_report_html(const he_report *const *report, size_t count, const char *path)
{
    HE_REQUIRE_PTR(report);
    HE_REQUIRE_PTR(path);
    page p = {report, he_alloc(count, sizeof(he_rows)), count};
    if (p.rows == NULL)
        return he_fail(HE_ERR_MEMORY, "he_report_html: no memory");
    he_status status = HE_OK;
    for (size_t i = 0; i < count && status == HE_OK; i++)
        if (report[i] == NULL)
            status = he_fail(HE_ERR_NULL, "he_report_html: report %zu is NULL", i);
        else
            he_rows_make(&p.rows[i], report[i]);
    if (status == HE_OK)
        status = he_file_replace(path, write_html, &p);
    he_free(p.rows);
    return status;
}
