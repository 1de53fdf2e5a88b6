"""Outputs, gradients and three steps of gradient descent of the networks of cases.ts in PyTorch, from the same weights.

usage: parity.py FOLDER   (a folder NAME.safetensors each: the weights, and `x`, `y`; writes NAME.json)
"""
import json
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from networks import networks
from safetensors_file import read

torch.set_num_threads(1)
for path in sorted(Path(sys.argv[1]).glob("*.safetensors")):
    tensors = read(path)
    x, y = tensors.pop("x"), tensors.pop("y")
    noise = tensors.pop("noise", None)
    model = networks[path.stem]()
    model.load_state_dict(tensors, strict=True)
    model.noise = noise
    result = {}
    for step in range(3):
        model.zero_grad()
        output = model(x)
        if y.dtype == torch.float32:
            loss = F.mse_loss(output, y.reshape(output.shape))
        else:
            loss = F.cross_entropy(output.reshape(-1, output.shape[-1]), y.long().reshape(-1))
        if model_kl := getattr(model, "kl", None):
            loss = loss + 0.1 * model_kl().mean()
        loss.backward()
        if step == 0:
            result["output"] = output.flatten().tolist()
            result["loss"] = loss.item()
            result["gradients"] = {name: p.grad.flatten().tolist() for name, p in model.named_parameters()}
        with torch.no_grad():
            for p in model.parameters():
                p -= 0.05 * p.grad
    result["weights"] = {name: v.flatten().tolist() for name, v in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    path.with_suffix(".json").write_text(json.dumps(result))
