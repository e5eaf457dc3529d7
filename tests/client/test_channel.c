/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "client/address.h"
#include "client/channel.h"
#include "core/bytes.h"
#include "core/memory.h"
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void make_pair(he_channel *a, he_channel *b)
{
    int fd[2];
    cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
    *a = (he_channel){.fd = fd[0], .stop_fd = -1, .timeout_ms = 200, .peer = "the server"};
    *b = (he_channel){.fd = fd[1], .stop_fd = -1, .timeout_ms = 200, .peer = "the client"};
}

Test(channel, frames_arrive_whole)
{
    he_channel a, b;
    make_pair(&a, &b);
    he_assert_ok(he_channel_send(&a, HE_FRAME_INPUT, 77, "abc", 3, "defg", 4));
    he_frame f;
    he_assert_ok(he_channel_expect(&b, &f, HE_FRAME_INPUT, 77, 7));
    cr_assert(f.length == 7 && a.sent == HE_FRAME_BYTES + 7);
    uint8_t *body;
    he_assert_ok(he_channel_read_body(&b, &f, &body));
    cr_assert(memcmp(body, "abcdefg", 7) == 0 && b.received == HE_FRAME_BYTES + 7);
    he_free(body);
    close(a.fd);
    close(b.fd);
}

Test(channel, what_is_not_expected_is_refused_before_memory_is_taken)
{
    he_channel a, b;
    he_frame f;
    make_pair(&a, &b);
    he_assert_ok(he_channel_send(&a, HE_FRAME_INPUT, 1, "abc", 3, NULL, 0));
    he_assert_fails(he_channel_expect(&b, &f, HE_FRAME_RUN, 1, 7), HE_ERR_FORMAT, "sent INPUT");
    close(a.fd);
    close(b.fd);
    make_pair(&a, &b);
    he_assert_ok(he_channel_send(&a, HE_FRAME_INPUT, 1, "abc", 3, NULL, 0));
    he_assert_fails(he_channel_expect(&b, &f, HE_FRAME_INPUT, 2, 7), HE_ERR_FORMAT, "request 1");
    close(a.fd);
    close(b.fd);
    make_pair(&a, &b);
    he_assert_ok(he_channel_send(&a, HE_FRAME_INPUT, 1, "abc", 3, NULL, 0));
    he_assert_fails(he_channel_expect(&b, &f, HE_FRAME_INPUT, 1, 2), HE_ERR_FORMAT, "at most 2");
    close(a.fd);
    close(b.fd);
}

/* A good header with one byte changed. */
static void send_header(int fd, size_t at, uint8_t value)
{
    uint8_t h[HE_FRAME_BYTES] = "HEms";
    he_store16(h + 4, HE_FRAME_RUN);
    h[at] = value;
    cr_assert(write(fd, h, sizeof h) == sizeof h);
}

Test(channel, malformed_headers_are_refused)
{
    const struct {
        size_t at;
        uint8_t value;
    } bad[] = {{0, 'h'}, {3, 'S'}, {4, 0}, {4, 8}, {5, 1}, {6, 1}, {7, 0x80}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        he_channel a, b;
        he_frame f;
        make_pair(&a, &b);
        send_header(a.fd, bad[i].at, bad[i].value);
        he_assert_fails(he_channel_receive(&b, &f), HE_ERR_FORMAT, "not a frame");
        close(a.fd);
        close(b.fd);
    }
}

Test(channel, errors_travel_with_their_sentence)
{
    he_channel a, b;
    he_frame f;
    make_pair(&a, &b);
    he_channel_send_error(&b, 5, he_fail(HE_ERR_NO_KEY, "step 3 is missing"));
    he_assert_fails(he_channel_expect(&a, &f, HE_FRAME_RUN, 5, 0), HE_ERR_NO_KEY,
                    "the server says: step 3 is missing");
    /* an unknown status, and control characters, are not passed on */
    uint8_t body[8] = {1, 0, 0, 0, 'x', 0x1b, '[', 0x7f};
    he_assert_ok(he_channel_send(&b, HE_FRAME_ERROR, 5, body, 8, NULL, 0));
    he_assert_fails(he_channel_receive(&a, &f), HE_ERR_FORMAT, "unknown status 1");
    he_store32(body, (uint32_t)HE_ERR_IO);
    he_assert_ok(he_channel_send(&b, HE_FRAME_ERROR, 5, body, 8, NULL, 0));
    he_assert_fails(he_channel_receive(&a, &f), HE_ERR_IO, "says: x?[?");
    he_assert_ok(he_channel_send(&b, HE_FRAME_ERROR, 5, body, 2, NULL, 0));
    he_assert_fails(he_channel_receive(&a, &f), HE_ERR_FORMAT, "malformed ERROR");
    close(a.fd);
    close(b.fd);
}

Test(channel, silence_and_absence_end_it)
{
    he_channel a, b;
    he_frame f;
    make_pair(&a, &b);
    he_assert_fails(he_channel_receive(&a, &f), HE_ERR_IO, "silent for 200 ms");
    cr_assert(write(b.fd, "HEms", 4) == 4);
    he_assert_fails(he_channel_receive(&a, &f), HE_ERR_IO, "silent for 200 ms");
    close(b.fd);
    he_assert_fails(he_channel_receive(&a, &f), HE_ERR_IO, "closed the connection");
    he_assert_fails(he_channel_send(&a, HE_FRAME_RUN, 1, NULL, 0, NULL, 0), HE_ERR_IO, "went away");
    close(a.fd);
}

Test(address, listens_connects_and_says_what_is_wrong)
{
    char directory[HE_ADDRESS_MAX], address[HE_ADDRESS_MAX + 16], used[HE_ADDRESS_MAX];
    he_assert_ok(he_address_private_directory(directory));
    struct stat info;
    cr_assert(stat(directory, &info) == 0 && (info.st_mode & 0777) == 0700);
    snprintf(address, sizeof address, "unix:%s/socket", directory);
    int listener, other, client;
    he_assert_fails(he_address_connect(address, &client), HE_ERR_IO, "cannot reach a server at");
    he_assert_ok(he_address_listen(address, &listener, used));
    cr_assert_str_eq(used, address);
    he_assert_fails(he_address_listen(address, &other, used), HE_ERR_IO, "another server is there");
    he_assert_ok(he_address_connect(address, &client));
    close(client);
    close(listener);
    he_address_remove(address);
    cr_assert(rmdir(directory) == 0);

    he_assert_ok(he_address_listen("tcp:0", &listener, used));
    cr_assert(strncmp(used, "tcp:", 4) == 0 && strcmp(used, "tcp:0") != 0);
    he_assert_fails(he_address_listen(used, &other, address), HE_ERR_IO, "another server is there");
    he_assert_ok(he_address_connect(used, &client));
    close(client);
    close(listener);

    static const char *const bad[] = {"",       "unix:",  "tcp:", "tcp:65536",
                                      "tcp:1x", "tcp:-1", "http:"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        he_assert_fails(he_address_connect(bad[i], &client), HE_ERR_ARGUMENT, "address");
}
