/* SPDX-License-Identifier: MIT */
/* The platform key: made once, kept, and refused where others could have touched it. */
#define _GNU_SOURCE
#include "enclave/platform.h"
#include "lab.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void at(char path[160], const char *directory, const char *name)
{
    cr_assert_lt(snprintf(path, 160, "%s/%s", directory, name), 160);
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    cr_assert_eq(stat(path, &st), 0, "%s", path);
    return st.st_mode & 0777;
}

Test(platform, is_made_once_and_kept)
{
    const char *directory = lab_directory();
    char path[160];
    uint8_t key[HE_PLATFORM_KEY_BYTES], again[HE_PLATFORM_KEY_BYTES], signature[64];
    he_assert_fails(he_platform_public_key(key, directory), HE_ERR_IO, "no enclave has started");
    he_assert_ok(he_platform_init(directory));
    he_assert_ok(he_platform_public_key(key, directory));
    he_assert_ok(he_platform_init(directory));
    he_assert_ok(he_platform_public_key(again, directory));
    cr_assert_arr_eq(key, again, sizeof key);
    at(path, directory, "platform.key");
    cr_assert_eq(mode_of(path), 0600);
    at(path, directory, "platform.pub");
    cr_assert_eq(mode_of(path), 0644);
    for (uint64_t boot = 1; boot <= 3; boot++) {
        he_platform p;
        he_assert_ok(he_platform_open(&p, directory));
        cr_assert_eq(p.boots, boot);
        cr_assert_arr_eq(p.public_key, key, sizeof key);
        he_platform_sign(&p, signature, (const uint8_t *)"text", 4);
        he_platform_close(&p);
        cr_assert_eq(crypto_sign_verify_detached(signature, (const uint8_t *)"text", 4, key), 0);
    }
    unlink(path); /* the public half is made anew from the key */
    he_assert_ok(he_platform_init(directory));
    he_assert_ok(he_platform_public_key(again, directory));
    cr_assert_arr_eq(key, again, sizeof key);
    lab_clean();
}

Test(platform, a_named_directory_is_made_but_not_what_should_hold_it)
{
    const char *directory = lab_directory();
    char path[160], inner[160], file[256];
    at(inner, directory, "state");
    at(path, inner, "he");
    he_assert_fails(he_platform_init(path), HE_ERR_IO, "No such file");
    cr_assert_neq(access(inner, F_OK), 0, "nothing is left behind");
    he_assert_ok(he_platform_init(inner));
    uint8_t key[HE_PLATFORM_KEY_BYTES];
    he_assert_ok(he_platform_public_key(key, inner));
    static const char *const files[] = {"platform.key", "platform.pub"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(file, sizeof file, "%s/%s", inner, files[i]);
        cr_assert_eq(unlink(file), 0);
    }
    cr_assert_eq(rmdir(inner), 0, "nothing else is in it");
    lab_clean();
}

Test(platform, what_others_could_change_is_refused)
{
    const char *directory = lab_directory();
    char path[160];
    he_assert_ok(he_platform_init(directory));
    at(path, directory, "platform.key");
    chmod(path, 0640);
    he_assert_fails(he_platform_init(directory), HE_ERR_UNTRUSTED, "0600");
    chmod(path, 0600);
    chmod(directory, 0777);
    he_assert_fails(he_platform_init(directory), HE_ERR_UNTRUSTED, "writable by no other");
    chmod(directory, 0755);
    he_assert_ok(he_platform_init(directory));
    cr_assert_eq(truncate(path, 31), 0);
    he_assert_fails(he_platform_init(directory), HE_ERR_FORMAT, "32 bytes");
    unlink(path);
    cr_assert_eq(symlink("/etc/passwd", path), 0);
    he_assert_fails(he_platform_init(directory), HE_ERR_IO, "platform.key");
    unlink(path);
    if (lab_is_root()) {
        he_assert_ok(he_platform_init(directory));
        cr_assert_eq(chown(path, LAB_UID, LAB_UID), 0);
        he_assert_fails(he_platform_init(directory), HE_ERR_UNTRUSTED, "this user");
        cr_assert_eq(chown(directory, LAB_UID, LAB_UID), 0);
        he_assert_fails(he_platform_init(directory), HE_ERR_UNTRUSTED, "belong to this user");
    }
    lab_clean();
    he_assert_fails(he_platform_init("/dev/null/he"), HE_ERR_IO, "/dev/null/he");
    he_assert_fails(he_platform_init("/proc/nothing/he"), HE_ERR_IO, "/proc/nothing/he");
    he_assert_fails(he_platform_public_key(NULL, NULL), HE_ERR_NULL, "key");
    char *long_path = malloc(5000);
    memset(long_path, 'a', 4999);
    long_path[4999] = '\0';
    he_assert_fails(he_platform_init(long_path), HE_ERR_IO, "too long");
    free(long_path);
}

/* Where the key is without a word about it depends on the user and the environment. */
Test(platform, default_directory_of_an_ordinary_user)
{
    const char *directory = lab_directory();
    if (lab_is_root())
        cr_assert_eq(chown(directory, LAB_UID, LAB_UID), 0);
    pid_t child = fork();
    if (child == 0) {
        uint8_t key[HE_PLATFORM_KEY_BYTES];
        char path[160];
        if (geteuid() == 0 && setresuid(LAB_UID, LAB_UID, LAB_UID) != 0)
            _exit(1);
        setenv("XDG_STATE_HOME", directory, 1);
        at(path, directory, "he");
        if (he_platform_init(NULL) != HE_OK || he_platform_public_key(key, path) != HE_OK)
            _exit(2);
        unsetenv("XDG_STATE_HOME");
        setenv("HOME", directory, 1);
        at(path, directory, ".local/state/he");
        if (he_platform_init(NULL) != HE_OK || he_platform_public_key(key, path) != HE_OK)
            _exit(3);
        unsetenv("HOME");
        if (he_platform_init(NULL) != HE_ERR_IO || !he_test_contains(he_last_error(), "set HOME"))
            _exit(4);
        char command[256];
        snprintf(command, sizeof command, "rm -r %s/he %s/.local", directory, directory);
        _exit(system(command) == 0 ? 0 : 5);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), 0);
    lab_clean();
}

/* Two starts at once make one key. */
Test(platform, starts_do_not_race)
{
    const char *directory = lab_directory();
    for (int i = 0; i < 8; i++)
        if (fork() == 0) {
            he_platform p;
            he_status status = he_platform_open(&p, directory);
            he_platform_close(&p);
            _exit(-status);
        }
    for (int i = 0; i < 8; i++) {
        int status = 0;
        wait(&status);
        cr_assert(WIFEXITED(status));
        cr_assert_eq(WEXITSTATUS(status), 0);
    }
    he_platform p;
    he_assert_ok(he_platform_open(&p, directory));
    cr_assert_eq(p.boots, 9);
    he_platform_close(&p);
    lab_clean();
}
