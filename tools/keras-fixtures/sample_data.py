"""The data set: y = 1.2·x1 − 2.1·x2 + 0.7·x3² − 0.5·x4² + noise."""

import numpy as np

ROWS = 2000
INPUT_RANGE = (-3.0, 3.0)
NOISE = 0.2
VALIDATION_SPLIT = 0.2


def write_csv(path, seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(*INPUT_RANGE, (ROWS, 4))
    y = 1.2 * x[:, 0] - 2.1 * x[:, 1] + 0.7 * x[:, 2] ** 2 - 0.5 * x[:, 3] ** 2 + rng.normal(0, NOISE, ROWS)
    rows = np.column_stack([x, y])
    np.savetxt(path, rows, fmt="%.6f", delimiter=",", header="x1,x2,x3,x4,y", comments="")


def read_csv(path):
    """float32 x (2000, 4) and y (2000, 1)"""
    rows = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.float32)
    return rows[:, :4], rows[:, 4:]


def validation_part(array):
    """The last rows, those that fit(validation_split=...) keeps back."""
    return array[int(len(array) * (1 - VALIDATION_SPLIT)) :]
