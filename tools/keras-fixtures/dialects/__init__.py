"""Files as five generations of Keras wrote them: {generation} x {model} x {container}, and what only some of them hold.

Each generation runs in a process of its own (dialects/worker.py), writes its cases and reads them back.
Then the readers of later generations try them: what they find is kept in provenance.json.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import provenance
from dialects.generations import GENERATIONS

# Who can be expected to read whose files.
READERS = {
    "keras-2.3": ["keras-1.2-*-h5", "keras-2.0-*"],
    "tf-keras-2": ["keras-2.0-*", "keras-2.3-*"],
    "keras-3": ["*"],
}


def work(*arguments):
    folder = Path(__file__).resolve().parent.parent
    subprocess.run([sys.executable, "-W", "ignore", "-m", "dialects.worker", *map(str, arguments)], cwd=folder, check=True)


def read_back(out):
    """reader -> {case: "same" or why not}"""
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
    for generation in GENERATIONS:
        work("write", generation, out, "--seed", seed, "--only", pattern)
    if pattern != "*":
        return
    found = read_back(out)
    record = provenance.describe(command, seed)
    record["old_keras"] = {name: version for name, version in GENERATIONS.items() if not name.endswith(("-2", "-3"))}
    record["read_back"] = {reader: summary(results) for reader, results in found.items()}
    provenance.write(out / "provenance.json", record)
    for reader, results in found.items():
        same = sum(result == "same" for result in results.values())
        print(f"{reader} reads {same} of {len(results)}")


def summary(results):
    return {
        "same": sorted(name for name, result in results.items() if result == "same"),
        "not": {name: result for name, result in sorted(results.items()) if result != "same"},
    }
