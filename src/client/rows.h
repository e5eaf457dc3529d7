/* SPDX-License-Identifier: MIT */
/* The report as lines of text cells: made once, printed as a table and as HTML. */
#ifndef HE_CLIENT_ROWS_H
#define HE_CLIENT_ROWS_H

#include "client/job.h"

typedef struct he_row {
    bool heading; /* label only: begins a section */
    char label[112];
    char cell[HE_EVALUATOR_COUNT][320];
} he_row;

#define HE_MAX_ROWS 64

typedef struct he_rows {
    size_t count;
    he_row row[HE_MAX_ROWS];
} he_rows;

void he_rows_make(he_rows *rows, const he_report *report);

/* "12.3 ms", "4.56 s"; "1.2 MB". */
void he_text_ms(char *out, size_t size, double ms);
void he_text_bytes(char *out, size_t size, double bytes);
void he_text_link(char *out, size_t size, const he_link *link);

/* Sums of a set of figures, in ms: what is measured here, and what a link adds. */
double he_query_ms(const he_client_figures *f);
double he_session_ms(const he_client_figures *f);
double he_link_ms(const he_link *link, uint64_t bytes, uint32_t trips);

#endif
