#!/usr/bin/env python3
"""The rows of etch in several builds, side by side: another instruction set, level of optimization, compiler.

    bench/builds.py [--rounds 6] [--filter REGEX] [--folder DIR]

The harness is compiled once, etch.cpp once for each build. Every round runs the builds one after the other on one core;
the table shows the least processor time of all rounds, in ns a sample, and how many times that of another build it is.
A ratio above its bound is marked with a star.
"""
import argparse
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
INCLUDES = [f"-I{HERE.parent / 'include'}"]
HARNESS = ["main.cpp", "report.cpp", "reference.cpp", "limits.cpp"]

BUILDS = {"g++ -O2": ["g++", "-O2", "-march=native"],
          "g++ -O3": ["g++", "-O3", "-march=native"],
          "g++ v3": ["g++", "-O2", "-march=x86-64-v3"],
          "clang": ["clang++-19", "-O2", "-march=native"],
          "clang v3": ["clang++-19", "-O2", "-march=x86-64-v3"]}
# A build, the one that it is divided by, and the most that the ratio should be.
RATIOS = [("g++ -O2", "g++ -O3", 1.05), ("g++ v3", "g++ -O2", 1.35), ("clang", "g++ -O2", 1.15),
          ("clang v3", "g++ v3", 1.15)]


def compile_object(command, source, output):
    """Compiles unless the object is newer than every header and source."""
    inputs = [*HERE.glob("*.?pp"), *HERE.parent.glob("include/**/*.hpp")]
    if not output.exists() or output.stat().st_mtime < max(file.stat().st_mtime for file in inputs):
        subprocess.run([*command, "-std=c++20", *INCLUDES, "-c", str(HERE / source), "-o", str(output)], check=True)


def build(name, command, folder):
    objects = []
    for source in HARNESS:
        objects.append(folder / f"{source}.o")
        compile_object(["g++", "-O2", "-march=native"], source, objects[-1])
    stem = re.sub(r"\W+", "_", name)
    objects.append(folder / f"etch_{stem}.o")
    compile_object(command, "etch.cpp", objects[-1])
    program = folder / f"bench_{stem}"
    subprocess.run(["g++", *map(str, objects), "-o", str(program), "-lbenchmark", "-lpthread"], check=True)
    return program


def measure(program, expression, json_file):
    """Nanoseconds of a sample for each row: the least of the repetitions."""
    subprocess.run([str(program), f"--filter={expression}", "--rounds=1", f"--json={json_file}"], check=True,
                   stdout=subprocess.DEVNULL)
    least = {}
    for run in json.loads(json_file.read_text(encoding="utf-8"))["benchmarks"]:
        if run["run_type"] == "iteration" and not run["name"].startswith("limit/"):
            row = run["run_name"].removesuffix("/etch")
            least[row] = min(least.get(row, float("inf")), run["cpu_time"])
    return least


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--filter", default="^(inference|latency|batch32|batch256|train)/")
    parser.add_argument("--folder", help="keeps what was compiled, for the next time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.folder or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        programs = {}
        for name, command in BUILDS.items():
            if shutil.which(command[0]) is None:
                print(f"{name} is left out: there is no {command[0]}")
            else:
                programs[name] = build(name, command, folder)
        times = {name: {} for name in programs}
        for _ in range(options.rounds):
            for name, program in programs.items():
                for row, time in measure(program, options.filter, folder / "run.json").items():
                    times[name][row] = min(times[name].get(row, float("inf")), time)

    ratios = [(f"{one} / {other}", one, other, most) for one, other, most in RATIOS
              if one in programs and other in programs]
    print(f"{'ns a sample':24}" + "".join(f"{name:>11}" for name in programs) +
          "".join(f"{title:>20}" for title, *_ in ratios))
    print(f"{'at most':24}" + " " * 11 * len(programs) + "".join(f"{most:>19.2f} " for *_, most in ratios))
    for row in next(iter(times.values())):
        line = f"{row:24}" + "".join(f"{times[name][row]:>11.1f}" for name in programs)
        for _, one, other, most in ratios:
            ratio = times[one][row] / times[other][row]
            line += f"{ratio:>19.2f}" + ("*" if ratio > most else " ")
        print(line)


if __name__ == "__main__":
    main()
