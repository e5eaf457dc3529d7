/* SPDX-License-Identifier: MIT */
/* The command-line tool: which command, and what all of them share. */
#define _POSIX_C_SOURCE 200809L
#include "he.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct entry {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
} entry;

static const entry commands[] = {
    {"compare", cmd_compare, "run a job in the clear, on ciphertexts and in an enclave, compare"},
    {"explain", cmd_explain, "say what parameters mean before anything is generated"},
    {"serve", cmd_serve, "serve ciphertexts (--he) or host an enclave (--enclave)"},
};

static void usage(FILE *f)
{
    fputs("usage: he COMMAND [OPTION ...]\n\n", f);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(f, "  %-8s  %s\n", commands[i].name, commands[i].what);
    fputs("\nhe COMMAND --help lists a command's options; he --version prints the version.\n", f);
}

int fail(const char *command, he_status status)
{
    const char *detail = he_last_error();
    fprintf(stderr, "he %s: %s%s%s\n", command, he_status_text(status), *detail ? ": " : "",
            detail);
    return EXIT_FAILED;
}

bool parse_count(const char *command, const char *option, const char *text, uint64_t lo,
                 uint64_t hi, uint64_t *value)
{
    char *end;
    errno = 0;
    unsigned long long x = strtoull(text, &end, 10);
    /* strtoull() takes signs and spaces */
    if (text[0] < '0' || text[0] > '9' || *end != 0 || errno != 0 || x < lo || x > hi) {
        fprintf(stderr,
                "he %s: %s takes a whole number from %" PRIu64 " to %" PRIu64 ", not \"%s\"\n",
                command, option, lo, hi, text);
        return false;
    }
    *value = x;
    return true;
}

int point_to_help(const char *command)
{
    fprintf(stderr, "he %s --help lists the options\n", command);
    return EXIT_USAGE;
}

he_status isa_from_environment(he_isa *isa)
{
    const char *name = getenv("HE_ISA");
    *isa = HE_ISA_AUTO;
    return name == NULL || *name == 0 ? HE_OK : he_isa_parse(isa, name);
}

bool own_path(char *path, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", path, size - 1);
    if (n <= 0)
        return false;
    path[n] = 0;
    return true;
}

bool find_data(char *path, size_t size, const char *name)
{
    /* installed: PREFIX/bin/he and PREFIX/share/he; built: build/PRESET/bin/he in the tree */
    static const char *const places[] = {"../share/he", "../../../examples/data"};
    char own[4096];
    if (!own_path(own, sizeof own))
        return false;
    char *slash = strrchr(own, '/');
    if (slash == NULL)
        return false;
    *slash = 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int n = snprintf(path, size, "%s/%s/%s", own, places[i], name);
        if (n > 0 && (size_t)n < size && access(path, R_OK) == 0)
            return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return EXIT_SUCCESS;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("he %s\n", he_version());
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0) {
            char name[32]; /* getopt_long() begins its messages with it */
            snprintf(name, sizeof name, "he %s", commands[i].name);
            argv[1] = name;
            return commands[i].run(argc - 1, argv + 1);
        }
    fprintf(stderr, "he: there is no command \"%s\"\n", argv[1]);
    usage(stderr);
    return EXIT_USAGE;
}
