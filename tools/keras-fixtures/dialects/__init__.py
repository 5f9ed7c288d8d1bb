"""Files as five generations of Keras wrote them: {generation} x {model} x {container}, and what only some of them hold.

Each generation runs in a process of its own (dialects/worker.py), writes its cases and reads them back.
Then the readers of later generations try them: what they find is kept in provenance.json.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import old_keras
import provenance
from dialects.generations import GENERATIONS

# Who can be expected to read whose files.
READERS = {
    "keras-2.0": ["keras-1.2-*"],
    "keras-2.3": ["keras-1.2-*", "keras-2.0-*"],
    "tf-keras-2": ["keras-2.0-*", "keras-2.3-*"],
    "keras-3": ["*"],
}


def work(*arguments):
    folder = Path(__file__).resolve().parent.parent
    subprocess.run([sys.executable, "-W", "ignore", "-m", "dialects.worker", *map(str, arguments)], cwd=folder, check=True)


def read_back(out):
    """reader -> {case: "same", "other numbers", or why it cannot be read}"""
    found = {}
    for reader, patterns in READERS.items():
        found[reader] = {}
        for pattern in patterns:
            with tempfile.TemporaryDirectory() as temporary:
                report = Path(temporary) / "report.json"
                work("read", reader, out, "--only", pattern, "--report", report)
                found[reader] |= json.loads(report.read_text())
    return found


def write_dialects(out, seed, command, pattern):
    out = out.resolve()
    if pattern == "*":
        shutil.rmtree(out, ignore_errors=True)
    for generation in GENERATIONS:
        work("write", generation, out, "--seed", seed, "--only", pattern)
    if pattern != "*":
        return
    found = read_back(out)
    record = provenance.describe(command, seed)
    record["old_keras"] = [package for packages in old_keras.PACKAGES.values() for package in packages]
    record["read_back"] = {reader: summary(results) for reader, results in found.items()}
    provenance.write(out / "provenance.json", record)
    for reader, results in found.items():
        for name, result in results.items():
            if result != "same":
                print(f"{reader}, {name}: {' '.join(result.split())[:150]}")
        print(f"{reader} reads {len(summary(results)['same'])} of {len(results)}")


def summary(results):
    """Without the refusals' reasons: some hold memory addresses."""
    kinds = {name: result if result in ("same", "other numbers") else "refused" for name, result in sorted(results.items())}
    return {kind: [name for name in kinds if kinds[name] == kind] for kind in ("same", "other numbers", "refused")}
