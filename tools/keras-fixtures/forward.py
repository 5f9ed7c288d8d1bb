"""The forward pass of an MLP in NumPy."""

import numpy as np


def forward(x, weights, hidden, dtype):
    """x (rows, 4); weights alternate kernel (in, out) and bias (out,); hidden is "linear" or "relu"."""
    x = x.astype(dtype, copy=False)
    weights = [w.astype(dtype, copy=False) for w in weights]
    last = len(weights) - 2
    for i in range(0, len(weights), 2):
        x = np.dot(x, weights[i]) + weights[i + 1]
        if hidden == "relu" and i != last:
            x = np.maximum(x, 0)
    return x
