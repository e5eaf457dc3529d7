/* SPDX-License-Identifier: MIT */
/* Whole files or none: written beside their place and renamed. */
#ifndef HE_CLIENT_FILE_H
#define HE_CLIENT_FILE_H

#include "core/status.h"
#include <stdio.h>

/* Calls write(file, data) on a new file beside path, then renames it to path.  On failure path is
 * as it was and nothing else remains. */
he_status he_file_replace(const char *path, void (*write)(FILE *file, const void *data),
                          const void *data);

#endif
