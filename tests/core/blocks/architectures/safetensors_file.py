"""Reads safetensors files without a package."""
import json
import struct

import torch


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
