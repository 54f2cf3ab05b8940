#!/usr/bin/env python3
"""Layer-wise pretraining in PyTorch, phase by phase: the peer of `hourglass bench --schedule`.

usage: torch_pretraining.py MNIST_DIR greedy|ends-inward [--device cpu|cuda] [--steps 50] [--batch 256]
       [--optimizer adam|sgd] [--only NAME]
needs: pip install torch numpy. Prints one JSON object a phase: the median step in ms, images per second.
Frozen layers require no gradient and run without recording one, as one would write it.
"""
import argparse, gzip, json, statistics, time
from pathlib import Path

import numpy as np
import torch
from torch import nn

MODELS = {"deep-10-layers": [784, 500, 250, 125, 64, 10], "dec": [784, 500, 500, 2000, 10]}


def images(folder, count=10_000):
    raw = gzip.open(Path(folder) / "train-images-idx3-ubyte.gz").read()
    pixels = np.frombuffer(raw, np.uint8)[16 : 16 + 784 * count]
    return torch.tensor(pixels.reshape(count, 784).astype(np.float32) / 255)


class Pairs(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.down = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        self.up = nn.ModuleList(nn.Linear(b, a) for a, b in zip(widths, widths[1:]))

    def encode(self, stage, x):
        y = self.down[stage](x)
        return y if stage == len(self.down) - 1 else torch.relu(y)

    def decode(self, stage, code):
        y = self.up[stage](code)
        return torch.sigmoid(y) if stage == 0 else torch.relu(y)

    def loss(self, schedule, stage, x):
        with torch.no_grad():
            outside = x
            for outer in range(stage):
                outside = self.encode(outer, outside)
        if schedule == "greedy":
            drop = nn.functional.dropout
            code = self.encode(stage, drop(outside, 0.2) if stage else outside)
            code = code if stage == len(self.down) - 1 else drop(code, 0.2)
            return ((self.decode(stage, code) - outside) ** 2).mean()
        y = self.encode(stage, outside)
        for inner in range(stage, -1, -1):
            y = self.decode(inner, y)
        return ((y - x) ** 2).mean()


def measure(name, schedule, stage, data, args):
    torch.manual_seed(0)
    device = torch.device(args.device)
    model, data = Pairs(MODELS[name]).to(device), data.to(device)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    trained = [*model.down[stage].parameters(), *model.up[stage].parameters()]
    for parameter in trained:
        parameter.requires_grad_(True)
    if args.optimizer == "adam":
        optimizer = torch.optim.Adam(trained, 1e-3)
    else:
        optimizer = torch.optim.SGD(trained, 0.1, momentum=0.9)
    sync = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    times = []
    for step in range(args.steps + 5):
        at = step * args.batch % (len(data) - args.batch)
        start = time.perf_counter()
        loss = model.loss(schedule, stage, data[at : at + args.batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        sync()
        times.append(time.perf_counter() - start)
    ms = statistics.median(times[5:]) * 1e3
    return {"peer": f"torch {torch.__version__}", "device": args.device, "model": name,
            "phase": f"{name}, {schedule.replace('-', ' ')}, pair {stage + 1}", "batch": args.batch,
            "optimizer": args.optimizer, "ms_per_step": round(ms, 3), "images_per_s": round(args.batch / ms * 1e3)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("mnist")
    parser.add_argument("schedule", choices=["greedy", "ends-inward"])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--optimizer", default="adam", choices=["adam", "sgd"])
    parser.add_argument("--only")
    args = parser.parse_args()
    data = images(args.mnist)
    for name, widths in MODELS.items():
        if args.only in (None, name):
            for stage in range(len(widths) - 1):
                print(json.dumps(measure(name, args.schedule, stage, data, args)), flush=True)
