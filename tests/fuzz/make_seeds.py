#!/usr/bin/env python3
"""Writes tests/fuzz/seeds/: small files that the readers accept, and some that are nearly right."""
import gzip
import io
import json
import pathlib
import shutil
import struct
import zipfile

SEEDS = pathlib.Path(__file__).parent / "seeds"


def write(target, seeds):
    folder = SEEDS / target
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in seeds.items():
        (folder / name).write_bytes(content)


# csv.cpp: a byte of options, with SECOND another one, then the table.
FIRST, REVERSED, REVERSED_NAMED, NAMED, LABEL, LABEL_KNOWN, KIND, KIND_KNOWN = range(8)
HEADER = 8
SEMICOLON, TAB, BAR = 16, 32, 48
WIDE = 64  # two inputs and three outputs; else one and one
SECOND = 128
DROP_ROW, MEAN, MEDIAN = 1, 2, 3
CATEGORIES, COMMA, BLANKS = 4, 8, 16


def csv():
    def table(options, text, second=None):
        return bytes([options] if second is None else [options | SECOND, second]) + text.encode()

    return {
        "dropped": table(FIRST | WIDE, "1,2,3,4,5\n?,2,3,4,5\n1,2,3,4,NA\n", DROP_ROW),
        "filled": table(FIRST | WIDE, "1,2,3,4,5\n3,,3,4,5\n-,5,3,4,6\n", MEAN),
        "filled_by_median": table(LABEL | WIDE, "a,1,2\nb,3,\nc,NA,7\n", MEDIAN),
        "categories": table(LABEL | WIDE, "a,oak\nb,ash\nc,oak\n", CATEGORIES),
        "category_missing": table(LABEL | HEADER | WIDE, "l,t\na,oak\nb,ash\nc,?\n", CATEGORIES | MEAN),
        "comma": table(FIRST | SEMICOLON, "1,5;2\n-0,5;1e3\n", COMMA),
        "blanks": table(FIRST, "  1   2\n\t3\t 4 \n", BLANKS),
        "told_delimiter": table(FIRST, "sep=;\n1;2\n"),
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



# safetensors.cpp and npz.cpp: a byte with a key map and a network (loading.hpp), then the file.
TORCH, MODULE, NAMED_LAYERS, PPO, RSL_RL, KERAS, SCIKIT, LENIENT = range(8)
PLAIN, MIXED, DOUBLE = 0, 16, 24
ARRAY = 32  # of npz.cpp: an array without an archive
SAVED = 32  # of safetensors.cpp: a network is saved, too

# What the plain network holds, and the same under other names.
WEIGHTS = {"0.weight": [3, 2], "0.bias": [3], "2.weight": [1, 3], "2.bias": [1]}
PPO_NAMES = ["mlp_extractor.policy_net.0.weight", "mlp_extractor.policy_net.0.bias", "action_net.weight",
             "action_net.bias"]
RSL_RL_NAMES = ["actor.0.weight", "actor.0.bias", "actor.2.weight", "actor.2.bias"]
TRANSPOSED = [[2, 3], [3], [3, 1], [1]]
KERAS_NAMES = ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"]
SCIKIT_NAMES = ["coefs_0", "intercepts_0", "coefs_1", "intercepts_1"]
# And the mixed one.
MIXED_WEIGHTS = {"0.mean": [2], "0.deviation": [2], "1.bias": [2], "2.0.weight": [2, 2], "2.0.bias": [2],
                 "1.weight": [2, 2]}


def count(shape):
    product = 1
    for extent in shape:
        product *= extent
    return product


def numbers(shape, letter):
    """The bytes of 1/2, 1/3, 1/4, ..."""
    values = [1 / (2 + i) for i in range(count(shape))]
    if letter == "bf16":
        return b"".join(struct.pack("<f", value)[2:] for value in values)
    return struct.pack(f"<{len(values)}{letter}", *values)


def safetensors():
    widths = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "U8": 1}
    letters = {"F64": "d", "F32": "f", "F16": "e", "BF16": "bf16"}

    def file(choices, header, data, length=None):
        if not isinstance(header, bytes):
            header = json.dumps(header, separators=(",", ":")).encode()
            header += b" " * (-len(header) % 8)
        return struct.pack("<BQ", choices, len(header) if length is None else length) + header + data

    def described(tensors, kinds="F32", metadata=None):
        header, data = ({"__metadata__": metadata} if metadata else {}), b""
        for name, shape in tensors.items():
            kind = kinds if isinstance(kinds, str) else kinds.get(name, "F32")
            more = numbers(shape, letters[kind]) if kind in letters else bytes(count(shape) * widths[kind])
            header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(more)]}
            data += more
        return header, data

    ours = {
        "format": "pt",
        "etch.version": "1",
        "etch.topology": "input<2>, dense<3>, tanh, dense<1>",
        "etch.golden.count": "1",
        "etch.golden.inputs": "0000803f" * 2,
        "etch.golden.outputs": "00000000",
        "etch.source": 'a "quote" \n',
    }
    plain, data = described(WEIGHTS)
    one = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
    seeds = {
        "plain": file(TORCH, plain, data),
        "saved": file(TORCH | SAVED, *described(WEIGHTS, metadata=ours)),
        "schema": file(TORCH, *described(WEIGHTS, metadata={
            "etch.input.columns": '[{"name":"kind","column":1,"categories":["Ash","\\u00d6l"],"fill":[0.25,0.75]}]',
            "etch.target.columns": '[{"name":"","column":2}]',
            "etch.class.names": '["a","\\ud83c\\udf33"]',
            "etch.table.columns": "5",
        })),
        "schema_malformed": file(TORCH,
                                 *described(WEIGHTS, metadata={"etch.input.columns": '[{"name":"a","fill":[1]}]'})),
        "halves": file(TORCH, *described(WEIGHTS, "F16")),
        "doubles": file(TORCH | DOUBLE, *described({"0.weight": [2, 2], "0.bias": [2]}, "F64")),
        "mixed": file(TORCH | MIXED, *described(MIXED_WEIGHTS, {"1.weight": "BF16"})),
        "module": file(MODULE, *described({f"module.{name}": shape for name, shape in WEIGHTS.items()})),
        "no_bias": file(MODULE, *described({"module.0.weight": [3, 2], "module.2.weight": [1, 3]})),
        "named": file(NAMED_LAYERS, *described({"fc1.weight": [3, 2], "fc1.bias": [3], "head.weight": [1, 3],
                                                "head.bias": [1], "bn.running_mean": [3]})),
        "ppo": file(PPO, *described({**dict(zip(PPO_NAMES, WEIGHTS.values())), "log_std": [1]})),
        "rsl_rl": file(RSL_RL, *described({**dict(zip(RSL_RL_NAMES, WEIGHTS.values())), "critic.0.weight": [1, 1]})),
        "rsl_rl_normalized": file(RSL_RL | MIXED, *described({
            "actor_obs_normalizer._mean": [1, 2], "actor_obs_normalizer._std": [1, 2],
            "actor_obs_normalizer.count": [1], "actor.0.weight": [2, 2], "actor.0.bias": [2],
            "actor.1.0.weight": [2, 2], "actor.1.0.bias": [2]}, {"actor_obs_normalizer.count": "I64"})),
        "keras": file(KERAS, *described(dict(zip(KERAS_NAMES, TRANSPOSED)))),
        "scikit_learn": file(SCIKIT, *described(dict(zip(SCIKIT_NAMES, TRANSPOSED)), "F64")),
        "transposed": file(TORCH, *described(dict(zip(WEIGHTS, TRANSPOSED)))),
        "no_tensor": file(LENIENT, {}, b""),
        "unused": file(TORCH, *described({**WEIGHTS, "step": [1]}, {"step": "I64"})),
        "not_finite": file(TORCH, plain, data[:-4] + struct.pack("<f", float("inf"))),
        "backwards": file(TORCH, {name: {**entry, "data_offsets": [len(data) - entry["data_offsets"][1],
                                                                     len(data) - entry["data_offsets"][0]]}
                                  for name, entry in plain.items()}, data),
        "topology": file(TORCH, *described(WEIGHTS, metadata={**ours, "etch.topology": "input<2>, dense<1>"})),
        "version": file(TORCH, *described(WEIGHTS, metadata={**ours, "etch.version": "2"})),
        "golden_broken": file(TORCH, *described(WEIGHTS, metadata={**ours, "etch.golden.outputs": "0000000g"})),
        "golden_many": file(TORCH, *described(WEIGHTS, metadata={**ours, "etch.golden.count": "4611686018427387904"})),
        "gap": file(TORCH, {"a": one, "b": {**one, "data_offsets": [8, 12]}}, bytes(12)),
        "overlap": file(TORCH, {"a": {**one, "shape": [2], "data_offsets": [0, 8]},
                                "b": {**one, "shape": [2], "data_offsets": [4, 12]}}, bytes(16)),
        "key_twice": file(TORCH, b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'
                                 b'"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', bytes(8)),
        "key_escaped": file(TORCH, b'{"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)),
        "metadata_twice": file(TORCH, b'{"__metadata__":{"a":"b"},"__metadata__":{}}', b""),
        "metadata_key_twice": file(TORCH, b'{"__metadata__":{"a":"b","a":"c"}}', b""),
        "field_twice": file(TORCH, b'{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}', bytes(4)),
        "overflow": file(TORCH, {"a": {**one, "shape": [1 << 32, 1 << 32]}}, bytes(4)),
        "overflow_to_nothing": file(TORCH, {"a": {**one, "shape": [1 << 62, 4], "data_offsets": [0, 0]}}, b""),
        "empty_tensor": file(LENIENT, {"a": {**one, "shape": [0, 1 << 62, 4], "data_offsets": [0, 0]}}, b""),
        "scalar": file(LENIENT, {"a": {**one, "shape": []}}, bytes(4)),
        "nested": file(TORCH | SAVED, b'{"a":' + b"[" * 500 + b"]" * 500 + b"}", b""),
        "header_too_long": file(TORCH, plain, data, length=1 << 63),
        "header_too_short": file(TORCH, plain, data, length=17),
        "truncated": file(TORCH, plain, data[:-1]),
        "longer": file(TORCH, plain, data + b"1"),
    }
    return seeds


def npz():
    def npy(shape, kind="<f4", data=None, order=False, version=1, header=None):
        letter = {"4": "f", "8": "d", "2": "e"}.get(kind[-1], "f")
        header = header or f"{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {tuple(shape)}, }}"
        header = (header + " " * (-len(header) % 8) + "\n").encode()
        data = numbers(shape, letter) if data is None else data
        return b"\x93NUMPY" + struct.pack("<BBH" if version == 1 else "<BBI", version, 0, len(header)) + header + data

    def archive(choices, files, method=zipfile.ZIP_STORED):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", method) as to:
            for name, content in files:
                to.writestr(zipfile.ZipInfo(name), content, method)
        return bytes([choices]) + packed.getvalue()

    def arrays(tensors, **how):
        return [(f"{name}.npy", npy(shape, **how)) for name, shape in tensors.items()]

    one = npy([1])
    stored = archive(TORCH, arrays(WEIGHTS))
    return {
        "stored": stored,
        "deflated": archive(TORCH, arrays(WEIGHTS), zipfile.ZIP_DEFLATED),
        "doubles": archive(TORCH | DOUBLE, arrays({"0.weight": [2, 2], "0.bias": [2]}, kind="<f8")),
        "fortran": archive(TORCH, arrays(WEIGHTS, order=True, kind=">f4")),
        "halves": archive(TORCH, arrays(WEIGHTS, kind="<f2", version=3)),
        "mixed": archive(TORCH | MIXED, arrays(MIXED_WEIGHTS)),
        "scikit_learn": archive(SCIKIT, arrays(dict(zip(SCIKIT_NAMES, TRANSPOSED)), kind="<f8")),
        "lenient": archive(LENIENT, arrays({"0.weight": [2, 3], "2.weight": [3, 1]})
                           + [("step.npy", npy([], "<i8", bytes(8))), ("flag.npy", npy([1], "|b1", b"\1"))]),
        "no_array": archive(TORCH, []),
        "empty_array": archive(LENIENT, [("a.npy", npy([0, 1 << 62, 4], data=b""))]),
        "rank_3": archive(LENIENT, [("a.npy", npy([2, 3, 2], order=True))]),
        "lzma": archive(TORCH, [("a.npy", one)], zipfile.ZIP_LZMA),
        "not_an_array": archive(TORCH, [("a.txt", one)]),
        "twice": archive(TORCH, [("a.npy", one), ("b.npy", one)]).replace(b"b.npy", b"a.npy"),
        "objects": archive(TORCH, [("a.npy", npy([1], "|O", b"\x80\4N."))]),
        "structured": archive(TORCH, [("a.npy", npy([1], header="{'descr': [('x', '<f4')], 'fortran_order': False, "
                                                                "'shape': (1,)}"))]),
        "overflow": archive(TORCH, [("a.npy", npy([1 << 32, 1 << 32], data=b""))]),
        "field_twice": archive(TORCH, [("a.npy", npy([1], header="{'shape': (1,), 'shape': (1,)}"))]),
        "truncated_array": archive(TORCH, [("a.npy", one[:-1])]),
        "header_too_long": archive(TORCH, [("a.npy", one.replace(b"(1,)", b"(1,")[:20])]),
        "bomb": archive(TORCH, [("a.npy", npy([1 << 17], data=bytes(1 << 19)))], zipfile.ZIP_DEFLATED),
        "checksum": stored.replace(struct.pack("<f", 1 / 4), bytes(4)),
        "truncated": stored[:-5],
        "array": bytes([ARRAY]) + npy([2, 3], order=True),
        "array_of_bytes": bytes([ARRAY]) + npy([3], "|u1", b"123", version=2),
        "array_big_endian": bytes([ARRAY]) + npy([2, 1], ">f8"),
        "array_of_rank_8": bytes([ARRAY]) + npy([1, 2] * 4, "<f2", order=True),
    }


write("csv", csv())
write("idx", idx())
write("safetensors", safetensors())
write("npz", npz())
