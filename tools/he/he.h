/* SPDX-License-Identifier: MIT */
/* What the commands of the tool share. */
#ifndef HE_TOOL_H
#define HE_TOOL_H

#include <he/client.h>
#include <he/he.h>

/* Exit statuses: 0 done, 1 failed (with a sentence), 2 wrong usage. */
#define EXIT_FAILED 1
#define EXIT_USAGE  2

int cmd_compare(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_serve(int argc, char **argv);

/* Prints "he COMMAND: status: sentence" to stderr; EXIT_FAILED. */
int fail(const char *command, he_status status);
/* A whole number within [lo, hi], decimal; prints and returns false otherwise. */
bool parse_count(const char *command, const char *option, const char *text, uint64_t lo,
                 uint64_t hi, uint64_t *value);
/* After getopt_long() has said what is wrong: where help is; EXIT_USAGE. */
int point_to_help(const char *command);
/* HE_ISA from the environment, HE_ISA_AUTO without it. */
he_status isa_from_environment(he_isa *isa);
/* Path of a file that comes with the tool, from where the tool stands (installed or built). */
bool find_data(char *path, size_t size, const char *name);
/* Path of this executable. */
bool own_path(char *path, size_t size);

#endif
