"""How long keras.models.load_model takes for one file in this process, which has done nothing else: python load_model.py FILE

Prints {"keras", "import_seconds", "seconds"} as JSON; the import of Keras is not part of the seconds.
"""

import json
import os
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

start = time.perf_counter()
import keras

imported = time.perf_counter()
keras.models.load_model(sys.argv[1], compile=False)
loaded = time.perf_counter()
print(json.dumps({"keras": keras.__version__, "import_seconds": imported - start, "seconds": loaded - imported}))
