"""Every function of keras.ops with a way to draw its tensors and arguments: name -> build(draw)."""

import numpy as np
from keras import ops

from op_draw import FLOATS, INTEGERS, ANY


def unary(name, **kw):
    return name, lambda d: getattr(ops, name)(d.x(**kw))


def binary(name, dtypes=ANY, of="normal"):
    def build(d):
        shape = d.shape()
        other = d.broadcastable(shape)
        a = d.x(shape, d.dtype(*dtypes), of)
        kind = d.int(0, 3)
        if kind == 0:
            b = d.pick(2, -3, 0.5, 1, 1.5, True)
        elif kind == 1:
            b = np.asarray(d.rng.normal(0, 2, other)).astype(d.pick("float32", "int32"))
        else:
            b = d.x(other, d.dtype(*dtypes), of)
        return getattr(ops, name)(a, b) if d.flag() else getattr(ops, name)(b, a)

    return name, build


def reduction(name, dtypes=ANY, of="normal", many=True, keepdims=True, **more):
    def build(d):
        x = d.x(d.shape(), d.dtype(*dtypes), of)
        kw = {"axis": d.axis(len(x.shape), many=many)}
        if keepdims and d.flag():
            kw["keepdims"] = d.flag()
        for key, value in more.items():
            if d.flag():
                kw[key] = value(d)
        return getattr(ops, name)(x, **kw)

    return name, build


UNARY = """abs absolute angle any all ceil conj conjugate real imag cos sin tan arcsin arccos arctan sinh cosh tanh arcsinh
arccosh arctanh exp exp2 expm1 log log10 log1p log2 sqrt cbrt square reciprocal negative sign signbit floor trunc isfinite
isinf isnan isneginf isposinf isreal deg2rad rad2deg erf erfc erfinv logical_not ravel copy sinc i0 fabs
relu relu6 sigmoid sparse_sigmoid softplus softsign soft_shrink sparse_plus silu squareplus log_sigmoid leaky_relu hard_sigmoid
hard_silu hard_swish hard_tanh hard_shrink elu selu gelu celu glu tanh_shrink softmax log_softmax sparsemax swish rsqrt
stop_gradient ones_like zeros_like empty_like size shape ndim trace nonzero diagflat transpose fliplr flipud bitwise_not
bitwise_invert nan_to_num diff cumsum cumprod median max min argmax argmin sort argsort unique""".split()
BINARY = """add subtract multiply divide true_divide divide_no_nan floor_divide mod fmod power arctan2 maximum minimum fmax fmin
equal not_equal greater greater_equal less less_equal logical_and logical_or logical_xor hypot logaddexp logaddexp2 heaviside
nextafter copysign isclose allclose gcd lcm bitwise_and bitwise_or bitwise_xor left_shift right_shift bitwise_left_shift
bitwise_right_shift ldexp outer kron""".split()


def matmul_pair(d):
    m, k, n = d.int(1, 5), d.int(1, 5), d.int(1, 5)
    batch = d.shape(0, 2, 3)
    kind = d.int(0, 3)
    if kind == 0:
        a, b = (k,), (*batch, k, n)
    elif kind == 1:
        a, b = (*batch, m, k), (k,)
    elif kind == 2:
        a, b = (*batch, m, k), (*d.broadcastable(batch), k, n)
    else:
        a, b = (k,), (k,)
    return d.x(a), d.x(b)


def getitem(d):
    x = d.x(d.shape(1, 4))
    keys = []
    for size in x.shape:
        kind = d.int(0, 6)
        if kind == 0:
            keys.append(d.int(-size, size - 1))
        elif kind == 1:
            keys.append(None)
            keys.append(slice(None))
        elif kind == 2:
            keys.append(slice(d.pick(None, d.int(-size - 1, size + 1)), d.pick(None, d.int(-size - 1, size + 1)), d.pick(None, 1, 2, -1)))
        elif kind == 3:
            keys.append(Ellipsis)
            break
        else:
            keys.append(slice(None))
    return x[tuple(keys) if len(keys) > 1 or d.flag() else keys[0]]


def take(d):
    x = d.x(d.shape(1, 4))
    axis = d.axis(len(x.shape))
    size = int(np.prod(x.shape)) if axis is None else x.shape[axis]
    shape = d.shape(0, 2)
    indices = d.rng.integers(-size, size, shape)
    given = d.pick(d.x(shape, d.pick("int32", "int64"), indices), indices.astype("int32"))
    return ops.take(x, given, axis=axis)


def take_along_axis(d):
    x = d.x(d.shape(1, 3))
    axis = d.axis(len(x.shape))
    size = int(np.prod(x.shape)) if axis is None else x.shape[axis]
    shape = list((size,) if axis is None else x.shape)
    shape[axis or 0] = d.int(1, 4)
    return ops.take_along_axis(x, d.x(shape, "int32", d.rng.integers(-size, size, shape)), axis=axis)


def scatter(d, name):
    shape = d.shape(1, 3)
    depth = d.int(1, len(shape))
    count = d.int(1, 4)
    indices = np.stack([d.rng.integers(0, n, count) for n in shape[:depth]], -1)
    dtype = d.dtype()
    updates = d.x((count, *shape[depth:]), dtype)
    i = d.x(indices.shape, "int32", indices)
    if name == "scatter":
        return ops.scatter(i, updates, shape)
    kw = {"reduction": d.pick(None, "add", "max", "min", "mul")} if d.flag() else {}
    return ops.scatter_update(d.x(shape, dtype), i, updates, **kw)


def conv(d, name="conv"):
    rank = d.int(1, 3)
    channels = d.pick(1, 2, 4)
    spatial = tuple(d.int(4, 7) for _ in range(rank))
    kernel = tuple(d.int(1, 3) for _ in range(rank))
    dtype = d.pick("float32", "float32", "float64", "float16", "bfloat16")
    x = d.x((2, *spatial, channels), dtype)
    kw = {"padding": d.pick("valid", "same")}
    if d.flag():
        kw["strides"] = d.pick(1, 2, tuple(d.int(1, 2) for _ in range(rank)))
    elif d.flag():
        kw["dilation_rate"] = d.pick(2, tuple(d.int(1, 2) for _ in range(rank)))
    if name == "conv":
        return ops.conv(x, d.x((*kernel, d.pick(channels, max(channels // 2, 1)), 4), dtype), **kw)
    if name == "depthwise_conv":
        return ops.depthwise_conv(x, d.x((*kernel, channels, d.int(1, 2)), dtype), **kw)
    if name == "conv_transpose":
        return ops.conv_transpose(x, d.x((*kernel, 3, channels), dtype), **kw)
    multiplier = d.int(1, 2)
    return ops.separable_conv(x, d.x((*kernel, channels, multiplier), dtype), d.x((*[1] * rank, channels * multiplier, 3), dtype), **kw)


def pool(d, name):
    rank = d.int(1, 3)
    x = d.x((2, *[d.int(4, 7) for _ in range(rank)], d.int(1, 3)), d.pick("float32", "float32", "float64", "float16", "bfloat16", "int32"))
    size = d.pick(2, tuple(d.int(1, 3) for _ in range(rank)))
    kw = {"padding": d.pick("valid", "same")}
    if d.flag():
        kw["strides"] = d.pick(1, 2, tuple(d.int(1, 3) for _ in range(rank)))
    return getattr(ops, name)(x, size, **kw)


def images(d, dtype=None, channels=None):
    shape = (d.int(3, 8), d.int(3, 8), channels or d.pick(1, 3))
    if d.flag():
        shape = (2, *shape)
    return d.x(shape, dtype or d.pick("float32", "float32", "float64", "float16", "uint8"), "image")


def image_op(name):
    def build(d):
        i = ops.image
        if name == "resize":
            kw = {"interpolation": d.pick("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"), "antialias": d.flag()}
            fit = d.int(0, 3)
            if fit == 1:
                kw["crop_to_aspect_ratio"] = True
            if fit == 2:
                kw |= {"pad_to_aspect_ratio": True, "fill_value": d.pick(0.0, 0.5)}
            return i.resize(images(d), (d.int(2, 9), d.int(2, 9)), **kw)
        if name == "crop_images":
            x = images(d)
            h, w = x.shape[-3:-1]
            t, l = d.int(0, h - 1), d.int(0, w - 1)
            return i.crop_images(x, top_cropping=t, left_cropping=l, target_height=d.int(1, h - t), target_width=d.int(1, w - l))
        if name == "pad_images":
            x = images(d)
            h, w = x.shape[-3:-1]
            return i.pad_images(x, top_padding=d.int(0, 3), left_padding=d.int(0, 3), bottom_padding=d.int(0, 3), right_padding=d.int(0, 2))
        if name == "affine_transform":
            x = images(d, d.pick("float32", "float64"))
            batch = x.shape[:1] if len(x.shape) == 4 else ()
            t = d.rng.normal(0, 0.2, (*batch, 8)) + [1, 0, 0, 0, 1, 0, 0, 0]
            t[..., 6:] *= 0.01
            return i.affine_transform(x, d.x(t.shape, "float32", t), interpolation=d.pick("nearest", "bilinear"), fill_mode=d.pick("constant", "nearest", "mirror", "reflect"), fill_value=d.pick(0, 0.5))
        if name == "perspective_transform":
            x = images(d, "float32")
            batch = x.shape[:1] if len(x.shape) == 4 else ()
            h, w = x.shape[-3:-1]
            start = np.array([[0, 0], [0, w - 1], [h - 1, 0], [h - 1, w - 1]]) + np.zeros((*batch, 4, 2))
            end = start + d.rng.normal(0, 0.4, start.shape)
            return i.perspective_transform(x, d.x(start.shape, "float32", start), d.x(end.shape, "float32", end), interpolation=d.pick("nearest", "bilinear"), fill_value=d.pick(0, 0.5))
        if name == "map_coordinates":
            x = d.x((d.int(3, 6), d.int(3, 6)), d.pick("float32", "float64", "int32"))
            return i.map_coordinates(x, d.x((2, 4), "float32"), order=d.int(0, 1), fill_mode=d.pick("constant", "nearest", "wrap", "mirror"), fill_value=d.pick(0, 0.5))
        if name == "extract_patches":
            x = images(d, d.pick("float32", "float64"))
            size = d.pick(2, (2, 3), 1)
            kw = {"padding": d.pick("valid", "same")}
            if d.flag():
                kw["strides"] = d.pick(1, 2, (1, 2))
            elif d.flag():
                kw["dilation_rate"] = 2
            return i.extract_patches(x, size, **kw)
        if name == "gaussian_blur":
            return i.gaussian_blur(images(d, "float32"), kernel_size=d.pick((3, 3), (5, 5)), sigma=d.pick((1.0, 1.0), (0.5, 2.0)))
        if name == "scale_and_translate":
            x = d.x((5, 6, 2), "float32", "image")
            return i.scale_and_translate(x, (d.int(3, 8), d.int(3, 8), 2), d.x((2,), "float32", "positive"), d.x((2,), "float32"), (0, 1), d.pick("linear", "cubic", "lanczos3", "lanczos5", "nearest"), antialias=d.flag())
        function = getattr(i, name)
        return function(images(d, d.pick("float32", "float32", "float64", "float16"), 3 if name != "sobel_edges" else None))

    return f"image.{name}", build


def linalg(name):
    def build(d):
        dtype = d.pick("float32", "float32", "float64")
        n = d.int(1, 4)
        batch = d.shape(0, 2, 3)
        square = lambda of="normal": d.x((*batch, n, n), dtype, of)
        if name in ("cholesky", "cholesky_inverse"):
            return getattr(ops, name)(square("definite"), **({"upper": d.flag()} if d.flag() else {}))
        if name in ("inv", "det", "slogdet"):
            return getattr(ops, name)(square())
        if name == "logdet":
            return ops.logdet(square("definite"))
        if name == "eigh":
            return ops.eigh(square("definite"))[0]
        if name == "solve":
            return ops.solve(square("definite"), d.x((*batch, n, d.int(1, 3)), dtype))
        if name == "solve_triangular":
            return ops.solve_triangular(square("definite"), d.x((*batch, n, 2), dtype), lower=d.flag())
        if name == "lstsq":
            return ops.lstsq(d.x((n + 2, n), dtype), d.x((n + 2, 2), dtype))
        if name == "pinv":
            return ops.pinv(d.x((*batch, n + 1, n), dtype))
        if name == "matrix_rank":
            return ops.matrix_rank(d.x((*batch, n + 1, n), dtype))
        if name == "norm":
            x = d.x(d.shape(1, 3), d.dtype(*FLOATS))
            rank = len(x.shape)
            axis = d.axis(rank)
            if d.flag() and rank >= 2:
                axis = tuple(int(a) for a in d.rng.permutation(rank)[:2])
                order = d.pick(None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)
            else:
                order = d.pick(None, 0, 1, 2, 3, -1, np.inf, -np.inf, 0.5)
            return ops.norm(x, ord=order, axis=axis, keepdims=d.flag())
        if name == "svd":
            return ops.svd(d.x((*batch, n + 1, n), dtype), compute_uv=False)
        if name == "qr":
            q, r = ops.qr(d.x((*batch, n + 1, n), dtype), mode=d.pick("reduced", "complete"))
            return ops.abs(r)
        raise KeyError(name)

    return f"linalg.{name}", build


def axis_op(name, low=1, dtypes=ANY, of="normal", none=True, **more):
    def build(d):
        x = d.x(d.shape(low, 4), d.dtype(*dtypes), of)
        kw = {}
        if d.int(0, 3):
            kw["axis"] = d.axis(len(x.shape), none=none)
        for key, value in more.items():
            if d.flag():
                kw[key] = value(d)
        return getattr(ops, name)(x, **kw)

    return name, build


def pad(d):
    x = d.x(d.shape(1, 3))
    kind = d.int(0, 3)
    rank = len(x.shape)
    width = [d.int(0, 2), (d.int(0, 2), d.int(0, 2)), ((d.int(0, 2), 1),), tuple((d.int(0, 2), d.int(0, 2)) for _ in range(rank))][kind]
    mode = d.pick("constant", "constant", "reflect", "symmetric")
    kw = {"constant_values": d.pick(0, 1.5, 3)} if mode == "constant" and d.flag() else {}
    return ops.pad(x, width, mode=mode, **kw)


def joined(name):
    def build(d):
        shape = d.shape(1, 3)
        tensors = [d.x(shape, d.dtype() if d.int(0, 3) == 0 else "float32") for _ in range(d.int(1, 3))]
        if name in ("stack", "concatenate"):
            return getattr(ops, name)(tensors, axis=d.int(-len(shape), len(shape) - 1))
        return getattr(ops, name)(tensors)

    return name, build


def splitting(name):
    def build(d):
        size = d.pick(2, 4, 6)
        shape = list(d.shape(3, 3))
        axis = d.int(-3, 2)
        if name in ("split", "array_split"):
            shape[axis] = size
            return getattr(ops, name)(d.x(shape), d.pick(2, [1], [1, 1], (0, 2)) if name == "split" else d.int(1, 4), axis=axis)
        return getattr(ops, name)(d.x([size] * 3), d.pick(2, [1], [1, 2]))

    return name, build


def simple(name, build):
    return name, build


def einsum(d):
    equation, *shapes = d.pick(
        ("ij,jk->ik", "ij", "jk"), ("bij,bjk->bik", "bij", "bjk"), ("ij->ji", "ij"), ("ii->i", "ii"), ("ii", "ii"),
        ("i,j->ij", "i", "j"), ("bhqd,bhkd->bhqk", "bhqd", "bhkd"), ("...ij,jk->...ik", "abij", "jk"), ("ij,ij->", "ij", "ij"),
        ("abc,cd,de->abe", "abc", "cd", "de"), ("ij,kj", "ij", "kj"), ("bi,bj->bij", "bi", "bj"), ("ijk->", "ijk"), ("ijk->kj", "ijk"),
    )  # fmt: skip
    sizes = {label: d.int(1, 4) for label in "abcdehijkq"}
    dtype = d.dtype()
    return ops.einsum(equation, *[d.x([sizes[label] for label in shape], dtype if d.int(0, 3) else None) for shape in shapes])


def bincount(d):
    x = d.x(d.pick((7,), (2, 5)), d.pick("int32", "uint8", "int64"), "counts")
    kw = {}
    if d.flag():
        kw["weights"] = d.x(x.shape, d.pick("float32", "int32", "float64"))
    kw["minlength"] = d.int(10, 12)
    return ops.bincount(x, **kw)


def segment(name):
    def build(d):
        n = d.int(1, 7)
        ids = np.sort(d.rng.integers(0, 4, n))
        return getattr(ops, name)(d.x((n, *d.shape(0, 2)), d.dtype(*FLOATS, "int32")), d.x((n,), "int32", ids), num_segments=d.pick(4, 6), sorted=d.flag())

    return name, build


SPECS = dict(
    [
        *(unary(name) for name in UNARY if hasattr(ops, name)),
        *((f"{name}~", build) for name, build in (unary(name, dtype="float32", of="special") for name in UNARY if hasattr(ops, name) and name not in ("unique",))),
        *(binary(name) for name in BINARY if hasattr(ops, name)),
        *((f"{name}~", build) for name, build in (binary(name, ["float32"], "special") for name in BINARY if hasattr(ops, name))),
        *(reduction(name) for name in ["sum", "prod", "mean", "var", "std", "max", "min", "amax", "amin", "any", "all", "count_nonzero", "logsumexp", "ptp", "median"] if hasattr(ops, name)),
        *(reduction(name, FLOATS, "holes") for name in ["nansum", "nanprod", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin", "nanmedian"] if hasattr(ops, name)),
        *(reduction(name, many=False) for name in ["argmax", "argmin"]),
        reduction("nanargmax", FLOATS, "holes", many=False), reduction("nanargmin", FLOATS, "holes", many=False),
        simple("max initial", lambda d: ops.max(d.x(), initial=d.pick(0, 1.5, -9))),
        simple("min initial", lambda d: ops.min(d.x(), initial=d.pick(0, 1.5, -9))),
        simple("sum dtype", lambda d: ops.cumsum(d.x(d.shape(1, 3)), axis=0, dtype=d.pick("float32", "int32", "float64"))),
        simple("prod dtype", lambda d: ops.prod(d.x(d.shape(1, 3)), axis=0, dtype=d.pick("float32", "int32", "float64"))),
        axis_op("cumsum"), axis_op("cumprod"), axis_op("sort", none=False), axis_op("argsort"), axis_op("flip"), axis_op("softmax"),
        axis_op("log_softmax"), axis_op("diff", none=False, n=lambda d: d.int(0, 2)), axis_op("squeeze", none=False), axis_op("unstack", none=False),
        axis_op("nancumsum", dtypes=FLOATS, of="holes"), axis_op("nancumprod", dtypes=FLOATS, of="holes"),
        axis_op("expand_dims", none=False), axis_op("glu", none=False), axis_op("sparsemax", none=False), axis_op("trapezoid", dtypes=FLOATS, none=False, dx=lambda d: 0.5),
        simple("roll", lambda d: (lambda x: ops.roll(x, d.pick(1, -2, 5), axis=d.axis(len(x.shape))))(d.x(d.shape(1, 4)))),
        simple("roll many", lambda d: ops.roll(d.x(d.shape(2, 3)), (1, -2), axis=(0, 1))),
        simple("rot90", lambda d: ops.rot90(d.x(d.shape(3, 4)), k=d.int(-2, 5), axes=d.pick((0, 1), (1, 2), (2, 0), (-1, 0)))),
        simple("quantile", lambda d: (lambda x: ops.quantile(x, d.pick(0.3, [0.1, 0.9], 1.0), axis=d.axis(len(x.shape), many=True), keepdims=d.flag()))(d.x(d.shape(1, 3), d.dtype(*FLOATS)))),
        simple("percentile", lambda d: (lambda x: ops.percentile(x, d.pick(30, [10.0, 90.0]), axis=d.axis(len(x.shape)), keepdims=d.flag()))(d.x(d.shape(1, 3), d.dtype(*FLOATS)))),
        simple("nanquantile", lambda d: (lambda x: ops.nanquantile(x, d.pick(0.3, [0.1, 0.9]), axis=d.axis(len(x.shape)), keepdims=d.flag()))(d.x(d.shape(1, 3), d.dtype(*FLOATS), "holes"))),
        simple("average", lambda d: (lambda x, a: ops.average(x, axis=a, weights=d.pick(None, d.x(x.shape if a is None or d.flag() else (x.shape[a],), None, "positive"))))(*(lambda x: (x, d.axis(len(x.shape))))(d.x(d.shape(1, 3))))),
        simple("norm plain", lambda d: ops.norm(d.x())),
        simple("moments", lambda d: (lambda x: ops.moments(x, axes=d.pick([0], [-1], list(range(len(x.shape)))), keepdims=d.flag()))(d.x(d.shape(1, 4), d.dtype(*FLOATS)))),
        simple("normalize", lambda d: (lambda x: ops.normalize(x, axis=d.pick(0, -1), order=d.pick(1, 2, 3), **d.pick({}, {"epsilon": 0.1})))(d.x(d.shape(1, 3), d.dtype(*FLOATS)))),
        simple("clip", lambda d: ops.clip(d.x(), d.pick(-1, 0, 0.5), d.pick(1, 2.5, 3))),
        simple("clip tensors", lambda d: (lambda s: ops.clip(d.x(s), d.x(d.broadcastable(s)), 2.0))(d.shape(1, 3))),
        simple("round", lambda d: ops.round(d.x(), decimals=d.pick(0, 1, 2, -1))),
        simple("nan_to_num args", lambda d: ops.nan_to_num(d.x(None, d.dtype(*FLOATS), "special"), nan=d.pick(0.0, 1.5), posinf=d.pick(None, 7.0), neginf=d.pick(None, -7.0))),
        simple("cast", lambda d: ops.cast(d.x(), d.dtype())),
        simple("saturate_cast", lambda d: ops.saturate_cast(d.x(), d.dtype(*FLOATS, *INTEGERS))),
        simple("view", lambda d: ops.view(d.x((2, 4), d.pick("float32", "int32", "uint8", "float16")), d.pick("float32", "int32", "uint8", "int16", "float16"))),
        simple("reshape", lambda d: (lambda x: ops.reshape(x, d.pick((-1,), (1, -1), x.shape[::-1], (*x.shape, 1))))(d.x())),
        simple("transpose axes", lambda d: (lambda x: ops.transpose(x, [int(i) for i in d.rng.permutation(len(x.shape))]))(d.x())),
        simple("swapaxes", lambda d: ops.swapaxes(d.x(d.shape(3, 4)), d.int(-3, 2), d.int(-3, 2))),
        simple("moveaxis", lambda d: ops.moveaxis(d.x(d.shape(3, 4)), d.pick(0, -1, [0, 1]), d.pick(1, -1)) if d.flag() else ops.moveaxis(d.x(d.shape(3, 4)), [0, 2], [1, -1])),
        simple("tile", lambda d: ops.tile(d.x(d.shape(1, 3)), d.pick(2, (2,), (1, 2), (2, 1, 2, 1)))),
        simple("repeat", lambda d: (lambda x, a: ops.repeat(x, d.pick(2, 0, 3), axis=a))(*(lambda x: (x, d.axis(len(x.shape))))(d.x(d.shape(1, 3))))),
        simple("repeat each", lambda d: (lambda x, a: ops.repeat(x, [d.int(0, 3) for _ in range(x.shape[a])], axis=a))(*(lambda x: (x, d.axis(len(x.shape), none=False)))(d.x(d.shape(1, 3))))),
        simple("broadcast_to", lambda d: (lambda s: ops.broadcast_to(d.x(d.broadcastable(s)), s))(d.shape(1, 4))),
        simple("diag", lambda d: ops.diag(d.x(d.shape(1, 2)), k=d.int(-2, 2))),
        simple("diagonal", lambda d: ops.diagonal(d.x(d.shape(3, 4)), offset=d.int(-2, 2), axis1=d.pick(0, -1), axis2=d.pick(1, -2))),
        simple("trace args", lambda d: ops.trace(d.x(d.shape(3, 3)), offset=d.int(-1, 2), axis1=d.pick(0, -1), axis2=d.pick(1, -2))),
        simple("tril", lambda d: ops.tril(d.x(d.shape(2, 4)), k=d.int(-2, 2))),
        simple("triu", lambda d: ops.triu(d.x(d.shape(2, 4)), k=d.int(-2, 2))),
        simple("where", lambda d: (lambda s: ops.where(d.x(s, d.pick("bool", "bool", "int32", "float32")), d.x(d.broadcastable(s)), d.pick(1, 0.5, d.x(d.broadcastable(s)))))(d.shape())),
        simple("select", lambda d: (lambda s: ops.select([d.x(s, "bool"), d.x(s, "bool")], [d.x(s), d.x(s)], default=d.pick(0, 1.5)))(d.shape(1, 3))),
        simple("isclose args", lambda d: (lambda s: ops.isclose(d.x(s), d.x(s), rtol=0.1, atol=0.5, equal_nan=d.flag()))(d.shape())),
        simple("matmul", lambda d: ops.matmul(*matmul_pair(d))), simple("dot", lambda d: ops.dot(*matmul_pair(d))),
        simple("inner", lambda d: ops.inner(d.x((*d.shape(0, 2), 3)), d.x((*d.shape(0, 2), 3)))),
        simple("vdot", lambda d: (lambda s: ops.vdot(d.x(s), d.x(s)))(d.shape(0, 3))),
        simple("tensordot", lambda d: ops.tensordot(d.x((2, 3, 4)), d.x(d.pick((3, 4, 2), (4, 3, 5))), axes=d.pick(1, 2, [[1, 2], [0, 1]], [[1], [0]], 0))),
        simple("einsum", einsum),
        simple("cross", lambda d: ops.cross(d.x((4, d.pick(2, 3))), d.x((4, d.pick(2, 3))))),
        simple("cross axes", lambda d: ops.cross(d.x((3, 4)), d.x((3, 4)), axis=0)),
        simple("get_item", getitem), simple("take", take), simple("take_along_axis", take_along_axis),
        simple("scatter", lambda d: scatter(d, "scatter")), simple("scatter_update", lambda d: scatter(d, "scatter_update")),
        simple("slice", lambda d: ops.slice(d.x((4, 5)), [d.int(0, 1), d.int(0, 2)], [d.int(1, 3), d.int(1, 3)])),
        simple("slice_update", lambda d: (lambda t: ops.slice_update(d.x((4, 5), t), [d.int(0, 1), d.int(0, 2)], d.x((d.int(1, 3), d.int(1, 3)), t)))(d.dtype())),
        simple("slice dynamic", lambda d: ops.slice(d.x((4, 5)), d.x((2,), "int32", d.rng.integers(0, 2, 2)), [2, 3])),
        simple("pad", pad),
        *(joined(name) for name in ["stack", "concatenate", "hstack", "vstack", "dstack"]),
        *(splitting(name) for name in ["split", "array_split", "hsplit", "vsplit", "dsplit"]),
        simple("append", lambda d: ops.append(d.x((2, 3)), d.x((2, 3)), axis=d.pick(None, 0, -1))),
        simple("meshgrid", lambda d: ops.meshgrid(d.x(d.shape(0, 1)), d.x(d.shape(1, 1)), *( [d.x((2,))] if d.flag() else []), indexing=d.pick("xy", "ij"))),
        simple("searchsorted", lambda d: (lambda n: ops.searchsorted(d.x((n,), "float32", np.sort(d.rng.normal(0, 2, n))), d.x(d.shape(0, 2), "float32"), side=d.pick("left", "right")))(d.int(1, 6))),
        simple("digitize", lambda d: ops.digitize(d.x(), d.pick([-1.0, 0.0, 1.5], [0.0], np.array([-2, 0, 2])))),
        simple("bincount", bincount),
        simple("histogram", lambda d: ops.histogram(d.x(d.shape(1, 2), d.dtype("float32", "int32", "float64")), bins=d.pick(4, 7), **d.pick({}, {"range": (-2.0, 3.0)}))),
        simple("top_k", lambda d: ops.top_k(d.x((3, 6)), d.int(1, 6), sorted=True)),
        simple("in_top_k", lambda d: ops.in_top_k(d.x((4,), "int32", "counts"), d.x((4, 6), "float32"), d.int(1, 6))),
        simple("one_hot", lambda d: ops.one_hot(d.x(None, d.dtype(*INTEGERS), "counts"), d.int(3, 6), axis=d.pick(-1, 0), **d.pick({}, {"dtype": d.dtype()}))),
        simple("multi_hot", lambda d: ops.multi_hot(d.x(d.shape(1, 3), d.dtype("int32", "int64"), "counts"), d.int(5, 7), **d.pick({}, {"dtype": d.dtype()}))),
        simple("isin", lambda d: ops.isin(d.x(None, None, "counts"), d.pick([1, 2], d.x((3,), None, "counts")), assume_unique=d.flag(), invert=d.flag())),
        simple("unravel_index", lambda d: ops.unravel_index(d.x(d.shape(1, 1), "int32", "counts"), d.pick((3, 4), (2, 2, 3)))),
        simple("vander", lambda d: ops.vander(d.x((4,)), N=d.pick(None, 3, 5), increasing=d.flag())),
        simple("correlate", lambda d: ops.correlate(d.x((d.int(1, 6),)), d.x((d.int(1, 4),)), mode=d.pick("valid", "same", "full"))),
        simple("corrcoef", lambda d: ops.corrcoef(d.x((3, 5), d.dtype(*FLOATS)))),
        simple("cdist", lambda d: ops.cdist(d.x((3, 4), "float32"), d.x((2, 4), "float32"))),
        simple("full_like", lambda d: ops.full_like(d.x(), d.pick(2, 1.5), **d.pick({}, {"dtype": d.dtype()}))),
        simple("ones_like dtype", lambda d: ops.ones_like(d.x(), dtype=d.dtype())),
        simple("linspace", lambda d: (lambda s: ops.linspace(d.x(s, d.dtype(*FLOATS)), d.x(s, d.dtype(*FLOATS)), num=d.int(1, 5), endpoint=d.flag(), axis=d.pick(0, -1)))(d.shape(0, 2))),
        simple("logspace", lambda d: ops.logspace(d.x((2,), "float32", "unit"), d.x((2,), "float32"), num=d.int(1, 5), endpoint=d.flag(), base=d.pick(10, 2))),
        simple("geomspace", lambda d: ops.geomspace(d.x((2,), "float32", "positive"), d.x((2,), "float32", "positive"), num=d.int(1, 5), endpoint=d.flag())),
        *(segment(name) for name in ["segment_sum", "segment_max", "segment_min", "segment_prod"]),
        simple("logaddexp2x", lambda d: ops.logaddexp(d.x((3,), "float16"), d.x((3,), "bfloat16"))),
        simple("erfinv u", lambda d: ops.erfinv(d.x(None, d.dtype(*FLOATS), "unit"))),
        simple("arcsin u", lambda d: ops.arcsin(d.x(None, d.dtype(*FLOATS), "unit"))),
        simple("log pos", lambda d: getattr(ops, d.pick("log", "log2", "log10", "log1p", "sqrt", "rsqrt", "arccosh"))(d.x(None, None, "positive"))),
        simple("threshold", lambda d: ops.threshold(d.x(), d.pick(0.5, 0, 1), d.pick(-1.0, 2))),
        simple("leaky_relu s", lambda d: ops.leaky_relu(d.x(None, d.dtype(*FLOATS)), d.pick(0.1, 0.3))),
        simple("elu a", lambda d: getattr(ops, d.pick("elu", "celu"))(d.x(None, d.dtype(*FLOATS)), d.pick(0.5, 2.0))),
        simple("gelu a", lambda d: ops.gelu(d.x(None, d.dtype(*FLOATS)), approximate=d.flag())),
        simple("soft_shrink t", lambda d: getattr(ops, d.pick("soft_shrink", "hard_shrink"))(d.x(None, d.dtype(*FLOATS)), d.pick(0.1, 1.0))),
        simple("conv", lambda d: conv(d)), simple("depthwise_conv", lambda d: conv(d, "depthwise_conv")), simple("separable_conv", lambda d: conv(d, "separable_conv")),
        simple("conv_transpose", lambda d: conv(d, "conv_transpose")),
        simple("max_pool", lambda d: pool(d, "max_pool")), simple("average_pool", lambda d: pool(d, "average_pool")),
        simple("adaptive_average_pool", lambda d: ops.adaptive_average_pool(d.x((2, 7, 6, 2), "float32"), d.pick(3, (2, 4)))),
        simple("batch_normalization", lambda d: (lambda t: ops.batch_normalization(d.x((2, 4, 3), t), d.x((3,), t), d.x((3,), t, "positive"), axis=-1, **d.pick({}, {"offset": d.x((3,), t)}, {"scale": d.x((3,), t), "epsilon": 0.1})))(d.dtype(*FLOATS))),
        simple("layer_normalization", lambda d: ops.layer_normalization(d.x((2, 3, 4), d.dtype(*FLOATS)), axis=d.pick(-1, (1, 2), 1), epsilon=d.pick(1e-3, 0.1))),
        simple("rms_normalization", lambda d: ops.rms_normalization(d.x((2, 3, 4), d.dtype(*FLOATS)), axis=d.pick(-1, (1, 2), 1))),
        simple("dot_product_attention", lambda d: (lambda t, n: ops.dot_product_attention(d.x((2, 3, n, 4), t), d.x((2, 5, d.pick(n, 1), 4), t), d.x((2, 5, n, 4), t), **d.pick({}, {"is_causal": True}, {"scale": 0.3}, {"mask": d.x((2, n, 3, 5), "bool")}, {"bias": d.x((2, n, 3, 5), t)})))(d.dtype("float32", "float32", "float64", "float16"), d.pick(1, 2))),
        simple("binary_crossentropy", lambda d: ops.binary_crossentropy(d.x((2, 3), "float32", "image"), d.x((2, 3), "float32", "image"), from_logits=d.flag())),
        simple("categorical_crossentropy", lambda d: ops.categorical_crossentropy(d.x((2, 3), "float32", "image"), d.x((2, 3), "float32", "image"), from_logits=d.flag(), axis=-1)),
        simple("sparse_categorical_crossentropy", lambda d: ops.sparse_categorical_crossentropy(d.x((4,), "int32", "counts"), d.x((4, 9), "float32", "positive"), from_logits=d.flag())),
        simple("fold", lambda d: ops.fold(d.x((1, 4, 4), "float32"), (3, 3), 2)),
        simple("unfold", lambda d: ops.unfold(d.x((1, 2, 5, 5), "float32"), d.pick(2, (2, 3)), dilation=d.pick(1, 2), padding=d.pick(0, 1), stride=d.pick(1, 2))),
        simple("depth_to_space", lambda d: ops.depth_to_space(d.x((2, 3, 2, 8)), 2)) , simple("space_to_depth", lambda d: ops.space_to_depth(d.x((2, 4, 2, 3)), 2)),
        simple("fft", lambda d: (lambda s: ops.fft((d.x(s, "float32"), d.x(s, "float32"))))(d.shape(1, 3))), simple("fft2", lambda d: (lambda s: ops.fft2((d.x(s, "float32"), d.x(s, "float32"))))(d.shape(2, 3))),
        simple("ifft2", lambda d: (lambda s: ops.ifft2((d.x(s, "float32"), d.x(s, "float32"))))(d.shape(2, 3))),
        simple("rfft", lambda d: ops.rfft(d.x(d.shape(1, 3), d.pick("float32", "float64")), fft_length=d.pick(None, 4, 7, 8))), simple("irfft", lambda d: (lambda s: ops.irfft((d.x(s, "float32"), d.x(s, "float32")), fft_length=d.pick(None, 6, 7)))((2, 5))),
        simple("stft", lambda d: ops.stft(d.x((2, 32), d.pick("float32", "float64")), 8, d.pick(3, 4), d.pick(8, 11, 16), window=d.pick("hann", "hamming", None), center=d.flag())),
        simple("istft", lambda d: ops.istft((d.x((2, 9, 5), "float32"), d.x((2, 9, 5), "float32")), 8, 4, 8, length=d.pick(None, 30), window=d.pick("hann", "hamming"), center=d.flag())),
        simple("extract_sequences", lambda d: ops.extract_sequences(d.x((2, 11), d.dtype()), d.int(2, 4), d.int(1, 3))),
        *(linalg(name) for name in "cholesky cholesky_inverse inv det slogdet logdet eigh solve solve_triangular lstsq pinv matrix_rank norm svd qr".split() if hasattr(ops, name)),
        *(image_op(name) for name in "resize crop_images pad_images affine_transform perspective_transform map_coordinates extract_patches gaussian_blur scale_and_translate rgb_to_grayscale rgb_to_hsv hsv_to_rgb sobel_edges".split() if hasattr(ops.image, name)),
        simple("rearrange", lambda d: ops.rearrange(d.x((2, 3, 4)), d.pick("a b c -> c (a b)", "a b c -> b a c", "a b c -> (a b c)"))),
        simple("psnr", lambda d: ops.psnr(d.x((2, 3), "float32", "image"), d.x((2, 3), "float32", "image"), max_val=d.pick(1.0, 255))),
        simple("operators", lambda d: (lambda s: d.pick(lambda a, b: a + b, lambda a, b: a - 2, lambda a, b: 3 - a, lambda a, b: a / b, lambda a, b: a // 2, lambda a, b: a % b, lambda a, b: a**2, lambda a, b: 2**a, lambda a, b: -a, lambda a, b: abs(a), lambda a, b: a > b, lambda a, b: a >= 1, lambda a, b: a & b, lambda a, b: ~a, lambda a, b: a ^ b, lambda a, b: 1 / a)(d.x(s), d.x(s)))(d.shape())),
    ]
)  # fmt: skip
