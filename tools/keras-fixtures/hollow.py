"""Hollows out a .keras file, so that a test can have a large model without its numbers.

    python hollow.py mobilenet-v2.keras OUT      writes OUT/mobilenet-v2.keras.gz and OUT/mobilenet-v2.weights.json

Weights become zeros, which compress to nothing. The list beside it says where each lies in the file: its offset, shape,
and what it held: "zeros", "ones", or "values" to be drawn anew.
"""

import gzip
import io
import json
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np

MEMBER = "model.weights.h5"
# Of a local file header: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.7
NAME_LENGTH, EXTRA_LENGTH, HEADER = 26, 28, 30


def contents(data):
    """Offset and bytes of the weights within a .keras file."""
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        info = archive.getinfo(MEMBER)
        if info.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{MEMBER} is compressed")
    head = info.header_offset
    lengths = (data[head + at : head + at + 2] for at in (NAME_LENGTH, EXTRA_LENGTH))
    start = head + HEADER + sum(int.from_bytes(length, "little") for length in lengths)
    return start, bytes(data[start : start + info.file_size])


def kind(values):
    for name, constant in ("zeros", 0), ("ones", 1):
        if np.all(values == constant):
            return name
    return "values"


def main(source, out):
    data = bytearray(source.read_bytes())
    start, weights = contents(data)
    places = []

    def empty(name, item):
        if not isinstance(item, h5py.Dataset) or item.size == 0:
            return
        offset = item.id.get_offset()
        if item.dtype != np.dtype("<f4") or offset is None:
            raise ValueError(f"{name}: not float32 in one piece")
        places.append([start + offset, list(item.shape), kind(item[()])])
        data[start + offset : start + offset + item.nbytes] = bytes(item.nbytes)

    with h5py.File(io.BytesIO(weights), "r") as file:
        file.visititems(empty)
    (out / f"{source.name}.gz").write_bytes(gzip.compress(bytes(data), 9, mtime=0))
    (out / f"{source.stem}.weights.json").write_text(json.dumps(places, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
