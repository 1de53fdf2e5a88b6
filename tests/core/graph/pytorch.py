"""Evaluates expressions with PyTorch in float64: reads a list of cases as JSON, prints their values and gradients."""

import json
import math
import sys

import torch
import torch.nn.functional as F  # noqa: F401 (the expressions use it)


def answer(case):
    x = []
    for given in case["inputs"]:
        kind = torch.int64 if given["whole"] else torch.float64
        tensor = torch.tensor(given["data"], dtype=kind).reshape(given["shape"])
        x.append(tensor if given["whole"] else tensor.requires_grad_())
    y = eval(case["expression"], {"torch": torch, "F": F, "math": math, "x": x, "o": case["options"]})
    result = {"shape": list(y.shape), "data": y.reshape(-1).tolist(), "gradients": []}
    if y.is_floating_point() and y.requires_grad:
        weights = torch.cos(torch.arange(y.numel(), dtype=torch.float64)).reshape(y.shape)
        floats = [t for t in x if t.is_floating_point()]
        gradients = torch.autograd.grad((y * weights).sum(), floats, allow_unused=True)
        result["gradients"] = [None if g is None else g.reshape(-1).tolist() for g in gradients]
    return result


print(json.dumps([answer(case) for case in json.load(sys.stdin)]))
