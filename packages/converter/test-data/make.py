"""Writes the small binary files that the readers are tested with, as NumPy, pickle and h5py write them.

    python make.py        (numpy 2, h5py 3; only to make the files anew, never to run tests)

Beside each file stands what it holds: `expected.json`, made by reading it back with the same library.
"""

import io
import json
import os
import pickle
import zipfile

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def folder(name):
    path = os.path.join(HERE, name)
    os.makedirs(path, exist_ok=True)
    return path


def values(array):
    """Elements as JSON: numbers as text so that NaN, infinities and 64-bit integers survive."""
    array = np.asarray(array)
    if array.dtype.kind in "SUO":
        return [v.decode() if isinstance(v, bytes) else str(v) for v in array.ravel().tolist()]
    if array.dtype.kind == "b":
        return ["1" if v else "0" for v in array.ravel()]
    if array.dtype.kind in "iu":
        return [str(int(v)) for v in array.ravel()]
    return [repr(float(v)) for v in array.ravel()]


def make_npy():
    out = folder("npy")
    numbers = np.array([[0, 1, 2], [3, 4, 100]])
    floats = np.array([[0.0, -0.0, 1.5], [np.inf, -np.inf, np.nan]])
    cases = {}
    for name in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"]:
        for order in ["<", ">"]:
            cases[f"{name}{'be' if order == '>' else ''}"] = numbers.astype(order + name)
    for name in ["f2", "f4", "f8"]:
        for order in ["<", ">"]:
            cases[f"{name}{'be' if order == '>' else ''}"] = floats.astype(order + name)
    cases["bool"] = np.array([True, False, True])
    cases["fortran"] = np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4))
    cases["fortran-be"] = np.asfortranarray(np.arange(6, dtype=">f8").reshape(2, 3))
    cases["scalar"] = np.array(2.5, dtype="<f4")
    cases["empty"] = np.zeros((0, 3), dtype="<f4")
    cases["unicode"] = np.array([["a", "bç"], ["日本", "😀x"]])
    cases["unicode-be"] = np.array(["ab", "c"]).astype(">U2")
    cases["bytes"] = np.array([b"ab", b"c", b""])
    cases["large-uint64"] = np.array([2**64 - 1, 2**53 + 1], dtype="<u8")
    expected = {}
    for name, array in cases.items():
        np.save(f"{out}/{name}.npy", array)
        expected[name] = {"dtype": array.dtype.str, "shape": list(array.shape), "values": values(array)}
    for version in [(2, 0), (3, 0)]:
        name = f"version-{version[0]}"
        with open(f"{out}/{name}.npy", "wb") as file:
            np.lib.format.write_array(file, np.arange(3, dtype="<f4"), version=version)
        expected[name] = {"dtype": "<f4", "shape": [3], "values": values(np.arange(3.0))}
    json.dump(expected, open(f"{out}/expected.json", "w"), indent=0)
    np.save(f"{out}/refused-complex.npy", np.zeros(2, dtype="c8"))
    np.save(f"{out}/refused-structured.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
    np.save(f"{out}/refused-datetime.npy", np.zeros(2, dtype="M8[s]"))


def make_pickle():
    out = folder("pickle")
    weights = [np.arange(6, dtype="f4").reshape(2, 3), np.array([0.5, -1.5], dtype="f8")]
    objects = np.empty(2, dtype=object)
    objects[:] = weights
    fortran = np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3))
    everything = {
        "weights": weights,
        "objects": objects,
        "tuple": (1, -1, 2**40, -(2**70), 1.5, True, False, None, "text é 日本", b"bytes\xff"),
        "scalar": np.float32(2.5),
        "fortran": fortran,
        "shared": [weights[0], weights[0]],
        "text": np.array(["a", "bc"]),
    }
    for protocol in range(6):
        with open(f"{out}/protocol-{protocol}.pkl", "wb") as file:
            pickle.dump(everything, file, protocol=protocol)

    class Call:
        def __init__(self, function, *args):
            self.reduced = (function, args)

        def __reduce__(self):
            return self.reduced

    for protocol in (0, 2, 4):
        with open(f"{out}/refused-system-{protocol}.pkl", "wb") as file:
            pickle.dump([weights[0], Call(os.system, "echo no")], file, protocol=protocol)
    with open(f"{out}/refused-eval.pkl", "wb") as file:
        pickle.dump(Call(eval, "1+1"), file, protocol=4)
    with open(f"{out}/refused-set.pkl", "wb") as file:
        pickle.dump({1, 2}, file, protocol=4)
    with open(f"{out}/refused-fraction.pkl", "wb") as file:
        import fractions

        pickle.dump(fractions.Fraction(1, 2), file, protocol=4)


def make_zip():
    out = folder("zip")

    class Forced(io.BytesIO):
        """Not seekable, so that zipfile writes data descriptors."""

        def seekable(self):
            return False

    buffer = Forced()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"hello" * 100)
        archive.writestr("folder/b.txt", b"stored", compress_type=zipfile.ZIP_STORED)
    open(f"{out}/descriptors.zip", "wb").write(buffer.getvalue())
    with zipfile.ZipFile(f"{out}/zip64.zip", "w") as archive:
        with archive.open("a.txt", "w", force_zip64=True) as file:
            file.write(b"hello")
    with zipfile.ZipFile(f"{out}/folders.zip", "w") as archive:
        archive.mkdir("folder")
        archive.writestr("folder/é.txt", b"utf-8 name")
        archive.comment = b"a comment"
    np.savez(f"{out}/savez.npz", np.arange(3, dtype="f4"), named=np.eye(2))
    np.savez_compressed(f"{out}/savez-compressed.npz", zeros=np.zeros((50, 50), dtype="f4"))


def fill_hdf5(file, small):
    """The same content in every layout that h5py can write; a part of it where a variant is about the file as a whole."""
    numbers = np.arange(60, dtype="f4").reshape(5, 12)
    file.attrs["text"] = "variable é"
    file.attrs["fixed"] = np.bytes_("fixed")
    file.attrs["names"] = np.array([b"one", b"three"])
    file.attrs["variable_names"] = ["one", "three"]
    file.attrs["empty"] = np.array([], dtype="f8")
    file.attrs["number"] = np.int64(-7)
    file["contiguous"] = numbers
    file["scalar"] = np.float64(2.5)
    file["nothing"] = np.zeros((0, 3), dtype="f4")
    file.create_dataset("chunked", data=numbers, chunks=(2, 5))
    file.create_dataset("gzip", data=numbers, chunks=(2, 5), compression="gzip")
    file.create_dataset("shuffle-gzip", data=numbers, chunks=(3, 5), compression="gzip", shuffle=True)
    file.create_dataset("fletcher32", data=numbers, chunks=(5, 12), fletcher32=True)
    file.create_dataset("all-filters", data=numbers, chunks=(4, 7), compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("two-unlimited", data=numbers, chunks=(2, 5), maxshape=(None, None))
    file.create_dataset("two-unlimited-gzip", data=numbers, chunks=(2, 5), maxshape=(None, None), compression="gzip")
    partly = file.create_dataset("partly-written", shape=(6, 6), dtype="f4", chunks=(2, 2), fillvalue=1.5)
    partly[2:4, 2:4] = 7
    file.create_dataset("never-written", shape=(3,), dtype="i2", fillvalue=-3)
    for i in range(30):
        file["contiguous"].attrs[f"attribute{i:02}"] = i
    if small:
        return
    file.create_dataset("many-chunks", data=np.arange(1100, dtype="i4"), chunks=(1,))
    for name in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]:
        for order in ["<", ">"]:
            file[f"types/{name}{'be' if order == '>' else ''}"] = np.array([0, 1, 100]).astype(order + name)
    file["types/bool"] = np.array([True, False])
    file["types/fixed-string"] = np.array([b"ab", b"c"])
    file["types/variable-string"] = ["ab", "", "日本"]
    bfloat16 = file.create_dataset("types/bfloat16", data=np.array([0x3F80, 0x4049], dtype="u2").view("V2"))
    bfloat16.attrs["dtype"] = "bfloat16"
    for i in range(40):
        file[f"wide/member{i:03}"] = np.float32(i)
    deep = file
    for i in range(12):
        deep = deep.create_group(f"level{i}")
    deep["bottom"] = np.float32(1)


def dump_hdf5(file):
    expected = {"": {"attributes": {}}}

    def describe(path, item):
        entry = {"attributes": {}}
        for key, value in item.attrs.items():
            array = np.asarray(value)
            entry["attributes"][key] = {"shape": list(array.shape), "values": values(array)}
        if isinstance(item, h5py.Dataset):
            data = item[()]
            if path == "types/bfloat16":
                data = data.view("u2")
            entry |= {"shape": list(item.shape), "values": values(data)}
        expected[path] = entry

    describe("", file)
    file.visititems(describe)
    return expected


def make_hdf5():
    out = folder("hdf5")
    expected = {}
    variants = {
        "earliest": dict(libver="earliest"),
        "v108": dict(libver=("v108", "v108")),
        "latest": dict(libver="latest"),
        "track-order": dict(libver="earliest", track_order=True),
        "user-block": dict(libver="earliest", userblock_size=1024),
    }
    for name, options in variants.items():
        path = f"{out}/{name}.h5"
        with h5py.File(path, "w", **options) as file:
            fill_hdf5(file, small=name in ("track-order", "user-block"))
        with h5py.File(path) as file:
            expected[name] = dump_hdf5(file)
    for name, entries in expected.items():
        for path, entry in entries.items():
            assert entry == expected["earliest"][path], f"{name} {path}"
    json.dump(expected["earliest"], open(f"{out}/expected.json", "w"), indent=0)
    # One unlimited dimension in a new-style file: the extensible array, which is not read.
    with h5py.File(f"{out}/extensible.h5", "w", libver="latest") as file:
        file.create_dataset("x", data=np.arange(10), chunks=(2,), maxshape=(None,))
    with h5py.File(f"{out}/links.h5", "w") as file:
        file["here"] = np.float32(1)
        file["soft"] = h5py.SoftLink("/here")
        file["external"] = h5py.ExternalLink("other.h5", "/x")
    # Attributes too large for an object header, as the names of a thousand layers are.
    with h5py.File(f"{out}/large-attribute.h5", "w", libver="latest") as file:
        file.attrs["layer_names"] = np.array([b"layer_%032d" % i for i in range(3000)])


if __name__ == "__main__":
    make_npy()
    make_pickle()
    make_zip()
    make_hdf5()
