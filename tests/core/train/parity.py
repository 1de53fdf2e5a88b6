"""Trains the networks of parity.test.ts in PyTorch from the same weights on the same data, and prints what came out.

usage: parity.py FOLDER   (spec.json, init.safetensors, data.safetensors, final.safetensors)
"""
import json
import struct
import sys
from pathlib import Path

import torch
from torch import nn


def read(path):
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    header.pop("__metadata__", None)
    types = {"F32": torch.float32, "I32": torch.int32}
    result = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        part = bytearray(raw[8 + length + begin : 8 + length + end])
        result[name] = torch.frombuffer(part, dtype=types[entry["dtype"]]).reshape(entry["shape"]).clone()
    return result


class Layers(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


class Block(nn.Module):
    def __init__(self, inputs, channels, stride, norm):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn1 = norm(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = norm(channels)
        self.downsample = None
        if stride != 1 or inputs != channels:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, channels, 1, stride, bias=False), norm(channels))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet8(nn.Module):
    def __init__(self, width, norm):
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 3, 1, 1, bias=False)
        self.bn1 = norm(width)
        self.layer1 = nn.Sequential(Block(width, width, 1, norm))
        self.layer2 = nn.Sequential(Block(width, 2 * width, 2, norm))
        self.layer3 = nn.Sequential(Block(2 * width, 4 * width, 2, norm))
        self.fc = nn.Linear(4 * width, 3)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.fc(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


models = {
    "mlp": lambda: Layers(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 3)),
    "gelu-layer-norm": lambda: Layers(nn.Flatten(), nn.Linear(64, 16, bias=False), nn.LayerNorm(16), nn.GELU(), nn.Linear(16, 3)),
    "cnn": lambda: Layers(
        nn.Conv2d(1, 4, 3, 1, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 3),
    ),
    "resnet-batch": lambda: ResNet8(4, nn.BatchNorm2d),
    "resnet-group": lambda: ResNet8(4, lambda channels: nn.GroupNorm(2, channels)),
}



class SharpnessAware:
    """SAM (Foret et al. 2021, algorithm 1) and, with eta, ASAM (Kwon et al. 2021, algorithm 1) around a torch optimizer."""

    def __init__(self, model_parameters, base, rho, eta=None):
        self.named = list(model_parameters)
        self.base = base([p for _, p in self.named])
        self.rho = rho
        self.eta = eta

    def scale(self, name, p):
        return p.detach().abs() + self.eta if self.eta is not None and "weight" in name else torch.ones_like(p)

    def ascend(self):
        scales = [self.scale(name, p) for name, p in self.named]
        norm = torch.stack([(t * p.grad).norm() for t, (_, p) in zip(scales, self.named)]).norm()
        moves = [t * t * p.grad * (self.rho / norm) for t, (_, p) in zip(scales, self.named)]
        self.before = [p.detach().clone() for _, p in self.named]
        with torch.no_grad():
            for (_, p), e in zip(self.named, moves):
                p.add_(e)

    def descend(self):
        with torch.no_grad():
            for (_, p), old in zip(self.named, self.before):
                p.copy_(old)
        self.base.step()


optimizers = {
    "momentum": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, weight_decay=1e-3),
    "sam": lambda named: SharpnessAware(named, lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, weight_decay=1e-3), 0.1),
    "asam": lambda named: SharpnessAware(named, lambda p: torch.optim.Adam(p, 0.003), 0.5, 0.01),
    "nesterov": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, 0.003, weight_decay=1e-3),
    "adamw": lambda p: torch.optim.AdamW(p, 0.003, weight_decay=0.05),
}

torch.set_num_threads(1)
folder = Path(sys.argv[1])
spec = json.loads((folder / "spec.json").read_text())
data = read(folder / "data.safetensors")
x, y = data["x"], data["y"].long()

model = models[spec["model"]]()
model.load_state_dict(read(folder / "init.safetensors"), strict=True)
aware = spec["optimizer"] in ("sam", "asam")
optimizer = optimizers[spec["optimizer"]](model.named_parameters() if aware else model.parameters())
norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
losses = []
for _ in range(spec["steps"]):
    model.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    if aware:
        optimizer.ascend()
        model.zero_grad()
        # BatchNorm keeps the statistics of the first pass only.
        for norm in norms:
            norm.momentum = 0
        nn.functional.cross_entropy(model(x), y).backward()
        for norm in norms:
            norm.momentum = 0.1
    if spec["clip"]:
        nn.utils.clip_grad_norm_(model.parameters(), spec["clip"])
    optimizer.descend() if aware else optimizer.step()
    losses.append(loss.item())

model.load_state_dict(read(folder / "final.safetensors"), strict=True)
model.eval()
with torch.no_grad():
    outputs = model(x).flatten().tolist()
print(json.dumps({"losses": losses, "outputs": outputs}))
