"""One process with one generation of Keras: writes its cases, or reads those of others. See dialects/__init__.py."""

import argparse
import json
import shutil
import sys
import tempfile
import traceback
from fnmatch import fnmatchcase
from pathlib import Path

import h5py
import numpy as np

from case import case_seed
from dialects import keras_1, keras_2, matrix
from dialects.generations import GENERATIONS, as_list, open_generation
from dialects.theano import make_theano

EXTRAS = {
    "keras-1.2": keras_1.EXTRAS,
    "keras-2.0": keras_2.KERAS_2_0,
    "keras-2.3": keras_2.KERAS_2_3,
    "tf-keras-2": keras_2.TF_KERAS_2,
    "keras-3": {"mask-functional": matrix.mask_functional},
}

# What the others hold already is left out: a folder costs 20 kB.
LEFT_OUT = {
    "tf-keras-2": {"weights-v3": ["sequential", "functional", "shared", "multi-io", "batchnorm", "separable", "mask"]},
}


def cases(generation):
    """name -> (build, containers); an extra is stored one way only."""
    models = keras_1.MATRIX if generation.name == "keras-1.2" else matrix.MATRIX
    left_out = LEFT_OUT.get(generation.name, {})
    found = {}
    for name, build in models.items():
        found[name] = build, [c for c in generation.containers if left_out.get(c) != "*" and name not in left_out.get(c, [])]
    for name, build in EXTRAS[generation.name].items():
        found[name] = build, ["keras" if generation.name == "keras-3" else "h5"]
    return found


def run(generation, model, inputs, note):
    calls = note.get("calls", 1)
    if calls == 1:
        return generation.predict(model, inputs)
    generation.reset_states(model)
    return [y for call in inputs for y in generation.predict(model, call)]


def check_close(what, actual, expected):
    """Not bit by bit: TensorFlow may order the sums of a model read from a file in another way."""
    for index, (a, b) in enumerate(zip(actual, expected, strict=True)):
        np.testing.assert_allclose(a, b, 1e-5, 1e-6 * np.abs(b).max(), err_msg=f"{what}: out{index}")


def write(generation, out, seed, pattern):
    """All that can be written, then the problems."""
    problems = []
    for name, (build, containers) in cases(generation).items():
        folders = {c: f"{generation.name}-{name}-{c}" for c in containers}
        chosen = {c: folder for c, folder in folders.items() if fnmatchcase(folder, pattern)}
        if not chosen:
            continue
        print(f"{generation.name}-{name}: {' '.join(chosen)}", flush=True)
        generation.clear()
        rng = np.random.default_rng(case_seed(seed, name))
        try:
            case = build(generation, rng)
            generation.randomise(case.model, rng)
            outputs = run(generation, case.model, case.inputs, case.note)
        except Exception:
            problems.append(f"{generation.name}-{name}: {traceback.format_exc(limit=-3)}")
            continue
        for container, folder in chosen.items():
            try:
                write_folder(generation, out / folder, name, container, case, outputs)
            except Exception:
                problems.append(f"{folder}: {traceback.format_exc(limit=-3)}")
    if problems:
        sys.exit("\n".join(problems))


def write_folder(generation, folder, name, container, case, outputs):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    save, load = generation.containers[container]
    if name == "split-attributes":
        with generation.attribute_limit(200):
            save(case.model, folder)
    else:
        save(case.model, folder)
    check_close(f"{folder.name} read again", run(generation, load(folder), case.inputs, case.note), outputs)
    if name == "theano-kernels":
        make_theano(folder / "model.h5")

    arrays = {f"in{i}": np.asarray(a) for i, a in enumerate(as_list(case.inputs))}
    np.savez(folder / "io.npz", **arrays, **{f"out{i}": a for i, a in enumerate(outputs)})
    note = dict(case.note)
    if generation.name not in ("tf-keras-2", "keras-3"):
        note |= {"made_by": made_by(generation, name), "dialect": generation.name}
    if note:
        (folder / "note.json").write_text(json.dumps(note, indent=2) + "\n")


def made_by(generation, name):
    made = f"{generation.made_by}, running on TensorFlow 2.21's tf.compat.v1"
    if name == "theano-kernels":
        made += "; then kernels and names changed to those of its Theano backend"
    if name == "cudnn":
        made += ", cuDNN's equations on a CPU"
    return made


def say_more(generation, folder):
    """What a user of the later Keras would do to be understood."""
    path = folder / "model.h5"
    if folder.name == "keras-1.2-channels-first-h5":
        generation.set_channels_first()
    if folder.name == "keras-1.2-theano-kernels-h5":
        # Keras 2 turns kernels around only where the file names the backend, which Keras 1 did not write.
        with h5py.File(path, "r+") as file:
            file["model_weights"].attrs["backend"] = b"theano"
    if folder.name == "keras-2.3-cudnn-h5" and generation.name == "tf-keras-2":
        # tf-keras has no CPU kernel for these layers; its LSTM and GRU take their weights.
        with h5py.File(path, "r+") as file:
            file.attrs["model_config"] = file.attrs["model_config"].replace('"CuDNN', '"')


def read_case(generation, folder):
    note = json.loads((folder / "note.json").read_text()) if (folder / "note.json").exists() else {}
    container = folder.name.rsplit("-", 1)[1] if "weights-v3" not in folder.name else "weights-v3"
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / folder.name
        shutil.copytree(folder, copy)
        say_more(generation, copy)
        load = generation.containers.get(container, generation.containers["weights"])[1]
        model = load(copy)
    with np.load(folder / "io.npz") as io:
        inputs = [io[f"in{i}"] for i in range(sum(n.startswith("in") for n in io.files))]
        outputs = [io[f"out{i}"] for i in range(sum(n.startswith("out") for n in io.files))]
    check_close(folder.name, run(generation, model, inputs if len(inputs) > 1 else inputs[0], note), outputs)


def read(generation, out, pattern, report):
    """case -> "same", "other numbers", or why it cannot be read."""
    results = {}
    for folder in sorted(f for f in out.iterdir() if f.is_dir() and fnmatchcase(f.name, pattern)):
        generation.clear()
        try:
            read_case(generation, folder)
            results[folder.name] = "same"
        except Exception as problem:
            other = isinstance(problem, AssertionError) and "Not equal" in str(problem)
            results[folder.name] = "other numbers" if other else f"{type(problem).__name__}: {problem}"
    report.write_text(json.dumps(results))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["write", "read"])
    parser.add_argument("generation", choices=list(GENERATIONS))
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--only", default="*")
    parser.add_argument("--report", type=Path)
    arguments = parser.parse_args()
    generation = open_generation(arguments.generation)
    if arguments.task == "write":
        write(generation, arguments.out, arguments.seed, arguments.only)
    else:
        read(generation, arguments.out, arguments.only, arguments.report)


if __name__ == "__main__":
    main()
