/* SPDX-License-Identifier: MIT */
#include "fuzz/fuzz.h"

#include <stdarg.h>
#include <stdlib.h>

void he_mini_fail(bool end, const char *file, int line, const char *condition, const char *format,
                  ...)
{
    va_list arguments;
    (void)end;
    fprintf(stderr, "%s:%d: %s:", file, line, condition);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}
