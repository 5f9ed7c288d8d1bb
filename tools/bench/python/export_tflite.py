"""TFLite files of a saved model: python export_tflite.py MODEL.keras FOLDER"""

import sys

import keras

from exports import tflite

tflite(keras.saving.load_model(sys.argv[1], compile=False), sys.argv[2])
