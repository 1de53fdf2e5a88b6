"""One training step in PyTorch: the peer of bench/step.ts.

Reads lines `CASE STEPS` and answers each with the milliseconds that every step took; the first line names versions.
"""
import json
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F

threads = int(sys.argv[1])
torch.set_num_threads(threads)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


def resnet(blocks):
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    width = 16
    for stage, outputs in enumerate((16, 32, 64)):
        for i in range(blocks):
            layers.append(Block(width, outputs, 2 if i == 0 and stage > 0 else 1))
            width = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def mlp(*widths):
    layers = []
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        layers += [nn.Linear(a, b)] + ([nn.ReLU()] if i < len(widths) - 2 else [])
    return nn.Sequential(*layers)


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(32 * 7 * 7, 10)
    )


CASES = {
    "mlp": (lambda: mlp(784, 512, 512, 10), (128, 784), 10),
    "cnn": (cnn, (64, 1, 28, 28), 10),
    "tiny": (lambda: mlp(2, 16, 16, 2), (64, 2), 2),
    "resnet8": (lambda: resnet(1), (64, 3, 32, 32), 10),
    "resnet20": (lambda: resnet(3), (64, 3, 32, 32), 10),
}

print(json.dumps({"peer": "PyTorch", "version": torch.__version__, "threads": threads}), flush=True)
ready = {}
for line in sys.stdin:
    name, steps = line.split()
    if name not in ready:
        make, shape, classes = CASES[name]
        torch.manual_seed(0)
        model = make()
        ready[name] = (model, torch.optim.SGD(model.parameters(), lr=0.01), torch.randn(shape), torch.arange(shape[0]) % classes)
    model, optimizer, x, y = ready[name]
    times = []
    for _ in range(int(steps)):
        start = time.perf_counter()
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps({"ms": times}), flush=True)
