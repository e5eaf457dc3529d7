/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "client/model.h"

#include "core/memory.h"
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE 65536
#define MAX_HELD 1000000
#define MAX_ROW  10000000.0

typedef struct reader {
    const char *path;
    size_t line;
    locale_t c;
    he_model *m;
    bool magic, interval, bias;
} reader;

static he_status bad(const reader *r, const char *what)
{
    return he_fail(HE_ERR_FORMAT, "%s, line %zu: %s", r->path, r->line, what);
}

/* The next word as a finite number. */
static bool number(const reader *r, double *x, char **save)
{
    char *word = strtok_r(NULL, " \t\r\n", save), *end;
    if (word == NULL)
        return false;
    *x = strtod_l(word, &end, r->c);
    return *end == 0 && isfinite(*x);
}

static he_status read_polynomial(reader *r, char **save)
{
    he_model *m = r->m;
    double x;
    while (m->coefficient_count < HE_MODEL_MAX_COEFFICIENTS && number(r, &x, save))
        m->coefficients[m->coefficient_count++] = x;
    if (m->coefficient_count < 2)
        return bad(r, "polynomial needs at least two finite coefficients");
    return HE_OK;
}

static he_status read_feature(reader *r, char **save)
{
    he_model *m = r->m;
    if (m->feature_count == HE_MODEL_MAX_FEATURES)
        return bad(r, "too many features");
    he_feature *f = &m->features[m->feature_count];
    char *name = strtok_r(NULL, " \t\r\n", save);
    if (name == NULL || strlen(name) >= HE_MODEL_NAME || !number(r, &f->mean, save) ||
        !number(r, &f->sd, save) || !number(r, &f->weight, save) || !(f->sd > 0))
        return bad(r, "feature needs a name, a mean, a positive standard deviation and a weight");
    memcpy(f->name, name, strlen(name) + 1);
    m->feature_count++;
    return HE_OK;
}

static he_status read_held(reader *r, char **save)
{
    he_model *m = r->m;
    double x;
    while (number(r, &x, save)) {
        if (!(x >= 0 && x < MAX_ROW) || x != floor(x) || m->held_count == MAX_HELD)
            return bad(r, "held needs row numbers");
        if ((m->held_count & (m->held_count - 1)) == 0) { /* a power of two: double the room */
            size_t room = m->held_count == 0 ? 1 : 2 * m->held_count;
            uint32_t *held = he_alloc(room, sizeof *held);
            if (held == NULL)
                return he_fail(HE_ERR_MEMORY, "%s: no memory", r->path);
            if (m->held_count > 0)
                memcpy(held, m->held, m->held_count * sizeof *held);
            he_free(m->held);
            m->held = held;
        }
        m->held[m->held_count++] = (uint32_t)x;
    }
    return HE_OK;
}

static he_status read_line(reader *r, char *text)
{
    char *save, *word = strtok_r(text, " \t\r\n", &save);
    if (word == NULL || word[0] == '#')
        return HE_OK;
    if (!r->magic) {
        double version;
        if (strcmp(word, "he-risk-model") != 0 || !number(r, &version, &save) || version != 1)
            return bad(r, "not a model of version 1 (he-risk-model 1)");
        r->magic = true;
        return HE_OK;
    }
    if (strcmp(word, "label") == 0 || strcmp(word, "split") == 0)
        return HE_OK; /* words for people */
    if (strcmp(word, "interval") == 0) {
        r->interval = number(r, &r->m->interval, &save) && r->m->interval > 0;
        return r->interval ? HE_OK : bad(r, "interval needs a positive number");
    }
    if (strcmp(word, "bias") == 0) {
        r->bias = number(r, &r->m->bias, &save);
        return r->bias ? HE_OK : bad(r, "bias needs a number");
    }
    if (strcmp(word, "polynomial") == 0)
        return read_polynomial(r, &save);
    if (strcmp(word, "feature") == 0)
        return read_feature(r, &save);
    if (strcmp(word, "held") == 0)
        return read_held(r, &save);
    return bad(r, "neither interval, polynomial, bias, feature, held, label nor split");
}

static he_status read_file(reader *r, FILE *f)
{
    char *line = he_alloc(MAX_LINE, 1);
    if (line == NULL)
        return he_fail(HE_ERR_MEMORY, "%s: no memory", r->path);
    he_status status = HE_OK;
    while (status == HE_OK && fgets(line, MAX_LINE, f) != NULL) {
        r->line++;
        status = strlen(line) == MAX_LINE - 1 ? bad(r, "the line is too long") : read_line(r, line);
    }
    he_free(line);
    HE_TRY(status);
    if (ferror(f))
        return he_fail(HE_ERR_IO, "cannot read %s: %s", r->path, strerror(errno));
    if (!r->magic || !r->interval || !r->bias || r->m->coefficient_count == 0 ||
        r->m->feature_count == 0)
        return bad(r, "the model ends before interval, bias, polynomial and features are there");
    return HE_OK;
}

he_status he_model_read(he_model **model, const char *path)
{
    HE_REQUIRE_PTR(path);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return he_fail(HE_ERR_IO, "cannot read %s: %s", path, strerror(errno));
    reader r = {.path = path, .c = newlocale(LC_ALL_MASK, "C", (locale_t)0)};
    r.m = he_alloc(1, sizeof *r.m);
    he_status status = r.m == NULL || r.c == (locale_t)0
                           ? he_fail(HE_ERR_MEMORY, "%s: no memory", path)
                           : read_file(&r, f);
    fclose(f);
    if (r.c != (locale_t)0)
        freelocale(r.c);
    if (status != HE_OK) {
        he_model_destroy(r.m);
        return status;
    }
    *model = r.m;
    return HE_OK;
}

void he_model_destroy(he_model *m)
{
    if (m == NULL)
        return;
    he_free(m->held);
    he_free(m);
}
