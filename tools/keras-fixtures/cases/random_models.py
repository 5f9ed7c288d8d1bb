"""A few of the models that `random_graphs.py` makes without end."""

from random_graphs import random_model

from case import Case

SEED = 1
NUMBERS = (0, 2, 3, 4, 7, 8)


def graph(number):
    def build(_rng):
        model, arrays = random_model(SEED, number)
        return Case(model, arrays if len(arrays) > 1 else arrays[0], adapted=True)

    return build


CASES = {f"random-graph-{number}": graph(number) for number in NUMBERS}
