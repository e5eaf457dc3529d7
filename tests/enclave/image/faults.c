/* SPDX-License-Identifier: MIT */
/* The task of the image he-enclave-image-faults: breaks one rule for each request. */
#define _GNU_SOURCE
#include "../tests/enclave/faults.h"

#include "core/memory.h"
#include "enclave/image/task.h"
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct he_task {
    int unused;
};

he_task *he_task_create(void)
{
    return he_alloc(1, sizeof(he_task));
}

void he_task_destroy(he_task *task)
{
    he_free(task);
}

static volatile unsigned count;

/* Writes further and further below the stack's end. */
static void overrun(void)
{
    volatile uint8_t here = 0;
    for (volatile uint8_t *p = &here;; p -= 4096)
        *p = 1;
}

static void break_a_rule(uint8_t kind)
{
    static unsigned char data[16] = {0xc3}; /* ret */
    static const uint8_t babble[64] = {0xff};
    volatile uint8_t *volatile target = NULL;
    void (*volatile jump)(void);
    uintptr_t address = (uintptr_t)data;
    switch (kind) {
    case FAULT_OPEN:
        syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY);
        break;
    case FAULT_X32:
        syscall(SYS_read | 0x40000000, 0, data, 0);
        break;
    case FAULT_NULL:
        *target = 1;
        break;
    case FAULT_TEXT:
        target = (volatile uint8_t *)(uintptr_t)break_a_rule;
        *target = 0x90;
        break;
    case FAULT_DATA:
        memcpy((void *)&jump, &address, sizeof jump);
        jump();
        break;
    case FAULT_PRIVILEGED:
        __asm__ volatile("hlt");
        break;
    case FAULT_LOOP:
        for (;;)
            count++;
    case FAULT_EXIT:
        _exit(7);
    case FAULT_BABBLE:
        if (write(0, babble, sizeof babble) < 0)
            _exit(8);
        break;
    case FAULT_STACK:
        overrun();
        break;
    default:
        break;
    }
}

void he_task_handle(he_task *task, uint8_t *answer, size_t capacity, size_t *length,
                    const uint8_t *request, size_t n)
{
    (void)task;
    (void)capacity;
    if (n != 0)
        break_a_rule(request[0]);
    memcpy(answer, request, n);
    *length = n;
}
