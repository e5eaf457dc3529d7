/* SPDX-License-Identifier: MIT */
/* The platform key's directory holds platform.key (the Ed25519 seed, 0600), platform.pub (the
 * public key, for clients to pin) and platform.boots (a count).  The directory is locked while they
 * are read or made; files are written beside and renamed.  What others could have changed is
 * refused.  The count stops nobody who can write the file: it is there to be compared. */
#define _GNU_SOURCE
#include "enclave/platform.h"

#include "core/bytes.h"
#include "core/memory.h"
#include "core/status.h"
#include "enclave/image/secret.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_FILE     "platform.key"
#define PUBLIC_FILE  "platform.pub"
#define BOOTS_FILE   "platform.boots"
#define SECRET_BYTES 4096

static he_status default_directory(char path[PATH_MAX])
{
    int n;
    const char *state = secure_getenv("XDG_STATE_HOME"), *home = secure_getenv("HOME");
    if (geteuid() == 0)
        n = snprintf(path, PATH_MAX, "/var/lib/he");
    else if (state != NULL && state[0] == '/')
        n = snprintf(path, PATH_MAX, "%s/he", state);
    else if (home != NULL && home[0] == '/')
        n = snprintf(path, PATH_MAX, "%s/.local/state/he", home);
    else
        return he_fail(HE_ERR_IO, "platform key: no state directory: name one, or set HOME");
    if (n < 0 || n >= PATH_MAX)
        return he_fail(HE_ERR_IO, "platform key: the path of the state directory is too long");
    return HE_OK;
}

/* *parents: directories whose path ends at this byte or later may be made.  One that somebody names
 * is made itself, but not what should hold it: a slip must not leave a tree behind. */
static he_status resolve(char path[PATH_MAX], size_t *parents, const char *state_dir)
{
    if (state_dir == NULL) {
        *parents = 1;
        return default_directory(path);
    }
    *parents = strlen(state_dir);
    if (snprintf(path, PATH_MAX, "%s", state_dir) >= PATH_MAX)
        return he_fail(HE_ERR_IO, "platform key: the path of the state directory is too long");
    return HE_OK;
}

/* Makes the directory, and those above it that end at or after from, if they are missing. */
static void make_directories(const char *path, size_t from)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    memcpy(part, path, n + 1);
    for (size_t i = from; i <= n; i++)
        if (part[i] == '/' || part[i] == '\0') {
            part[i] = '\0';
            mkdir(part, 0755); /* what fails here shows when the directory is opened */
            part[i] = path[i];
        }
}

/* The directory, locked; the caller closes it. */
static he_status open_directory(int *fd, const char *path, size_t parents)
{
    make_directories(path, parents);
    int d = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (d < 0)
        return he_fail(HE_ERR_IO, "platform key: %s: %s", path, strerror(errno));
    struct stat st;
    if (fstat(d, &st) != 0 || (st.st_uid != geteuid() && st.st_uid != 0) ||
        (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        close(d);
        return he_fail(HE_ERR_UNTRUSTED,
                       "platform key: %s must belong to this user and be writable by no other",
                       path);
    }
    if (flock(d, LOCK_EX) != 0) {
        close(d);
        return he_fail(HE_ERR_IO, "platform key: %s: cannot lock: %s", path, strerror(errno));
    }
    *fd = d;
    return HE_OK;
}

/* A small file of exactly n bytes.  *there is false, and nothing failed, if it is missing. */
static he_status read_file(uint8_t *bytes, size_t n, bool *there, int directory, const char *name,
                           bool is_private)
{
    *there = false;
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return HE_OK;
    if (fd < 0)
        return he_fail(HE_ERR_IO, "platform key: %s: %s", name, strerror(errno));
    struct stat st;
    he_status status = HE_OK;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != (off_t)n)
        status = he_fail(HE_ERR_FORMAT, "platform key: %s is not a file of %zu bytes", name, n);
    else if (is_private && (st.st_uid != geteuid() || (st.st_mode & 077) != 0))
        status = he_fail(HE_ERR_UNTRUSTED,
                         "platform key: %s must belong to this user and be open to no other "
                         "(mode 0600)",
                         name);
    else if (read(fd, bytes, n) != (ssize_t)n)
        status = he_fail(HE_ERR_IO, "platform key: %s cannot be read", name);
    close(fd);
    *there = status == HE_OK;
    return status;
}

static he_status write_file(int directory, const char *name, const uint8_t *bytes, size_t n,
                            mode_t mode)
{
    static const char beside[] = ".platform.new";
    unlinkat(directory, beside, 0); /* left by a start that was cut short */
    int fd = openat(directory, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    bool good =
        fd >= 0 && fchmod(fd, mode) == 0 && write(fd, bytes, n) == (ssize_t)n && fsync(fd) == 0;
    int reason = errno;
    if (fd >= 0)
        close(fd);
    if (good && renameat(directory, beside, directory, name) == 0)
        return HE_OK;
    if (good)
        reason = errno;
    unlinkat(directory, beside, 0);
    return he_fail(HE_ERR_IO, "platform key: %s cannot be written: %s", name, strerror(reason));
}

/* The key pair from the file, or a new one that is then in the file. */
static he_status load_key(he_platform *p, int directory)
{
    uint8_t *seed = p->secret_key + crypto_sign_SECRETKEYBYTES; /* same secret page */
    bool there;
    HE_TRY(read_file(seed, crypto_sign_SEEDBYTES, &there, directory, KEY_FILE, true));
    if (!there) {
        randombytes_buf(seed, crypto_sign_SEEDBYTES);
        HE_TRY(write_file(directory, KEY_FILE, seed, crypto_sign_SEEDBYTES, 0600));
    }
    crypto_sign_seed_keypair(p->public_key, p->secret_key, seed);
    he_wipe(seed, crypto_sign_SEEDBYTES);
    uint8_t written[HE_PLATFORM_KEY_BYTES];
    HE_TRY(read_file(written, sizeof written, &there, directory, PUBLIC_FILE, false));
    if (!there || memcmp(written, p->public_key, sizeof written) != 0)
        HE_TRY(write_file(directory, PUBLIC_FILE, p->public_key, sizeof p->public_key, 0644));
    return HE_OK;
}

static he_status count_boot(he_platform *p, int directory)
{
    uint8_t bytes[8] = {0};
    bool there;
    HE_TRY(read_file(bytes, sizeof bytes, &there, directory, BOOTS_FILE, true));
    p->boots = he_load64(bytes) + 1;
    he_store64(bytes, p->boots);
    return write_file(directory, BOOTS_FILE, bytes, sizeof bytes, 0600);
}

static he_status open_platform(he_platform *p, const char *state_dir, bool count)
{
    if (sodium_init() < 0)
        return he_fail(HE_ERR_ENTROPY, "platform key: libsodium does not start");
    char path[PATH_MAX];
    size_t parents;
    HE_TRY(resolve(path, &parents, state_dir));
    memset(p, 0, sizeof *p);
    bool secret;
    p->secret_key = he_secret_map(SECRET_BYTES, &secret);
    if (p->secret_key == NULL)
        return he_fail(HE_ERR_MEMORY, "platform key: no memory");
    p->flags = secret ? 0 : HE_ENCLAVE_KEY_UNLOCKED;
    int directory = -1;
    he_status status = open_directory(&directory, path, parents);
    if (status == HE_OK)
        status = load_key(p, directory);
    if (status == HE_OK && count)
        status = count_boot(p, directory);
    if (directory >= 0)
        close(directory); /* and unlocks */
    if (status != HE_OK)
        he_platform_close(p);
    return status;
}

he_status he_platform_open(he_platform *platform, const char *state_dir)
{
    return open_platform(platform, state_dir, true);
}

void he_platform_sign(const he_platform *p, uint8_t signature[64], const uint8_t *bytes, size_t n)
{
    crypto_sign_detached(signature, NULL, bytes, n, p->secret_key);
}

void he_platform_close(he_platform *p)
{
    he_secret_unmap(p->secret_key, SECRET_BYTES);
    memset(p, 0, sizeof *p);
}

he_status he_platform_init(const char *state_dir)
{
    he_platform p;
    HE_TRY(open_platform(&p, state_dir, false));
    he_platform_close(&p);
    return HE_OK;
}

he_status he_platform_public_key(uint8_t *key, const char *state_dir)
{
    HE_REQUIRE_PTR(key);
    char path[PATH_MAX];
    size_t parents;
    HE_TRY(resolve(path, &parents, state_dir));
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return he_fail(HE_ERR_IO, "he_platform_public_key: %.120s: %s", path, strerror(errno));
    uint8_t bytes[HE_PLATFORM_KEY_BYTES];
    bool there;
    he_status status = read_file(bytes, sizeof bytes, &there, directory, PUBLIC_FILE, false);
    close(directory);
    if (status == HE_OK && !there)
        status = he_fail(HE_ERR_IO,
                         "he_platform_public_key: no %s in %.120s: no enclave has started there",
                         PUBLIC_FILE, path);
    if (status == HE_OK)
        memcpy(key, bytes, sizeof bytes);
    return status;
}
