#!/usr/bin/env python3
"""Writes N short chat records, no two alike, as JSONL: make_records.py N [SEED]."""

import random
import sys

WORDS = ("board account refund invoice flight hotel window server update password router ticket course exam recipe "
         "engine tyre garden doctor pharmacy loan mortgage salary holiday passport museum concert camera printer battery "
         "keyboard monitor contract parcel delivery coupon warranty").split()


def main():
    count, source = int(sys.argv[1]), random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    out = []
    for number in range(count):
        words = " ".join(source.choice(WORDS) for _ in range(8))
        out.append('{"messages":[{"role":"user","content":"question %d about %s"}]}\n' % (number, words))
        if len(out) == 10000:
            sys.stdout.write("".join(out))
            out.clear()
    sys.stdout.write("".join(out))


if __name__ == "__main__":
    main()
