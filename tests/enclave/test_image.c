/* SPDX-License-Identifier: MIT */
/* The image as a file: nothing in it is both writable and executable, nothing is loaded later, and
 * no path of the machine that built it is inside. */
#define _GNU_SOURCE
#include "lab.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *read_image(size_t *n)
{
    FILE *f = fopen(HE_BINARY_DIR "/libexec/he/he-enclave-image", "rb");
    cr_assert_not_null(f);
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    uint8_t *bytes = malloc(*n);
    cr_assert_eq(fread(bytes, 1, *n, f), *n);
    fclose(f);
    return bytes;
}

Test(image, is_one_static_program_without_writable_code)
{
    size_t n;
    uint8_t *bytes = read_image(&n);
    Elf64_Ehdr head;
    memcpy(&head, bytes, sizeof head);
    cr_assert_eq(memcmp(head.e_ident, ELFMAG, SELFMAG), 0);
    cr_assert_eq(head.e_type, ET_DYN, "it is position-independent");
    bool stack = false, relro = false;
    for (size_t i = 0; i < head.e_phnum; i++) {
        Elf64_Phdr p;
        memcpy(&p, bytes + head.e_phoff + i * sizeof p, sizeof p);
        cr_assert_neq(p.p_type, PT_INTERP, "it needs no loader");
        if (p.p_type == PT_LOAD)
            cr_assert_neq(p.p_flags & (PF_W | PF_X), PF_W | PF_X);
        if (p.p_type == PT_GNU_STACK) {
            stack = true;
            cr_assert_eq(p.p_flags & PF_X, 0);
        }
        relro = relro || p.p_type == PT_GNU_RELRO;
    }
    cr_assert(stack && relro);
    cr_assert_lt(n, 2 << 20);
    free(bytes);
}

Test(image, holds_no_path_of_the_build)
{
    size_t n;
    uint8_t *bytes = read_image(&n);
    cr_assert_null(memmem(bytes, n, HE_SOURCE_DIR, strlen(HE_SOURCE_DIR)));
    cr_assert_null(memmem(bytes, n, HE_BINARY_DIR, strlen(HE_BINARY_DIR)));
    free(bytes);
}
