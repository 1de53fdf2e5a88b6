"""What is timed, in the quickest way that this PyTorch offers. Each gives `(check, run, items, notes)`."""
import time

import torch
import torch.nn.functional as F
from networks import cross_entropy, network_of


def under(T, prefix):
    return {name[len(prefix) + 1 :]: t for name, t in T.items() if name.startswith(prefix + ".")}


def leaves(P):
    return {name: t.clone().requires_grad_() for name, t in P.items()}


def quickest(ways, sync):
    """The name of the quickest way: each is warmed up, then timed three times in turn."""
    best = {name: float("inf") for name in ways}
    for attempt in range(4):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            sync()
            if attempt > 0:
                best[name] = min(best[name], time.perf_counter() - start)
    return min(best, key=best.get)


def step(case, T, sync):
    work = case["work"]
    apply = network_of(case["network"])
    x, labels = T["x"], T["labels"].long()

    def contestant(foreach):
        P, B = leaves(under(T, "parameters")), {name: t.clone() for name, t in under(T, "buffers").items()}
        kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[work["optimizer"]]
        optimizer = kind(P.values(), lr=work["learningRate"], foreach=foreach)

        def run():
            optimizer.zero_grad(set_to_none=True)
            loss = cross_entropy(apply(P, B, x), labels)
            loss.backward()
            optimizer.step()
            return loss

        return run

    foreach = quickest({"foreach": contestant(True), "for": contestant(False)}, sync) == "foreach"
    run = contestant(foreach)
    return (lambda: [run().item() for _ in range(5)]), run, 1, ["PyTorch: foreach optimizer"] if foreach else []


def first(case, T, sync):
    """Building and one step; there is nothing to compile."""
    work = case["work"]
    apply = network_of(case["network"])

    def run():
        P, B = leaves(under(T, "parameters")), {name: t.clone() for name, t in under(T, "buffers").items()}
        optimizer = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[work["optimizer"]](P.values(), lr=work["learningRate"])
        loss = cross_entropy(apply(P, B, T["x"]), T["labels"].long())
        loss.backward()
        optimizer.step()
        return loss

    return (lambda: [run().item()]), run, 1, []


def hessian_products(loss, P):
    """Ways to a Hessian-vector product, everything computed anew."""
    import functorch

    names, values = list(P), tuple(P.values())

    def double_backward(v):
        slopes = torch.autograd.grad(loss(P), values, create_graph=True)
        return torch.autograd.grad(slopes, values, v)

    flat = tuple(t.detach() for t in values)
    slope = functorch.grad(lambda p: loss(dict(zip(names, p))))

    def forward_over_reverse(v):
        return functorch.jvp(slope, (flat,), (v,))[1]

    def reverse_over_reverse(v):
        return functorch.vjp(slope, flat)[1](v)[0]

    return {"double backward": double_backward, "functorch jvp of grad": forward_over_reverse, "functorch vjp of grad": reverse_over_reverse}


def working(ways, v):
    """Those ways that this PyTorch has all the rules for."""
    able = {}
    for name, way in ways.items():
        try:
            way(v)
            able[name] = way
        except RuntimeError:
            pass
    return able


def hvp(case, T, sync):
    apply = network_of(case["network"])
    P, x, labels = leaves(under(T, "parameters")), T["x"], T["labels"].long()
    v = tuple(under(T, "vector").values())
    ways = working(hessian_products(lambda p: cross_entropy(apply(p, {}, x), labels), P), v)
    name = quickest({name: (lambda way=way: way(v)) for name, way in ways.items()}, sync)
    run = lambda: ways[name](v)

    def check():
        product = [t.detach() for t in run()]
        along = sum((a.double() * b.double()).sum() for a, b in zip(product, v))
        return [along.item(), sum((a.double() ** 2).sum() for a in product).sqrt().item()]

    return check, run, 1, [f"PyTorch by {name}, the quickest of {', '.join(ways)}"]


def population(case, T, sync):
    work = case["work"]
    x, labels, rate = T["x"], T["labels"].long(), work["learningRate"]
    return (batched if work["batched"] else one_by_one)(case, under(T, "parameters"), x, labels, rate, work["members"])


def one_by_one(case, stacked, x, labels, rate, members):
    apply = network_of(case["network"])

    def member(i):
        P = leaves({name: t[i] for name, t in stacked.items()})
        optimizer = torch.optim.SGD(P.values(), lr=rate)

        def run():
            optimizer.zero_grad(set_to_none=True)
            loss = cross_entropy(apply(P, {}, x), labels)
            loss.backward()
            optimizer.step()
            return loss

        return run

    def check():
        runs = [member(0), member(1), member(members - 1)]
        return [run().item() for _ in range(3) for run in runs]

    return check, member(0), 1, []


def batched(case, stacked, x, labels, rate, members):
    """All members of an MLP at once, by hand: batched products on stacked weights."""
    P = leaves(stacked)
    last = len(case["network"]["widths"]) - 2
    values = list(P.values())
    targets = labels.repeat(members)

    def run():
        h = x.expand(members, *x.shape)
        for i in range(last + 1):
            h = torch.baddbmm(P[f"layers.{i}.bias"].unsqueeze(1), h, P[f"layers.{i}.weight"].transpose(1, 2))
            h = F.relu(h) if i < last else h
        losses = F.cross_entropy(h.reshape(-1, h.shape[-1]), targets, reduction="none").view(members, -1).mean(1)
        slopes = torch.autograd.grad(losses.sum(), values)
        with torch.no_grad():
            torch._foreach_add_(values, slopes, alpha=-rate)
        return losses

    def check():
        losses = [run() for _ in range(3)]
        return [each[i].item() for each in losses for i in (0, 1, members - 1)]

    return check, run, members, ["PyTorch advances all members at once (baddbmm, written by hand)"]


def surface(case, T, sync):
    work = case["work"]
    apply = network_of(case["network"])
    x, labels = T["x"], T["labels"].long()
    centre = under(T, "parameters")
    directions = [under(T, f"directions.{k}") for k in range(2)]
    P = {name: t.clone() for name, t in centre.items()}

    @torch.no_grad()
    def value(a, b):
        for name in directions[0]:
            torch.add(centre[name], directions[0][name], alpha=a, out=P[name])
            P[name].add_(directions[1][name], alpha=b)
        return cross_entropy(apply(P, {}, x), labels).item()

    def points(n):
        axis = [-1 + 2 * i / (n - 1) for i in range(n)]
        return [(a, b) for b in axis for a in axis]

    grid = points(work["grid"])
    size = -(-len(grid) // work["slices"])
    state = {"slice": 0}

    def run():
        at = state["slice"] * size
        state["slice"] = (state["slice"] + 1) % work["slices"]
        return [value(a, b) for a, b in grid[at : at + size]]

    return (lambda: [value(a, b) for a, b in points(3)]), run, 1, []


def eigen(case, T, sync):
    """Lanczos with full reorthogonalisation; the gradient's graph is built once and kept, as the Hessian libraries do."""
    apply = network_of(case["network"])
    P, B, x, labels = leaves(under(T, "parameters")), under(T, "buffers"), T["x"], T["labels"].long()
    values = list(P.values())
    loss = lambda p: cross_entropy(apply(p, B, x), labels)
    start = torch.cat([t.flatten() for t in under(T, "vector").values()])
    split = lambda v: [part.view_as(p) for part, p in zip(v.split([p.numel() for p in values]), values)]
    flat = lambda parts: torch.cat([t.reshape(-1) for t in parts])

    def kept(batch):
        parts = [(x[i : i + batch], labels[i : i + batch]) for i in range(0, len(x), batch)]
        slopes = [torch.autograd.grad(cross_entropy(apply(P, B, part), own) * (len(part) / len(x)), values, create_graph=True) for part, own in parts]
        return lambda v: sum(flat(torch.autograd.grad(each, values, split(v), retain_graph=True)) for each in slopes)

    ways = {"double backward on a kept graph": lambda: kept(len(x))}
    if len(x) % 64 == 0:
        ways["double backward on kept graphs of 64 examples"] = lambda: kept(64)
    for name, way in working(hessian_products(loss, P), tuple(split(start))).items():
        if name != "double backward":
            ways[name] = lambda way=way: lambda v: flat(way(tuple(split(v))))

    def lanczos(operator, steps):
        basis = torch.zeros(steps, start.numel(), device=start.device)
        alphas, betas = [], []
        v = start / start.norm()
        for k in range(steps):
            basis[k] = v
            w = operator(v).detach()
            alphas.append(torch.dot(w, v).item())
            # As Basin does: a second pass only where the first one cancelled much.
            before, beta = float("inf"), w.norm().item()
            while beta < 0.7071 * before:
                before = beta
                w = w - basis[: k + 1].t() @ (basis[: k + 1] @ w)
                beta = w.norm().item()
            betas.append(beta)
            v = w / beta
        T = torch.diag(torch.tensor(alphas)) + torch.diag(torch.tensor(betas[:-1]), 1) + torch.diag(torch.tensor(betas[:-1]), -1)
        return torch.linalg.eigvalsh(T.double())

    name = quickest({name: (lambda way=way: lanczos(way(), 2)) for name, way in ways.items()}, sync)
    run = lambda: lanczos(ways[name](), case["work"]["steps"])

    def check():
        ritz = run()
        return [ritz[-1].item(), ritz[-2].item(), ritz[0].item()]

    return check, run, 1, [f"PyTorch by {name}, the quickest of {', '.join(ways)}"]


WORKS = {"step": step, "chunk": step, "first": first, "hvp": hvp, "population": population, "surface": surface, "eigen": eigen}
