"""Makes test-fixtures from real Keras: python make.py all"""

import argparse
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import keras_runtime
import provenance

SEED = 20
FIXTURES = Path(__file__).resolve().parents[2] / "test-fixtures"


def make_sample_mlp(out, command):
    from sample_mlp import write_sample_mlp

    write_sample_mlp(out / "sample-mlp", SEED, command)


def make_timings(out):
    from sample_mlp import measure_again

    measure_again(out / "sample-mlp")


def make_cases(out, command, pattern):
    from case_folder import write_case
    from cases import all_cases

    chosen = {name: build for name, build in all_cases().items() if fnmatchcase(name, pattern)}
    if not chosen:
        sys.exit(f"no case is named {pattern}")
    for count, (name, build) in enumerate(chosen.items(), 1):
        print(f"{count}/{len(chosen)} {name}")
        write_case(out / "cases" / name, name, build, SEED)
    if pattern == "*":
        provenance.write(out / "cases" / "provenance.json", provenance.describe(command, SEED))


def make_dialects(out, command, pattern):
    from dialects import write_dialects

    write_dialects(out / "dialects", SEED, command, pattern)


def make_custom_layers():
    from custom_layers import write_custom_layers

    write_custom_layers(FIXTURES.parent / "packages/converter/test-data/custom-layers", SEED)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["sample-mlp", "timings", "cases", "dialects", "custom-layers", "all"])
    parser.add_argument("--only", metavar="PATTERN", default="*", help="only cases whose name matches, e.g. 'dense-*'")
    parser.add_argument("--out", type=Path, default=FIXTURES, help="default: test-fixtures of this repository")
    arguments = parser.parse_args()

    keras_runtime.make_deterministic()
    command = f"python make.py {arguments.what}"
    if arguments.what in ("sample-mlp", "all"):
        make_sample_mlp(arguments.out, command)
    if arguments.what == "timings":
        make_timings(arguments.out)
    if arguments.what in ("cases", "all"):
        make_cases(arguments.out, command, arguments.only)
    if arguments.what in ("dialects", "all"):
        make_dialects(arguments.out, command, arguments.only)
    if arguments.what in ("custom-layers", "all"):
        make_custom_layers()


if __name__ == "__main__":
    main()
