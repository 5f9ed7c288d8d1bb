"""The sample MLP 4 -> 20 -> 10 -> 1: data, training, every export route, evidence."""

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np

import provenance
from case_folder import predict
from forward import forward
from sample_data import INPUT_RANGE, NOISE, ROWS, VALIDATION_SPLIT, read_csv, validation_part, write_csv
from sample_exports import ROUTES, check_weights, named

EPOCHS = 100
BATCH_SIZE = 16
LEARNING_RATE = 0.001
SHOWN_EPOCHS = [1, 2, 5, *range(10, EPOCHS + 1, 10)]


def build(hidden):
    model = keras.Sequential(
        [
            keras.Input((4,), name="x"),
            keras.layers.Dense(20, activation=hidden, name="L1"),
            keras.layers.Dense(10, activation=hidden, name="L2"),
            keras.layers.Dense(1, name="L3"),
        ],
        name=f"sample_mlp_{hidden}",
    )
    model.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="mae")
    return model


def train(hidden, x, y, seed):
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    model = build(hidden)
    history = model.fit(
        x, y, batch_size=BATCH_SIZE, epochs=EPOCHS, validation_split=VALIDATION_SPLIT, verbose=0
    ).history
    losses = {
        name: {str(epoch): round(values[epoch - 1], 6) for epoch in SHOWN_EPOCHS}
        for name, values in [("mae", history["loss"]), ("validation_mae", history["val_loss"])]
    }
    return model, losses


def error(actual, truth):
    difference = actual.astype(np.float64) - truth
    return {"max_abs": float(np.abs(difference).max()), "rms": float(np.sqrt(np.mean(difference**2)))}


def timings(folder):
    """In a process of its own: Keras as a user has it, on all cores."""
    script = Path(__file__).with_name("timings.py")
    printed = subprocess.run([sys.executable, script, folder], check=True, capture_output=True, text=True).stdout
    return json.loads(printed)


def measure_again(folder):
    """Replaces the timings only, for when the machine was busy."""
    path = folder / "provenance.json"
    record = json.loads(path.read_text())
    for hidden, model in record["models"].items():
        model["timings_ms"] = timings(folder / hidden)
    provenance.write(path, record)


def write_model(folder, hidden, x, y, seed):
    folder.mkdir(parents=True, exist_ok=True)
    model, losses = train(hidden, x, y, seed)
    weights = model.get_weights()

    x_validation = validation_part(x)
    predictions = predict(model, x_validation)[0]
    truth = forward(x_validation, weights, hidden, np.float64)
    np.save(folder / "predictions.npy", predictions)
    np.save(folder / "predictions_float64.npy", truth)

    for route in ROUTES:
        route_folder = folder / route.name
        route_folder.mkdir(exist_ok=True)
        route.write(route_folder, model)
        check_weights(route, route_folder, weights)
        if route.has_architecture:
            np.savez(route_folder / "io.npz", in0=x_validation, out0=predictions)

    return {
        "loss": losses,
        "weights": {name: str(array.shape) for name, array in named(weights).items()},
        "keras_error_against_float64": error(predictions, truth),
        "timings_ms": timings(folder),
    }


def write_sample_mlp(folder, seed, command):
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / "sample_data.csv", seed)
    x, y = read_csv(folder / "sample_data.csv")
    np.save(folder / "X_validation.npy", validation_part(x))
    np.save(folder / "y_validation.npy", validation_part(y))

    models = {}
    for hidden in ["linear", "relu"]:
        print(f"training {hidden}")
        models[hidden] = write_model(folder / hidden, hidden, x, y, seed)

    record = provenance.describe(command, seed)
    record["data"] = {
        "rows": ROWS,
        "x": f"uniform in [{INPUT_RANGE[0]:g}, {INPUT_RANGE[1]:g}]",
        "y": f"1.2*x1 - 2.1*x2 + 0.7*x3^2 - 0.5*x4^2 + normal(0, {NOISE:g})",
        "validation": "the last 20 %",
    }
    record["training"] = {
        "loss": "mean absolute error",
        "optimizer": f"Adam {LEARNING_RATE}",
        "batch_size": BATCH_SIZE,
        "epochs": EPOCHS,
        "validation_split": VALIDATION_SPLIT,
    }
    record["models"] = models
    provenance.write(folder / "provenance.json", record)
