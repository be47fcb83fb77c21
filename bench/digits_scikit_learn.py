#!/usr/bin/env python3
"""The example `digits` with scikit-learn's MLPClassifier, the same settings: digits_scikit_learn.py DIR SEED

DIR holds the MNIST test set, gzipped (t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz). Prints the accuracy on
1000 test digits, and the seconds of the fit. For one thread set OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1.
"""
import gzip
import sys
import time
import warnings

import numpy
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier


def read(name, header):
    with gzip.open(f"{sys.argv[1]}/{name}.gz") as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=header)


images = read("t10k-images-idx3-ubyte", 16).reshape(-1, 784).astype(numpy.float32) / 255
labels = read("t10k-labels-idx1-ubyte", 8)
seed = int(sys.argv[2])
rest, test, rest_labels, test_labels = train_test_split(images, labels, test_size=1000, random_state=seed)
training, _, training_labels, _ = train_test_split(rest, rest_labels, test_size=1000, random_state=seed)

warnings.filterwarnings("ignore", category=ConvergenceWarning)  # 12 epochs are what was asked for
network = MLPClassifier((128,), activation="relu", solver="adam", alpha=0, batch_size=32, learning_rate_init=1e-3,
                        max_iter=12, n_iter_no_change=12, random_state=seed)
begin = time.process_time(), time.perf_counter()
network.fit(training, training_labels)
print(f"test accuracy: {network.score(test, test_labels):.4f} in {time.process_time() - begin[0]:.2f} CPU seconds, "
      f"{time.perf_counter() - begin[1]:.2f} seconds")
