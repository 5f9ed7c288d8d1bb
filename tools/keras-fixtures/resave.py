"""Saves the models of a collection of cases again as .h5, as far as Keras can, and says how far that is.

    python resave.py ../../../shared/keras-conformance OUT      then: dotplus verify OUT

OUT/<case>/ gets model.h5 with the case's io.npz and note.json. --zip FILE puts the .h5 files into one archive instead:
packages/converter/test-data/resaved.zip is made so.
"""

import argparse
import shutil
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import keras_runtime

keras_runtime.make_deterministic()

import keras  # noqa: E402


def resave(folder, target):
    """None, or why Keras cannot."""
    try:
        model = keras.saving.load_model(folder / "model.keras", compile=False)
    except Exception as error:
        return f"cannot load its own file: {first_line(error)}"
    try:
        model.save(target)
    except Exception as error:
        return f"cannot save: {first_line(error)}"
    return None


def first_line(error):
    return " ".join(str(error).split())[:100]


def archive(out, file):
    """The same bytes each time."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zip:
        for path in sorted(out.glob("*/model.h5")):
            zip.writestr(zipfile.ZipInfo(f"{path.parent.name}.h5"), path.read_bytes(), zipfile.ZIP_DEFLATED)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--zip", type=Path)
    arguments = parser.parse_args()
    reasons = {}
    saved = 0
    for folder in sorted(path.parent for path in arguments.cases.glob("*/model.keras")):
        with tempfile.TemporaryDirectory() as temporary:
            target = Path(temporary) / "model.h5"
            reason = resave(folder, target)
            if reason is not None:
                reasons[folder.name] = reason
                continue
            saved += 1
            out = arguments.out / folder.name
            out.mkdir(parents=True, exist_ok=True)
            shutil.move(target, out / "model.h5")
        for name in ["io.npz", "note.json"]:
            if (folder / name).exists():
                shutil.copyfile(folder / name, out / name)
    for name, reason in reasons.items():
        print(f"{name}: {reason}")
    kinds = Counter(reason.split(":")[0] for reason in reasons.values())
    print(f"{saved} saved again as .h5", *(f"{count} {kind}" for kind, count in kinds.items()), sep=", ")
    if arguments.zip:
        archive(arguments.out, arguments.zip)


if __name__ == "__main__":
    main()
