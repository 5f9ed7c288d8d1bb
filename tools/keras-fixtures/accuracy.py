"""How often dotplus is as near to float64 as Keras: python accuracy.py OUT [--seed N] [--random N] [--graphs N] [--family F]

Draws fresh cases of every family of `grids/` and random graphs, writes them with what Keras answers in float64 to
OUT/<family>, and has tools/conformance (built before) compare both errors: a share per family, then the others by class.
What is there already is measured again without being drawn again.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from grids import FAMILIES

HERE = Path(__file__).parent
MEASURE = HERE.parent / "conformance" / "dist" / "support" / "accuracy.js"


def run(*command):
    subprocess.run([str(part) for part in command], check=True)


def draw(folder, command):
    """Writes the cases of one family; complete once it has a mark, for truth comes last."""
    mark = folder / "complete"
    if mark.exists():
        return
    run(sys.executable, *command)
    run(sys.executable, HERE / "truth.py", folder)
    mark.touch()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--random", type=int, default=15, help="random points of each grid")
    parser.add_argument("--graphs", type=int, default=200, help="random graphs")
    parser.add_argument("--family", choices=[*FAMILIES, "graphs"], help="only this one")
    arguments = parser.parse_args()
    families = [arguments.family] if arguments.family else [*FAMILIES, "graphs"]
    folders = [arguments.out / family for family in families]
    for family, folder in zip(families, folders, strict=True):
        seed = ["--seed", arguments.seed]
        if family == "graphs":
            draw(folder, [HERE / "random_graphs.py", folder, "--count", arguments.graphs, *seed])
        else:
            draw(folder, [HERE / "layer_grid.py", folder, "--family", family, "--random", arguments.random, *seed])
    run("node", MEASURE, *folders)


if __name__ == "__main__":
    main()
