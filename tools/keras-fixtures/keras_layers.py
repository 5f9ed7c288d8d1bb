"""What a Keras release has to run: python keras_layers.py [--write]

Prints what this Keras has and `keras-layers.json` has not, and the other way round: classes of keras.layers and their
arguments, activations, functions of keras.ops, architectures. `--write` makes the file anew.
"""

import argparse
import inspect
import json
from pathlib import Path

import keras_runtime  # noqa: F401  (fixes what results depend on)
import keras

FILE = Path(__file__).with_name("keras-layers.json")


def parameters(function):
    return [p.name for p in inspect.signature(function).parameters.values() if p.name != "self" and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def classes():
    """By their own name; other names of keras.layers for the same class are aliases."""
    found = {}
    for name, value in sorted(vars(keras.layers).items()):
        if inspect.isclass(value) and issubclass(value, keras.layers.Layer):
            entry = found.setdefault(value.__name__, {"names": [], "arguments": parameters(value.__init__), "call": parameters(value.call)})
            entry["names"].append(name)
    return found


def functions(module):
    return sorted(name for name, value in vars(module).items() if inspect.isfunction(value) and not name.startswith("_"))


def surface():
    return {
        "keras": keras.__version__,
        "layers": classes(),
        "activations": functions(keras.activations),
        "ops": functions(keras.ops),
        "applications": functions(keras.applications),
    }


def differences(old, new, place=""):
    """Lines of what was added (+) and removed (-)."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            where = f"{place}.{key}" if place else key
            if key not in old:
                yield f"+ {where}"
            elif key not in new:
                yield f"- {where}"
            else:
                yield from differences(old[key], new[key], where)
    elif isinstance(old, list):
        yield from (f"+ {place}: {item}" for item in new if item not in old)
        yield from (f"- {place}: {item}" for item in old if item not in new)
    elif old != new:
        yield f"  {place}: {old} -> {new}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    found = surface()
    if arguments.write:
        FILE.write_text(json.dumps(found, indent=1) + "\n")
        return
    lines = list(differences(json.loads(FILE.read_text()), found))
    print("\n".join(lines) if lines else f"nothing new in Keras {keras.__version__}")


if __name__ == "__main__":
    main()
