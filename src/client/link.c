/* SPDX-License-Identifier: MIT */
/* Networks that figures are computed for: "100M,20ms". */
#include "core/status.h"
#include <he/client.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct unit {
    const char *name;
    double factor;
} unit;

static bool parse_part(double *value, const char *text, size_t length, const unit *units)
{
    char copy[32];
    if (length == 0 || length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = 0;
    size_t digits = strspn(copy, "0123456789."); /* no sign, exponent, hexadecimal or word */
    char *end;
    double x = strtod(copy, &end);
    if (digits == 0 || end != copy + digits)
        return false;
    for (; units->name != NULL; units++)
        if (strcmp(end, units->name) == 0) {
            *value = x * units->factor;
            return isfinite(*value) && *value > 0;
        }
    return false;
}

he_status he_link_parse(he_link *link, const char *text)
{
    static const unit rates[] = {{"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {NULL, 0}};
    static const unit times[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {NULL, 0}};
    HE_REQUIRE_PTR(link);
    HE_REQUIRE_PTR(text);
    he_link l;
    const char *comma = strchr(text, ',');
    if (comma == NULL || !parse_part(&l.bits_per_s, text, (size_t)(comma - text), rates) ||
        !parse_part(&l.rtt_s, comma + 1, strlen(comma + 1), times))
        return he_fail(HE_ERR_ARGUMENT,
                       "link \"%.40s\": write rate and round trip, as in 100M,20ms (k, M, G bit/s; "
                       "us, ms, s)",
                       text);
    *link = l;
    return HE_OK;
}
