#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Known answers of the session, computed without libsodium: X25519 after RFC 7748, ChaCha20 and
Poly1305 after RFC 8439, HChaCha20 after the XChaCha draft, BLAKE2b and SHA-512 of Python.
Prints tests/enclave/vectors.h."""
import hashlib
import struct

P = 2**255 - 19


def x25519(scalar, point):
    k = bytearray(scalar)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    n = int.from_bytes(k, "little")
    x1 = int.from_bytes(point, "little") & (2**255 - 1)
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for t in reversed(range(255)):
        bit = n >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a, b * b, d * a, c * b
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def rounds(s):
    def quarter(a, b, c, d):
        for x, y, z, r in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = s[x] + s[y] & 0xFFFFFFFF
            s[z] ^= s[x]
            s[z] = (s[z] << r | s[z] >> 32 - r) & 0xFFFFFFFF

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        quarter(0, 5, 10, 15)
        quarter(1, 6, 11, 12)
        quarter(2, 7, 8, 13)
        quarter(3, 4, 9, 14)


SIGMA = struct.unpack("<4I", b"expand 32-byte k")


def chacha20(key, counter, nonce):
    s = list(SIGMA + struct.unpack("<8I", key) + (counter,) + struct.unpack("<3I", nonce))
    w = s[:]
    rounds(w)
    return struct.pack("<16I", *(a + b & 0xFFFFFFFF for a, b in zip(s, w)))


def hchacha20(key, nonce):
    s = list(SIGMA + struct.unpack("<8I", key) + struct.unpack("<4I", nonce))
    rounds(s)
    return struct.pack("<8I", *(s[:4] + s[12:]))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    a = 0
    for i in range(0, len(message), 16):
        a = (a + int.from_bytes(message[i : i + 16] + b"\1", "little")) * r % (2**130 - 5)
    return (a + int.from_bytes(key[16:], "little") & 2**128 - 1).to_bytes(16, "little")


def pad16(b):
    return b + bytes(-len(b) % 16)


def seal(key, nonce, ad, message):
    sub = hchacha20(key, nonce[:16])
    n = bytes(4) + nonce[16:]
    stream = b"".join(chacha20(sub, 1 + i, n) for i in range((len(message) + 63) // 64))
    ct = bytes(a ^ b for a, b in zip(message, stream))
    tag = poly1305(
        chacha20(sub, 0, n)[:32],
        pad16(ad) + pad16(ct) + struct.pack("<QQ", len(ad), len(ct)),
    )
    return ct + tag


def record(key, sid, direction, seq, kind, plain):
    head = struct.pack("<BQI", kind, seq, len(plain))
    nonce = bytes([direction]) + bytes(15) + struct.pack("<Q", seq)
    return head + seal(key, nonce, sid + head, plain)


def show(name, data):
    lines = [", ".join(f"0x{b:02x}" for b in data[i : i + 12]) for i in range(0, len(data), 12)]
    print(f"static const uint8_t {name}[{len(data)}] = {{\n    " + ",\n    ".join(lines) + "};")


BASE = bytes([9]) + bytes(31)
client_secret = bytes(range(1, 33))
client_nonce = bytes(range(64, 96))
enclave_secret = bytes(range(101, 133))
enclave_nonce = bytes(range(200, 232))
measurement = bytes(range(160, 192))
hello = b"HEs1" + struct.pack("<H", 1) + client_nonce + x25519(client_secret, BASE)
enclave_key = x25519(enclave_secret, BASE)
th = hashlib.sha512(b"libhe session v1" + hello + enclave_key + enclave_nonce + measurement).digest()
shared = x25519(client_secret, enclave_key)
assert shared == x25519(enclave_secret, hello[38:])
c2s, s2c, sid = (
    hashlib.blake2b(th + label, key=shared, digest_size=32).digest()
    for label in (b"HEs1 c2s", b"HEs1 s2c", b"HEs1 sid")
)
message = b"known answer of the session"
padded = struct.pack("<I", 64) + message + b"\x80"
padded += bytes(-len(padded) % 64)

print("/* SPDX-License-Identifier: MIT */")
print("/* Made by vectors.py. */\n/* clang-format off */")
print("#include <stdint.h>\n")
show("kat_client_secret", client_secret)
show("kat_client_nonce", client_nonce)
show("kat_enclave_secret", enclave_secret)
show("kat_enclave_nonce", enclave_nonce)
show("kat_measurement", measurement)
show("kat_hello", hello)
show("kat_enclave_key", enclave_key)
show("kat_transcript", th)
show("kat_message", message)
show("kat_record_client_1", record(c2s, sid, 1, 1, 1, message))
show("kat_record_client_2", record(c2s, sid, 1, 2, 1, b""))
show("kat_record_enclave_1", record(s2c, sid, 2, 1, 2, padded))
