/* SPDX-License-Identifier: MIT */
/* he serve: one server, until a signal ends it. */
#define _GNU_SOURCE
#include "he.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: he serve --he|--enclave --listen ADDRESS [OPTION ...]\n\n"
    "  --he               compute on ciphertexts; this process never holds a key that decrypts\n"
    "  --enclave          host an attested enclave\n"
    "  --listen ADDRESS   unix:PATH, or tcp:PORT on the loopback (port 0: any, printed)\n"
    "  --threads N        of one evaluation (1)\n"
    "  --idle-ms N        a silent connection ends after this (30000)\n"
    "  --memory N         MB that keys and ciphertexts of a connection may take (2000)\n"
    "  --backend NAME     auto, process or sim (auto)\n"
    "  --image FILE       the enclave's image\n"
    "  --state DIR        where the platform key is kept\n"
    "  --ready-fd N       write the address there once listening\n";

static he_status parse_backend(he_backend *backend, const char *name)
{
    for (int b = HE_BACKEND_AUTO; b <= HE_BACKEND_SIM; b++)
        if (strcmp(name, he_backend_name((he_backend)b)) == 0) {
            *backend = (he_backend)b;
            return HE_OK;
        }
    return HE_ERR_ARGUMENT;
}

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, he_serve_options *o)
{
    static const struct option options[] = {{"he", no_argument, NULL, 'H'},
                                            {"enclave", no_argument, NULL, 'E'},
                                            {"listen", required_argument, NULL, 'l'},
                                            {"threads", required_argument, NULL, 't'},
                                            {"idle-ms", required_argument, NULL, 'i'},
                                            {"memory", required_argument, NULL, 'm'},
                                            {"backend", required_argument, NULL, 'b'},
                                            {"image", required_argument, NULL, 'I'},
                                            {"state", required_argument, NULL, 's'},
                                            {"ready-fd", required_argument, NULL, 'r'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int c;
    uint64_t x;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
        switch (c) {
        case 'H':
            o->evaluator = HE_EVALUATOR_HE;
            break;
        case 'E':
            o->evaluator = HE_EVALUATOR_ENCLAVE;
            break;
        case 'l':
            o->address = optarg;
            break;
        case 't':
            if (!parse_count("serve", "--threads", optarg, 1, 256, &x))
                return EXIT_USAGE;
            o->threads = (uint32_t)x;
            break;
        case 'i':
            if (!parse_count("serve", "--idle-ms", optarg, 1, 1000000000, &x))
                return EXIT_USAGE;
            o->idle_ms = (uint32_t)x;
            break;
        case 'm':
            if (!parse_count("serve", "--memory", optarg, 1, 1000000000, &x))
                return EXIT_USAGE;
            o->memory_limit = x * 1000000;
            break;
        case 'b':
            if (parse_backend(&o->backend, optarg) != HE_OK) {
                fprintf(stderr, "he serve: --backend takes auto, kvm, process or sim\n");
                return EXIT_USAGE;
            }
            break;
        case 'I':
            o->image = optarg;
            break;
        case 's':
            o->state = optarg;
            break;
        case 'r':
            if (!parse_count("serve", "--ready-fd", optarg, 1, 1000000, &x))
                return EXIT_USAGE;
            o->ready_fd = (int)x;
            break;
        case 'h':
            fputs(help, stdout);
            return EXIT_SUCCESS;
        default:
            return point_to_help("serve");
        }
    if (optind < argc || o->address == NULL || o->evaluator == HE_EVALUATOR_PLAIN) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    return -1;
}

static void say_where(void *user, const char *address)
{
    const he_serve_options *o = user;
    fprintf(stderr, "he serve: %s at %s\n", he_evaluator_name(o->evaluator), address);
}

int cmd_serve(int argc, char **argv)
{
    he_serve_options o = HE_SERVE_INIT;
    int done = parse(argc, argv, &o);
    if (done >= 0)
        return done;
    if (o.ready_fd == 0) {
        o.ready = say_where;
        o.user = &o;
    }
    he_status status = isa_from_environment(&o.isa);
    if (status == HE_OK)
        status = he_serve(&o);
    if (status == HE_OK)
        return EXIT_SUCCESS;
    /* open still if it never listened: the parent waits there for a reason, and tells it */
    if (o.ready_fd > 0 && dprintf(o.ready_fd, "!%s", he_last_error()) > 0)
        return EXIT_FAILED;
    return fail("serve", status);
}
