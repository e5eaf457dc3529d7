/* SPDX-License-Identifier: MIT */
/* Tables of numbers from comma-separated text: strict, with file, line and column in each text. */
#define _GNU_SOURCE
#include "core/memory.h"
#include "core/status.h"
#include <ctype.h>
#include <errno.h>
#include <he/client.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COLUMNS 1024
#define MAX_ROWS    10000000
#define MAX_LINE    65536

struct he_table {
    size_t columns, rows, capacity;
    char **names;       /* [columns] */
    unsigned *decimals; /* [columns] */
    double *values;     /* row-major */
};

typedef struct parser {
    const char *path;
    size_t line;
    locale_t c; /* numbers have a point whatever the program's locale says */
    he_table *t;
} parser;

static he_status at(const parser *p, size_t column, const char *what)
{
    if (column < p->t->columns)
        return he_fail(HE_ERR_FORMAT, "%s, line %zu, column %zu (\"%.40s\"): %s", p->path, p->line,
                       column + 1, p->t->names[column], what);
    return he_fail(HE_ERR_FORMAT, "%s, line %zu: %s", p->path, p->line, what);
}

/* The next field of *rest as a string of its own; *rest is NULL after the last. */
static char *next_field(char **rest)
{
    char *field = *rest, *comma = strchr(field, ',');
    *rest = comma == NULL ? NULL : comma + 1;
    if (comma != NULL)
        *comma = 0;
    while (isspace((unsigned char)*field))
        field++;
    size_t length = strlen(field);
    while (length > 0 && isspace((unsigned char)field[length - 1]))
        field[--length] = 0;
    return field;
}

static he_status parse_header(parser *p, char *text)
{
    he_table *t = p->t;
    size_t count = 1;
    for (const char *c = text; *c != 0; c++)
        count += *c == ',';
    if (count > MAX_COLUMNS)
        return at(p, SIZE_MAX, "too many columns");
    t->names = he_alloc(count, sizeof *t->names);
    t->decimals = he_alloc(count, sizeof *t->decimals);
    if (t->names == NULL || t->decimals == NULL)
        return he_fail(HE_ERR_MEMORY, "%s: no memory", p->path);
    for (char *rest = text; rest != NULL;) {
        char *field = next_field(&rest);
        char *end;
        (void)strtod_l(field, &end, p->c);
        if (*field == 0 || *end == 0)
            return at(p, SIZE_MAX, "the first line must name the columns");
        for (size_t i = 0; i < t->columns; i++)
            if (strcmp(t->names[i], field) == 0)
                return at(p, i, "this name stands twice");
        char *name = he_alloc(strlen(field) + 1, 1);
        if (name == NULL)
            return he_fail(HE_ERR_MEMORY, "%s: no memory", p->path);
        memcpy(name, field, strlen(field));
        t->names[t->columns++] = name;
    }
    return HE_OK;
}

/* Digits after the point that a number is written with, its exponent counted in. */
static unsigned written_decimals(const char *text)
{
    const char *point = strchr(text, '.'), *e = strpbrk(text, "eE");
    long digits = 0;
    if (point != NULL)
        for (const char *c = point + 1; isdigit((unsigned char)*c); c++)
            digits++;
    if (e != NULL)
        digits -= strtol(e + 1, NULL, 10);
    return digits < 0 ? 0 : digits > 400 ? 400 : (unsigned)digits;
}

static he_status make_row(parser *p)
{
    he_table *t = p->t;
    if (t->rows < t->capacity)
        return HE_OK;
    if (t->rows >= MAX_ROWS)
        return at(p, SIZE_MAX, "too many rows");
    size_t capacity = t->capacity == 0 ? 256 : 2 * t->capacity;
    double *values = he_alloc_raw(capacity * t->columns, sizeof *values);
    if (values == NULL)
        return he_fail(HE_ERR_MEMORY, "%s: no memory for %zu rows", p->path, capacity);
    if (t->rows > 0)
        memcpy(values, t->values, t->rows * t->columns * sizeof *values);
    he_free(t->values);
    t->values = values;
    t->capacity = capacity;
    return HE_OK;
}

static he_status parse_row(parser *p, char *text)
{
    he_table *t = p->t;
    HE_TRY(make_row(p));
    size_t column = 0;
    for (char *rest = text; rest != NULL; column++) {
        char *field = next_field(&rest), *end;
        if (column >= t->columns)
            return at(p, SIZE_MAX, "more values than columns");
        if (*field == 0)
            return at(p, column, "a value is missing");
        if (strspn(field, "0123456789+-.eE") != strlen(field))
            return at(p, column, "not a number");
        double x = strtod_l(field, &end, p->c);
        if (*end != 0 || !isfinite(x))
            return at(p, column, "not a number");
        t->values[t->rows * t->columns + column] = x;
        unsigned decimals = written_decimals(field);
        if (decimals > t->decimals[column])
            t->decimals[column] = decimals;
    }
    if (column < t->columns)
        return at(p, column, "the line ends before this value");
    t->rows++;
    return HE_OK;
}

static he_status parse_lines(parser *p, FILE *f)
{
    static const char bom[] = "\xef\xbb\xbf";
    char *line = he_alloc(MAX_LINE, 1);
    if (line == NULL)
        return he_fail(HE_ERR_MEMORY, "%s: no memory", p->path);
    he_status status = HE_OK;
    while (status == HE_OK && fgets(line, MAX_LINE, f) != NULL) {
        p->line++;
        size_t length = strlen(line);
        char *text = line;
        if (length == MAX_LINE - 1)
            status = at(p, SIZE_MAX, "the line is too long");
        else if (memchr(line, 0, length) != NULL || length == 0)
            status = at(p, SIZE_MAX, "not text");
        else if (p->line == 1)
            status = parse_header(p, text + (strncmp(text, bom, 3) == 0 ? 3 : 0));
        else if (strspn(text, " \t\r\n") != length)
            status = parse_row(p, text);
    }
    if (status == HE_OK && ferror(f))
        status = he_fail(HE_ERR_IO, "%s: %s", p->path, strerror(errno));
    if (status == HE_OK && p->t->rows == 0)
        status = he_fail(HE_ERR_FORMAT, "%s: no rows", p->path);
    he_free(line);
    return status;
}

he_status he_table_read(he_table **table, const char *path)
{
    HE_REQUIRE_PTR(table);
    HE_REQUIRE_PTR(path);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return he_fail(HE_ERR_IO, "cannot read %s: %s", path, strerror(errno));
    parser p = {.path = path, .c = newlocale(LC_ALL_MASK, "C", (locale_t)0)};
    p.t = he_alloc(1, sizeof *p.t);
    he_status status = p.t == NULL || p.c == (locale_t)0
                           ? he_fail(HE_ERR_MEMORY, "%s: no memory", path)
                           : parse_lines(&p, f);
    fclose(f);
    if (p.c != (locale_t)0)
        freelocale(p.c);
    if (status != HE_OK) {
        he_table_destroy(p.t);
        return status;
    }
    *table = p.t;
    return HE_OK;
}

void he_table_destroy(he_table *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->columns; i++)
        he_free(t->names[i]);
    he_free(t->names);
    he_free(t->decimals);
    he_free(t->values);
    he_free(t);
}

size_t he_table_rows(const he_table *t)
{
    return t == NULL ? 0 : t->rows;
}

size_t he_table_columns(const he_table *t)
{
    return t == NULL ? 0 : t->columns;
}

const char *he_table_name(const he_table *t, size_t column)
{
    return t == NULL || column >= t->columns ? "" : t->names[column];
}

size_t he_table_find(const he_table *t, const char *name)
{
    for (size_t i = 0; t != NULL && name != NULL && i < t->columns; i++)
        if (strcmp(t->names[i], name) == 0)
            return i;
    return SIZE_MAX;
}

double he_table_value(const he_table *t, size_t row, size_t column)
{
    return t == NULL || row >= t->rows || column >= t->columns
               ? NAN
               : t->values[row * t->columns + column];
}

unsigned he_table_decimals(const he_table *t, size_t column)
{
    return t == NULL || column >= t->columns ? 0 : t->decimals[column];
}
