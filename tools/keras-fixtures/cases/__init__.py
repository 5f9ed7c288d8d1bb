"""Every case: name -> build(rng) -> Case. A new module joins the list here."""

from cases import (
    activation_functions,
    activation_layers,
    activations,
    categorical,
    custom_cells,
    custom_functions,
    dense,
    dense_graphs,
    dense_sequential,
    dtype_policies,
    image_preprocessing,
    layer_grids,
    lookup,
    masks,
    ops,
    quantized,
    random_models,
    remaining_arguments,
    showcase,
    spectrogram,
    streaming,
    tabular,
    text,
)

MODULES = [
    activation_functions,
    activation_layers,
    activations,
    categorical,
    custom_cells,
    custom_functions,
    dense,
    dense_graphs,
    dense_sequential,
    dtype_policies,
    image_preprocessing,
    layer_grids,
    lookup,
    masks,
    ops,
    quantized,
    random_models,
    remaining_arguments,
    showcase,
    spectrogram,
    streaming,
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
