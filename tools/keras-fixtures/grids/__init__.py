"""Every grid, by family."""

from grids import activation, attention, convolution, core, image, normalization, pooling, recurrent, reshaping

FAMILIES = {
    "activation": activation.GRIDS,
    "attention": attention.GRIDS,
    "convolution": convolution.GRIDS,
    "core": core.GRIDS,
    "image": image.GRIDS,
    "normalization": normalization.GRIDS,
    "pooling": pooling.GRIDS,
    "recurrent": recurrent.GRIDS,
    "reshaping": reshaping.GRIDS,
}
