"""What a case is. Imports no Keras, so that every generation of Keras can use it."""

import zlib
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Case:
    model: Any
    inputs: Any
    """What model(...) is called with: an array, a list, or a dict; batch first; arrays of text are strings. Of several
    calls, as the note says, a list with that of each."""
    note: dict = field(default_factory=dict)
    direct: bool = False
    """Called once, where predict would cut the inputs along their first axis."""
    adapted: bool = False
    """Weights stay as the model has them: what layers learned from data means something."""


def case_seed(seed, name):
    """Depends on the name alone, so a case keeps its bytes when others come and go."""
    return (seed + zlib.crc32(name.encode())) % 2**32
