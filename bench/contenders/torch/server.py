"""PyTorch's contender: answers the requests of bench/frame/serve.ts, a line of JSON each.

Usage: server.py THREADS
"""
import json
import os
import platform
import resource
import sys
import time

import numpy
import torch
from works import WORKS

torch.set_num_threads(int(sys.argv[1]))


def read(folder, device):
    with open(os.path.join(folder, "index.json")) as file:
        index = json.load(file)
    return {
        name: torch.from_numpy(numpy.fromfile(os.path.join(folder, entry["file"]), entry["dtype"]).reshape(entry["shape"])).to(device)
        for name, entry in index.items()
    }


def memory():
    """Linux counts a parent's memory into `ru_maxrss`, but not into the status file."""
    try:
        with open("/proc/self/status") as file:
            status = dict(line.split(":", 1) for line in file)
        return {"peakBytes": 1024 * int(status["VmHWM"].split()[0]), "residentBytes": 1024 * int(status["VmRSS"].split()[0])}
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return {"peakBytes": peak, "residentBytes": peak}


def answer(value):
    print(json.dumps(value), flush=True)


answer({"versions": {"PyTorch": torch.__version__, "Python": platform.python_version()}})
for line in sys.stdin:
    try:
        request = json.loads(line)
        if request["ask"] == "prepare":
            # Whatever Basin asks of the card, PyTorch asks with CUDA; a software adapter is checked against the processor.
            cuda = request["device"] != "cpu" and os.environ.get("BASIN_ALLOW_SOFTWARE_GPU") != "1"
            if cuda and not torch.cuda.is_available():
                raise RuntimeError("PyTorch sees no CUDA device")
            sync = torch.cuda.synchronize if cuda else lambda: None
            start = time.perf_counter()
            tensors = read(request["folder"], "cuda" if cuda else "cpu")
            check, run, items, notes = WORKS[request["case"]["work"]["kind"]](request["case"], tensors, sync)
            answer({"check": check(), "notes": notes, "seconds": time.perf_counter() - start})
        else:
            ms = []
            for _ in range(request["samples"]):
                start = time.perf_counter()
                for _ in range(request["burst"]):
                    run()
                sync()
                ms.append(1000 * (time.perf_counter() - start) / request["burst"] / items)
            answer({"ms": ms, **memory()})
    except Exception as error:
        answer({"error": f"{type(error).__name__}: {error}".split("\n")[0]})
