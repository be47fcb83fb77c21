#!/usr/bin/env python3
"""Writes tests/fuzz/seeds/: small files that the readers accept, and some that are nearly right."""
import gzip
import pathlib
import shutil
import struct

SEEDS = pathlib.Path(__file__).parent / "seeds"


def write(target, seeds):
    folder = SEEDS / target
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in seeds.items():
        (folder / name).write_bytes(content)


# csv.cpp: a byte of options, then the table.
FIRST, REVERSED, REVERSED_NAMED, NAMED, LABEL, LABEL_KNOWN, KIND, KIND_KNOWN = range(8)
HEADER = 8
SEMICOLON, TAB, BAR = 16, 32, 48
WIDE = 64  # two inputs and three outputs; else one and one


def csv():
    def table(options, text):
        return bytes([options]) + text.encode()

    return {
        "one_column_each": table(FIRST, "1,2\n3,4\n"),
        "five_columns": table(FIRST | WIDE, "1,2,3,4,5\n-1e-3,.5,+7,0x1,9\n"),
        "numbers": table(FIRST, "1e38,-0\n1e-46,3.4028235e38\n1e309,nan\n"),
        "spaces_and_blank_lines": table(FIRST, "\ufeff 1 , 2\r\n\r\n3,4\r5,6"),
        "quoted": table(FIRST | SEMICOLON, '"1";"2"\n"3";4\n'),
        "reversed": table(REVERSED | WIDE, "1,2,3,4,5\n6,7,8,9,10\n"),
        "named": table(REVERSED_NAMED | HEADER | WIDE, "a,b,c,x,y\n1,2,3,4,5\n"),
        "named_targets": table(NAMED | HEADER | TAB, "x\ta\n1\t2\n"),
        "label": table(LABEL | WIDE, "cat,1,2\ndog,3,4\ncow,5,6\n"),
        "label_known": table(LABEL_KNOWN | WIDE | BAR, "a|1|2\nb|3|4\n"),
        "label_of_two": table(LABEL, "no,1\nyes,2\n"),
        "kind": table(KIND | HEADER | WIDE, 'x,kind,y\n1,"the ""first""",2\n3,second,4\n5,"two\nlines",6\n'),
        "kind_known": table(KIND_KNOWN | HEADER | WIDE, "kind,x,y\na,1,2\nc,1,2\n"),
        "kind_unknown": table(KIND_KNOWN | HEADER | WIDE, "kind,x,y\nd,1,2\n"),
        "short_row": table(FIRST | WIDE, "1,2,3,4,5\n1,2,3\n"),
        "open_quote": table(FIRST, '1,2\n"3,4\n'),
        "inner_quote": table(FIRST, '1,2"\n'),
        "column_twice": table(REVERSED | WIDE | HEADER, "x,x,x,x,x\n1,2,3,4,5"),
    }


# idx.cpp: a byte of choices, two bytes with the length of the images (little endian), images, labels.
PACKED, DIGITS = 1, 2  # DIGITS: four pixels and three classes; else one and two


def idx():
    def array(kind, extents, elements):
        return struct.pack(f">HBB{len(extents)}I", 0, kind, len(extents), *extents) + elements

    def pair(choices, images, labels):
        if choices & PACKED:
            images, labels = gzip.compress(images, mtime=0), gzip.compress(labels, mtime=0)
        return struct.pack("<BH", choices, len(images)) + images + labels

    images = array(8, [2, 2, 2], bytes([0, 128, 255, 1, 2, 3, 4, 5]))
    labels = array(8, [2], bytes([0, 2]))
    point = array(8, [3], bytes([7, 8, 9]))
    return {
        "images": pair(DIGITS, images, labels),
        "points": pair(0, point, array(8, [3], bytes([0, 1, 1]))),
        "packed": pair(DIGITS | PACKED, images, labels),
        "packed_in_two": pair(PACKED, point, labels) + gzip.compress(b"\0", mtime=0),
        "packed_large": pair(PACKED, array(8, [8192], bytes(8192)), labels),
        "label_too_large": pair(DIGITS, images, array(8, [2], bytes([0, 3]))),
        "other_types": pair(0, array(0x0B, [2, 1], struct.pack(">2h", -1, 300)), array(0x0C, [1], b"\x80\0\0\0")),
        "floats": pair(0, array(0x0D, [1], struct.pack(">f", 1.5)), array(0x0E, [1], struct.pack(">d", float("nan")))),
        "empty_array": pair(0, array(8, [0, 28, 28], b""), array(9, [1], b"\xff")),
        "overflow": pair(0, array(8, [0xFFFFFFFF] * 3, b"1"), array(0x0E, [0x20000000, 0x10], b"1")),
        "overflow_to_nothing": pair(0, array(8, [0x80000000, 0x80000000, 4], b""), labels),
        "many_extents": pair(0, array(8, [1] * 255, b"1"), labels),
        "truncated": pair(DIGITS, images[:-1], labels[:6]),
        "longer": pair(DIGITS, images + b"1", labels),
        "no_extent": pair(0, array(8, [], b"1"), b"\0\0\x0a\1"),
    }


write("csv", csv())
write("idx", idx())
