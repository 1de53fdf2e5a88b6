"""The networks of cases.ts, written from their papers with PyTorch's own layers."""
import torch
from torch import nn
from torch.nn import functional as F


class Shortcut(nn.Module):
    """Every `stride`-th pixel, zeros for new channels."""

    def __init__(self, channels, stride):
        super().__init__()
        self.channels, self.stride = channels, stride

    def forward(self, x):
        x = x[:, :, :: self.stride, :: self.stride]
        return F.pad(x, (0, 0, 0, 0, 0, self.channels - x.shape[1]))


class Block(nn.Module):
    def __init__(self, inputs, width, stride, pre, bottleneck, shortcut):
        super().__init__()
        self.pre, self.plain = pre, shortcut == "none"
        if bottleneck:
            plan = [(width, 1, 1), (width, 3, stride), (4 * width, 1, 1)]
        else:
            plan = [(width, 3, stride), (width, 3, 1)]
        self.length = len(plan)
        channels = inputs
        for i, (out, kernel, step) in enumerate(plan, 1):
            setattr(self, f"conv{i}", nn.Conv2d(channels, out, kernel, step, kernel // 2, bias=False))
            setattr(self, f"bn{i}", nn.BatchNorm2d(channels if pre else out))
            channels = out
        self.outputs = channels
        self.downsample = None
        if not self.plain and (stride != 1 or inputs != channels):
            if shortcut == "padding":
                self.downsample = Shortcut(channels, stride)
            elif pre:
                self.downsample = nn.Sequential(nn.Conv2d(inputs, channels, 1, stride, bias=False))
            else:
                self.downsample = nn.Sequential(nn.Conv2d(inputs, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        layers = [(getattr(self, f"conv{i}"), getattr(self, f"bn{i}")) for i in range(1, self.length + 1)]
        if not self.pre:
            y = x
            for i, (conv, bn) in enumerate(layers):
                y = bn(conv(y))
                if i < self.length - 1:
                    y = F.relu(y)
            if self.plain:
                return F.relu(y)
            return F.relu(y + (x if self.downsample is None else self.downsample(x)))
        y = first = F.relu(layers[0][1](x))
        y = layers[0][0](y)
        for conv, bn in layers[1:]:
            y = conv(F.relu(bn(y)))
        if self.downsample is None:
            return y + x
        return y + self.downsample(x if isinstance(self.downsample, Shortcut) else first)


class ResNet(nn.Module):
    def __init__(self, blocks, first, widths, pre=False, bottleneck=False, shortcut="projection"):
        super().__init__()
        self.pre = pre
        self.conv1 = nn.Conv2d(2, first, 3, 1, 1, bias=False)
        channels = first
        for s, width in enumerate(widths):
            rows = []
            for i in range(blocks):
                rows.append(Block(channels, width, 2 if s > 0 and i == 0 else 1, pre, bottleneck, shortcut))
                channels = rows[-1].outputs
            setattr(self, f"layer{s + 1}", nn.Sequential(*rows))
        self.bn1 = nn.BatchNorm2d(channels if pre else first)
        self.fc = nn.Linear(channels, 3)

    def forward(self, x):
        x = self.conv1(x)
        if not self.pre:
            x = F.relu(self.bn1(x))
        x = self.layer3(self.layer2(self.layer1(x)))
        if self.pre:
            x = F.relu(self.bn1(x))
        return self.fc(x.mean((2, 3)))


class VGG(nn.Module):
    def __init__(self, stages, norm, classifier):
        super().__init__()
        rows, channels = [], 2
        for convolutions, width in zip(stages, (3, 6, 12, 24, 24)):
            for _ in range(convolutions):
                rows += [nn.Conv2d(channels, width, 3, padding=1), *([nn.BatchNorm2d(width)] if norm else []), nn.ReLU()]
                channels = width
            rows.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*rows)
        self.classifier = nn.Sequential(*classifier)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class LocallyConnected(nn.Module):
    def __init__(self, inputs, channels, height, width):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(height * width, channels, inputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(channels, height, width))

    def forward(self, x):
        windows = F.unfold(x, 3, padding=1, stride=2)  # [n, c k k, places]
        y = torch.einsum("nsp,pos->nop", windows, self.weight.flatten(2))
        return y.reshape(x.shape[0], *self.bias.shape) + self.bias


class Layers(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


class Affine(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.linear = nn.Linear(5, outputs)

    def forward(self, x):
        return self.linear(x.flatten(1))


def encoder(width, heads, depth, pre=True, activation="gelu"):
    layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, activation, norm_first=pre, batch_first=True)
    return nn.TransformerEncoder(layer, depth, nn.LayerNorm(width) if pre else None)


class ViT(nn.Module):
    def __init__(self, steps, heads, depth, token, activation):
        super().__init__()
        self.conv_proj = nn.Conv2d(2, 8, 4, 4)
        self.pos_embedding = nn.Parameter(torch.zeros(1, steps + token, 8))
        self.class_token = nn.Parameter(torch.zeros(1, 1, 8)) if token else None
        self.encoder = encoder(8, heads, depth, activation=activation)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = self.conv_proj(x).flatten(2).transpose(1, 2)
        if self.class_token is not None:
            x = torch.cat([self.class_token.expand(len(x), -1, -1), x], 1)
        x = self.encoder(x + self.pos_embedding)
        return self.head(x.mean(1) if self.class_token is None else x[:, 0])


def waves(steps, width):
    t = torch.arange(steps, dtype=torch.float64)[:, None]
    angle = t / 10000 ** (torch.arange(0, width, 2, dtype=torch.float64) / width)
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(1).float()


class Sequence(nn.Module):
    def __init__(self, first, positions, pre, pool, causal=False, head=None):
        super().__init__()
        self.embedding, self.pool, self.causal = first, pool, causal
        self.positions = positions
        self.encoder = encoder(8, 2, 1 if head == "tied" else 2, pre)
        self.head = None if head == "tied" else nn.Linear(8, head or 3, bias=head is None)

    def forward(self, x):
        x = self.embedding(x.long() if isinstance(self.embedding, nn.Embedding) else x)
        x = x + (waves(6, 8) if self.positions is None else self.positions.weight)
        mask = torch.full((6, 6), float("-inf")).triu(1) if self.causal else None
        x = self.encoder(x, mask)
        if self.causal:
            return x @ self.embedding.weight.t() if self.head is None else self.head(x)
        return self.head(x.mean(1) if self.pool == "mean" else x[:, -1])


class Recurrent(nn.Module):
    def __init__(self, rnn, pool="last", outputs=3, tokens=False):
        super().__init__()
        self.embedding = nn.Embedding(5, 3) if tokens else None
        self.rnn, self.pool = rnn, pool
        self.head = nn.Linear(rnn.hidden_size * (2 if rnn.bidirectional else 1), outputs)

    def forward(self, x):
        states, last = self.rnn(x if self.embedding is None else self.embedding(x.long()))
        if self.pool == "all":
            return self.head(states)
        if self.pool == "mean":
            return self.head(states.mean(1))
        hidden = last[0] if isinstance(last, tuple) else last  # [layers * directions, n, units]
        return self.head(torch.cat(list(hidden[-2:] if self.rnn.bidirectional else hidden[-1:]), 1))


def coder(dense, channels=()):
    """Encoder up to the latent, and the decoder that mirrors it; `channels` (in, first, second) with sizes 7x6, 4x3, 2x2."""
    encoder, flat = [], dense[0]
    for i, o in zip(channels, channels[1:]):
        encoder += [nn.Conv2d(i, o, 3, 2, 1), nn.ReLU()]
    if channels:
        encoder.append(nn.Flatten())
    encoder += [nn.Linear(flat, dense[1]), nn.ReLU()]
    decoder = [nn.Linear(3, dense[1]), nn.ReLU(), nn.Linear(dense[1], flat)]
    if channels:
        first, second, third = channels
        decoder += [
            nn.Unflatten(1, (third, 2, 2)), nn.ReLU(), nn.ConvTranspose2d(third, second, 3, 2, 1, output_padding=(1, 0)),
            nn.ReLU(), nn.ConvTranspose2d(second, first, 3, 2, 1, output_padding=(0, 1)), nn.Flatten(),
        ]
    return nn.Sequential(*encoder), nn.Sequential(*decoder)


class Autoencoder(nn.Module):
    def __init__(self, dense, channels=()):
        super().__init__()
        self.encoder, self.decoder = coder(dense, channels)
        self.latent = nn.Linear(dense[1], 3)

    def forward(self, x):
        return self.decoder(self.latent(self.encoder(x)))


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = coder((5, 7))
        self.latent = nn.ModuleDict({"fc_mu": nn.Linear(7, 3), "fc_var": nn.Linear(7, 3)})

    def forward(self, x):
        hidden = self.encoder(x)
        self.mean, self.log_variance = self.latent["fc_mu"](hidden), self.latent["fc_var"](hidden)
        return self.decoder(self.mean + (0.5 * self.log_variance).exp() * self.noise)

    def kl(self):
        normal = torch.distributions.Normal(self.mean, (0.5 * self.log_variance).exp())
        return torch.distributions.kl_divergence(normal, torch.distributions.Normal(0.0, 1.0)).sum(1)


networks = {
    "autoencoder": lambda: Autoencoder((5, 7)),
    "autoencoder-conv": lambda: Autoencoder((16, 6), (2, 3, 4)),
    "vae": VAE,
    "lstm": lambda: Recurrent(nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True)),
    "gru": lambda: Recurrent(nn.GRU(3, 4, 2, batch_first=True), "mean"),
    "gru-text": lambda: Recurrent(nn.GRU(3, 4, batch_first=True, bidirectional=True), tokens=True),
    "lstm-language": lambda: Recurrent(nn.LSTM(3, 4, batch_first=True), "all", 5, True),
    "rnn": lambda: Recurrent(nn.RNN(3, 5, batch_first=True)),
    "rnn-relu": lambda: Recurrent(nn.RNN(3, 5, 2, batch_first=True, nonlinearity="relu"), outputs=2),
    "vit": lambda: ViT(6, 2, 2, True, "gelu"),
    "vit-mean": lambda: ViT(4, 4, 1, False, "relu"),
    "transformer": lambda: Sequence(nn.Linear(3, 8), None, True, "mean"),
    "transformer-post": lambda: Sequence(nn.Embedding(5, 8), nn.Embedding(6, 8), False, "last"),
    "gpt": lambda: Sequence(nn.Embedding(5, 8), nn.Embedding(6, 8), True, None, True, 5),
    "gpt-tied": lambda: Sequence(nn.Embedding(5, 8), nn.Embedding(6, 8), True, None, True, "tied"),
    "resnet-v1": lambda: ResNet(1, 4, (4, 8, 16)),
    "resnet-v1-padding": lambda: ResNet(2, 3, (3, 6, 12), shortcut="padding"),
    "resnet-v1-plain": lambda: ResNet(1, 4, (4, 8, 16), shortcut="none"),
    "resnet-v1-bottleneck": lambda: ResNet(1, 3, (3, 6, 12), bottleneck=True),
    "resnet-v2": lambda: ResNet(2, 4, (4, 8, 16), pre=True),
    "resnet-v2-bottleneck": lambda: ResNet(1, 3, (3, 6, 12), pre=True, bottleneck=True),
    "wide-resnet": lambda: ResNet(1, 16, (16, 32, 64), pre=True),
    "vgg11-bn": lambda: VGG((1, 1, 2, 2, 2), True, [nn.Linear(24, 7), nn.ReLU(), nn.Dropout(0), nn.Linear(7, 3)]),
    "vgg13": lambda: VGG((2, 2, 2, 2, 2), False, [nn.Linear(24, 3)]),
    "lcn": lambda: Layers(
        LocallyConnected(2, 3, 4, 3), nn.ReLU(), LocallyConnected(3, 4, 2, 2), nn.ReLU(), nn.Flatten(), nn.Linear(16, 3)
    ),
    "logistic-regression": lambda: Affine(3),
    "linear-regression": lambda: Affine(1),
    "deep-linear": lambda: Layers(*(nn.Linear(i, o, bias=False) for i, o in ((5, 6), (6, 6), (6, 6), (6, 3)))),
}
