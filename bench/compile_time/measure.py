#!/usr/bin/env python3
"""Seconds, memory and template instantiations of compiling etch.

    bench/compile_time/measure.py [--compiler g++] [--clang clang++-19] [--repeat 3]

Seconds and megabytes are those of the compiler at -O2, the least of the repetitions; instantiations are counted by
clang, which writes each of them into its time trace, the same number in every run.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent.parent / "include"


def chain(depth):
    """Dense layers of two shapes in turn, each with its activation: `depth` entries."""
    layers = ["etch::dense<24>", "etch::tanh", "etch::dense<16>", "etch::relu"]
    return ", ".join(layers[i % 4] for i in range(depth))


SOURCES = [("policy, etch/etch.hpp", "policy.cpp", "-DETCH_HEADER=<etch/etch.hpp>"),
           ("policy, etch/inference.hpp", "policy.cpp", "-DETCH_HEADER=<etch/inference.hpp>")]
SOURCES += [(f"chain of {depth}", "chain.cpp", f"-DETCH_CHAIN={chain(depth)}") for depth in (3, 10, 30, 100)]


def compile_once(command):
    """Seconds of processor time and megabytes: of the driver and all that it started."""
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def count_instantiations(clang, source, definition, folder):
    """All, and those of etch's own templates."""
    output = pathlib.Path(folder) / "traced.o"
    subprocess.run([clang, "-std=c++20", "-O0", "-march=x86-64-v3", f"-I{INCLUDE}", definition, "-ftime-trace",
                    "-ftime-trace-granularity=0", "-c", str(HERE / source), "-o", str(output)], check=True)
    trace = output.with_suffix(".json").read_text(encoding="utf-8")
    all_of_them = re.findall(r'"name":"Instantiate(?:Class|Function)","args":\{"detail":"(etch::)?', trace)
    return len(all_of_them), sum(name != "" for name in all_of_them)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--clang", default="clang++-19")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    clang = shutil.which(options.clang)
    if clang is None:
        print(f"instantiations are left out: there is no {options.clang}")
    print(f"{options.compiler} -std=c++20 -O2, on {time.strftime('%Y-%m-%d')}")
    print(f"{'':28}{'-O2':>16}{'-O2 -march=native':>20}{'instantiations':>26}")
    with tempfile.TemporaryDirectory() as folder:
        for name, source, definition in SOURCES:
            line = f"{name:28}"
            for flags, width in ([], 16), (["-march=native"], 20):
                command = [options.compiler, "-std=c++20", "-O2", *flags, f"-I{INCLUDE}", definition, "-c",
                           str(HERE / source), "-o", os.path.join(folder, "timed.o")]
                runs = [compile_once(command) for _ in range(options.repeat)]
                seconds, megabytes = min(r[0] for r in runs), min(r[1] for r in runs)
                line += f"{f'{seconds:.2f} s, {megabytes:.0f} MB':>{width}}"
            if clang is not None:
                everything, own = count_instantiations(clang, source, definition, folder)
                line += f"{f'{everything}, {own} of etch':>26}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
