#!/usr/bin/env python3
"""docs/benchmarks.svg from results.json: each contestant's time as a multiple of etch's, drawn by gnuplot.

    bench/chart.py build/bench/results.json docs/benchmarks.svg     (or .png)
"""
import json
import subprocess
import sys

PANELS = [
    ("One sample", "inference/", ["tiny", "policy", "quadrotor", "legged", "digits"]),
    ("One sample, each call's input depends on the last output", "latency/",
     ["tiny", "policy", "quadrotor", "legged", "digits"]),
    ("Batches of 32 and 256", "batch", ["32/policy", "32/digits", "256/policy", "256/digits"]),
    ("Training steps", "train/", ["tiny_sgd", "policy_adam", "digits_momentum", "digits_adam"]),
]
# Colours that stay apart for colour-blind readers: M. Okabe, K. Ito, "Color Universal Design", 2008.
CONTESTANTS = {
    "etch_bf16": "#f0e442", "etch_fast": "#b0e070", "eigen": "#0072b2", "plain": "#009e73", "openblas": "#e69f00",
    "libxsmm": "#cc79a7",
    "onednn": "#d55e00", "libtorch": "#56b4e9", "fann": "#808080",
}
LOWEST, HIGHEST = 0.25, 20


def minima(path):
    """Nanoseconds by benchmark."""
    with open(path, encoding="utf-8") as file:
        benchmarks = json.load(file)["benchmarks"]
    return {b["run_name"]: b["cpu_time"] for b in benchmarks if b.get("aggregate_name") == "minimum"}


def number(x):
    return f"{x:.3g}" if x < 1000 else f"{x:.0f}"


def panel(title, prefix, names, times, present):
    """The gnuplot commands for one panel: a group of bars for each row, rising or falling from 1, which is etch."""
    commands, bars, tics, texts = [], {c: [] for c in present}, [], []
    step = 1 / (len(present) + 1.2)
    position = 0
    for name in names:
        row = prefix + name
        own = times.get(row + "/etch")
        if own is None:
            continue
        for i, contestant in enumerate(present):
            time = times.get(f"{row}/{contestant}")
            if time is None:
                continue
            left = position + (i + 0.6) * step
            ratio = time / own
            top = min(max(ratio, LOWEST), HIGHEST)
            bars[contestant].append(f"{left} {min(1, top)} {left + step * 0.9} {max(1, top)}")
            digits = 2 if ratio < 0.995 else 1 if ratio < 9.95 else 0
            texts.append(f"{left + step * 0.45} {max(1, top) * 1.06} {ratio:.{digits}f}")
        tics.append(f'"{name.replace("_", " ").replace("/", " ")}\\n{number(own)} ns" {position + 0.5}')
        position += 1
    commands.append(f'set title "{title}"')
    commands.append(f"set xrange [0:{max(position, 1)}]")
    commands.append(f"set xtics ({', '.join(tics)})")
    plots = []
    for contestant in present:
        if bars[contestant]:
            rows = "\n".join(bars[contestant])
            commands.append(f"${contestant} << EOD\n{rows}\nEOD")
            plots.append(f"${contestant} using 1:2:1:3:2:4 with boxxyerror fs solid noborder "
                         f"lc rgb '{CONTESTANTS[contestant]}' notitle")
    rows = "\n".join(texts)
    commands.append(f"$texts << EOD\n{rows}\nEOD")
    plots.append("$texts using 1:2:3 with labels font ',9' rotate by 90 left notitle")
    plots.append("1 with lines lw 1.5 lc rgb '#000000' notitle")
    commands.append("plot " + ", ".join(plots))
    return "\n".join(commands)


def main():
    source, target = sys.argv[1:3]
    times = minima(source)
    present = [c for c in CONTESTANTS if any(name.endswith("/" + c) and not name.startswith("math/") for name in times)]
    terminal = "pngcairo" if target.endswith(".png") else "svg"
    script = [
        f"set terminal {terminal} size 1200,1240 font 'sans-serif,12' background rgb '#ffffff'",
        f"set output '{target}'",
        "set multiplot layout 4,1 margins 0.07,0.985,0.055,0.925 spacing 0.02,0.068",
        "set logscale y", f"set yrange [{LOWEST}:{HIGHEST * 1.9}]",
        "set ytics (0.25, 0.5, 1, 2, 5, 10, '≥20' 20)", "set grid ytics lc rgb '#dddddd'", "set border 3",
        "set tics nomirror scale 0.5", "set xtics scale 0", "set ylabel \"time / etch's\" offset 1,0",
        "set title offset 0,-0.6",
        'set label 1 "Times relative to etch, logarithmic: above the line is slower. '
        'Below each name: nanoseconds of etch for a sample" '
        "at screen 0.07,0.985 font ',13'",
    ]
    for i, contestant in enumerate(present):
        x = 0.07 + i * min(0.115, 0.92 / len(present))
        script.append(f"set object {i + 1} rectangle from screen {x},0.958 to screen {x + 0.012},0.969 "
                      f"fc rgb '{CONTESTANTS[contestant]}' fs solid noborder")
        script.append(f"set label {i + 2} \"{contestant}\" at screen {x + 0.017},0.9635 noenhanced")
    for index, (title, prefix, names) in enumerate(PANELS):
        script.append(panel(title, prefix, names, times, present))
        if index == 0:  # drawn once
            script.append("unset label")
            script += [f"unset object {i + 1}" for i in range(len(present))]
    script.append("unset multiplot")
    subprocess.run(["gnuplot"], input="\n".join(script) + "\n", text=True, check=True)


if __name__ == "__main__":
    main()
