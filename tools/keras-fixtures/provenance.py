"""What made the fixtures: versions, command, seed, machine. Never a host name or a path."""

import json
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ["keras", "tensorflow-cpu", "tf-keras", "numpy", "h5py"]

# (vendor, family, models) as /proc/cpuinfo names them
MICROARCHITECTURES = {
    ("AuthenticAMD", 25, range(0x00, 0x10)): "Zen 3",
    ("AuthenticAMD", 25, range(0x10, 0x20)): "Zen 4",
    ("AuthenticAMD", 26, range(0x00, 0x20)): "Zen 5",
}


def cpu():
    """For example "AMD EPYC (Zen 4), 2 cores"."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return platform.machine()
    blocks = path.read_text().strip().split("\n\n")
    fields = dict(
        (part.strip() for part in line.split(":", 1)) for line in blocks[0].splitlines() if ":" in line
    )
    name = fields.get("model name", platform.machine())
    family, model = int(fields.get("cpu family", -1)), int(fields.get("model", -1))
    for (vendor, known_family, models), microarchitecture in MICROARCHITECTURES.items():
        if (fields.get("vendor_id"), family) == (vendor, known_family) and model in models:
            name += f" ({microarchitecture})"
    return f"{name}, {len(blocks)} cores"


def describe(command, seed):
    return {
        "command": command,
        "seed": seed,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cpu": cpu(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def write(path, record):
    Path(path).write_text(json.dumps(record, indent=2) + "\n")
