#!/usr/bin/env python3
"""Lays `hourglass bench` beside PyTorch: in turn, on the same images, and prints the table of the README.

usage: compare.py HOURGLASS MNIST_DIR [--rounds 5] [--device cpu|cuda] [--batch 256] [--steps 30]
       [--optimizer adam|sgd] [--schedule greedy|ends-inward] [--hourglass-device auto] [--only NAME]
needs: pip install torch numpy. HOURGLASS is the program, built with cargo build --release.
"""
import argparse, json, statistics, subprocess, sys
from pathlib import Path

HERE = Path(__file__).parent


def lines(command):
    done = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hourglass")
    parser.add_argument("mnist")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--hourglass-device", default="flex")
    parser.add_argument("--batch", default="256")
    parser.add_argument("--steps", default="30")
    parser.add_argument("--optimizer", default="adam")
    parser.add_argument("--schedule")
    parser.add_argument("--only")
    args = parser.parse_args()
    common = ["--batch", args.batch, "--steps", args.steps, "--optimizer", args.optimizer]
    if args.schedule:
        peer = [sys.executable, HERE / "torch_pretraining.py", args.mnist, args.schedule]
    else:
        peer = [sys.executable, HERE / "torch_bench.py", args.mnist]
    peer += ["--device", args.device, *common]
    ours = [args.hourglass, "bench", "--json", "--dataset", args.mnist, "--device", args.hourglass_device, *common]
    ours += ["--schedule", args.schedule] if args.schedule else []
    if args.only:
        peer += ["--only", args.only]
        ours += ["--only", args.only]
    times = {}
    for _round in range(args.rounds):
        for who, command in (("peer", peer), ("ours", ours)):
            for line in lines(command):
                found = times.setdefault(line.get("phase", line["model"]), {"peer": [], "ours": [], "peak": []})
                found[who].append(line["ms_per_step"])
                if who == "ours":
                    found["peak"].append(line["share_of_peak"])
    print(f"| {args.optimizer} | PyTorch, ms a step | Hourglass, ms a step | times as fast | of peak |")
    print("|---|---|---|---|---|")
    for name, found in times.items():
        if found["peer"] and found["ours"]:
            ratio = statistics.median(a / b for a, b in zip(found["peer"], found["ours"]))
            peer_ms, ours_ms = (statistics.median(found[who]) for who in ("peer", "ours"))
            peak = statistics.median(found["peak"])
            print(f"| {name} | {peer_ms:.2f} | {ours_ms:.2f} | {ratio:.2f} | {peak:.0%} |")


if __name__ == "__main__":
    main()
