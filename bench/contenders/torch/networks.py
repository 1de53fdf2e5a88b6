"""The benchmark's networks as functions of their parameters `P` and buffers `B` (names and layouts are PyTorch's own)."""
import math

import torch
import torch.nn.functional as F


def mlp(spec):
    last = len(spec["widths"]) - 2

    def apply(P, B, x):
        for i in range(last):
            x = F.relu(F.linear(x, P[f"layers.{i}.weight"], P[f"layers.{i}.bias"]))
        return F.linear(x, P[f"layers.{last}.weight"], P[f"layers.{last}.bias"])

    return apply


def cnn(spec):
    def apply(P, B, x):
        x = F.relu(F.conv2d(x, P["conv1.weight"], P["conv1.bias"], stride=2, padding=1))
        x = F.relu(F.conv2d(x, P["conv2.weight"], P["conv2.bias"], stride=2, padding=1))
        return F.linear(x.flatten(1), P["head.weight"], P["head.bias"])

    return apply


def resnet(spec):
    def layer(P, B, name, x, stride):
        w = P[f"{name}.conv"]
        y = F.conv2d(x, w, stride=stride, padding=1 if w.shape[2] == 3 else 0)
        return F.batch_norm(y, B[f"{name}.mean"], B[f"{name}.variance"], P[f"{name}.weight"], P[f"{name}.bias"], training=not spec.get("evaluation"), momentum=0.1)

    def apply(P, B, x):
        h = F.relu(layer(P, B, "stem", x, 1))
        for stage in range(3):
            for i in range(spec["blocksPerStage"]):
                name = f"stages.{stage}.{i}"
                stride = 2 if i == 0 and stage > 0 else 1
                branch = layer(P, B, f"{name}.2", F.relu(layer(P, B, f"{name}.1", h, stride)), 1)
                shortcut = layer(P, B, f"{name}.shortcut", h, stride) if f"{name}.shortcut.conv" in P else h
                h = F.relu(branch + shortcut)
        return F.linear(F.adaptive_avg_pool2d(h, 1).flatten(1), P["head.weight"], P["head.bias"])

    return apply


def transformer(spec):
    width, heads, tokens = spec["width"], spec["heads"], spec["tokens"]
    size = width // heads

    def norm(P, name, x):
        return F.layer_norm(x, (width,), P[f"{name}.weight"], P[f"{name}.bias"])

    def linear(P, name, x):
        return F.linear(x, P[f"{name}.weight"], P[f"{name}.bias"])

    def attention(P, name, x):
        batch = x.shape[0]
        q, k, v = linear(P, f"{name}.qkv", x).view(batch, tokens, 3, heads, size).permute(2, 0, 3, 1, 4)
        scores = F.softmax((q @ k.transpose(-2, -1)) * (1 / math.sqrt(size)), dim=-1)
        return linear(P, f"{name}.out", (scores @ v).transpose(1, 2).reshape(batch, tokens, width))

    def apply(P, B, x):
        h = F.embedding(x, P["tokens.weight"]) + P["positions.weight"]
        for i in range(spec["layers"]):
            name = f"layers.{i}"
            h = h + attention(P, name, norm(P, f"{name}.norm1", h))
            h = h + linear(P, f"{name}.down", F.gelu(linear(P, f"{name}.up", norm(P, f"{name}.norm2", h))))
        return linear(P, "head", norm(P, "norm", h))

    return apply


def network_of(spec):
    return {"mlp": mlp, "cnn": cnn, "resnet": resnet, "transformer": transformer}[spec["kind"]](spec)


def cross_entropy(logits, labels):
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), labels.reshape(-1))
