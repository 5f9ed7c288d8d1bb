"""Every case: name -> build(rng) -> Case. A new module joins the list here."""

from cases import (
    activation_functions,
    activation_layers,
    activations,
    categorical,
    dense,
    dense_graphs,
    dense_sequential,
    lookup,
    dtype_policies,
    ops,
    showcase,
    quantized,
    tabular,
    text,
)

MODULES = [
    activations,
    activation_functions,
    activation_layers,
    dense,
    dense_sequential,
    dense_graphs,
    categorical,
    lookup,
    dtype_policies,
    ops,
    showcase,
    quantized,
    tabular,
    text,
]


def all_cases():
    cases = {}
    for module in MODULES:
        clashes = cases.keys() & module.CASES.keys()
        if clashes:
            raise ValueError(f"{module.__name__} repeats {sorted(clashes)}")
        cases |= module.CASES
    return cases
