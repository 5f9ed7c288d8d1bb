"""Input rows for elementwise functions, float32 (rows, WIDTH).

Ordinary, large and huge values are separate cases: a tolerance relative to the largest finite
value of a tensor would let huge values hide errors in small ones.
"""

import numpy as np

WIDTH = 24

FLOAT32 = np.finfo(np.float32)

# where some activation bends, jumps or saturates
BREAKPOINTS = [0.2, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 6]

# Exponentials leave float32 near 88.72 (overflow), -87.34 (subnormal) and -103.97 (zero);
# tanh and sigmoid round to 1 near 9 and 17.
LARGE = [8.5, 9, 10, 12, 15, 16, 17, 18, 20, 25, 32, 50, 70, 87, 87.5, 88.5, 88.8, 89, 100, 103.9, 104.5, 128, 1e3, 1e4]

HUGE = [1e5, 1e6, 2**24, 2**31, 1e10, 1e12, 1e15, 1.8e19, 1.9e19, 1e20, 1e25, 1e30, 1e35, 1e37, 1e38, 1.7e38, 2e38, 3e38]

TINY = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 5e-8, 1e-8, 1e-10, 1e-15, 1e-19, 1e-20, 1e-25, 1e-30, 1e-35, 1e-37, 2e-38]

SUBNORMAL = [1e-38, 5e-39, 1e-39, 1e-40, 1e-42, 1e-43, 1e-44, float(FLOAT32.smallest_subnormal)]


def rows_of(values):
    """Pads the last row with zeros."""
    values = np.asarray(values, np.float32)
    return np.concatenate([values, np.zeros(-len(values) % WIDTH, np.float32)]).reshape(-1, WIDTH)


def both_signs(values):
    values = np.asarray(values, np.float32)
    return np.concatenate([rows_of(values), rows_of(-values)])


def around(values):
    """Each value with its two float32 neighbours."""
    values = np.asarray(values, np.float32)
    neighbours = [np.nextafter(values, np.float32(-np.inf)), values, np.nextafter(values, np.float32(np.inf))]
    return np.stack(neighbours, axis=1).ravel()


def finite(rng):
    """|x| at most 8, down to subnormal numbers and both zeros."""
    zeros = np.zeros((1, WIDTH), np.float32)
    ties = np.repeat(rng.normal(0, 2, (1, WIDTH // 4)), 4, axis=1).astype(np.float32)
    return np.concatenate(
        [
            rng.normal(0, 1, (4, WIDTH)).astype(np.float32),
            np.linspace(-8, 8, 6 * WIDTH, dtype=np.float32).reshape(6, WIDTH),
            both_signs(around(BREAKPOINTS)),
            both_signs(TINY + SUBNORMAL),
            ties,
            zeros,
            -zeros,
        ]
    )


def large(rng):
    """|x| at most 1e4."""
    alternating = np.asarray(LARGE, np.float32) * np.tile([1, -1], WIDTH // 2).astype(np.float32)
    return np.concatenate(
        [
            both_signs(LARGE),
            alternating[None],
            -alternating[None],
            rng.normal(0, 30, (2, WIDTH)).astype(np.float32),
            rng.uniform(80, 90, (1, WIDTH)).astype(np.float32),
            rng.uniform(-105, -85, (1, WIDTH)).astype(np.float32),
            np.full((1, WIDTH), 1e4, np.float32),
        ]
    )


def nonfinite(rng):
    """Single infinities and NaN among ordinary values, then rows of nothing else."""
    inf, nan = np.float32(np.inf), np.float32(np.nan)
    single = rng.normal(0, 1, (5, WIDTH)).astype(np.float32)
    single[0, 5] = inf
    single[1, 5] = -inf
    single[2, [3, 20]] = inf, -inf
    single[3, 7] = nan
    single[4, [1, 13]] = nan, inf
    constant = np.repeat(np.asarray([[inf], [-inf], [nan]], np.float32), WIDTH, axis=1)
    return np.concatenate([single, constant])


def ordinary(rng):
    return np.concatenate([finite(rng), nonfinite(rng)])


def huge(rng):
    """Up to the largest float32, where x*x, x + x and sums leave the range."""
    biggest = FLOAT32.max
    single = rng.normal(0, 1, (2, WIDTH)).astype(np.float32)
    single[:, 9] = biggest, -biggest
    constant = np.repeat(np.asarray([[biggest], [-biggest]], np.float32), WIDTH, axis=1)
    return np.concatenate([single, constant, both_signs(HUGE)])
