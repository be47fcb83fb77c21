#!/usr/bin/python3
"""Scores of classifications and regressions as scikit-learn computes them, in float64. Writes metrics.hpp beside
itself.

    /usr/bin/python3 tests/reference/make_metrics.py
"""
import os
import textwrap

import numpy
import sklearn
from sklearn import metrics


def array(kind, name, values):
    values = numpy.asarray(values).reshape(-1)
    if kind == "float":
        assert (values == values.astype(numpy.float32)).all()
        words = [str(x) + "f" for x in values.astype(numpy.float32)]
    elif kind == "double":
        words = [repr(float(x)) for x in values]
    else:
        words = [str(int(x)) for x in values]
    text = textwrap.fill(", ".join(words), width=112, break_long_words=False, break_on_hyphens=False)
    return f"inline constexpr {kind} {name}[{len(words)}] = {{\n{textwrap.indent(text, '    ')}}};\n"


def number(kind, name, value):
    return f"inline constexpr {kind} {name} = {value!r};\n"


def case(name, comment, parts):
    return [f"/// {comment}\nnamespace {name} {{\n", *parts, f"}}  // namespace {name}\n"]


def scores_of_classes(truth, answer, classes):
    labels = list(range(classes))
    each = metrics.precision_recall_fscore_support(truth, answer, labels=labels, zero_division=0)
    macro = metrics.precision_recall_fscore_support(truth, answer, labels=labels, zero_division=0, average="macro")
    return [
        array("int", "confusion", metrics.confusion_matrix(truth, answer, labels=labels)),
        number("double", "accuracy", float(metrics.accuracy_score(truth, answer))),
        array("double", "precision", each[0]),
        array("double", "recall", each[1]),
        array("double", "f1", each[2]),
        number("double", "macro_precision", float(macro[0])),
        number("double", "macro_recall", float(macro[1])),
        number("double", "macro_f1", float(macro[2])),
    ]


def classes(random):
    samples, count = 75, 6
    truth = random.choice([0, 1, 2, 4], size=samples)
    logits = random.normal(0, 1, (samples, count)).astype(numpy.float32)
    logits[numpy.arange(samples), truth] += numpy.float32(1)
    logits[:, 4] -= numpy.float32(20)
    logits[:, 5] -= numpy.float32(30)
    exponentials = numpy.exp(logits.astype(float) - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    labels = list(range(count))
    answer = logits.argmax(axis=1)
    assert 3 in answer and 4 not in answer and 5 not in answer
    top = [metrics.top_k_accuracy_score(truth, logits, k=k, labels=labels) for k in range(1, count)] + [1.0]
    log_loss = float(-numpy.log(probabilities[numpy.arange(samples), truth]).mean())
    assert abs(log_loss - metrics.log_loss(truth, probabilities, labels=labels)) < 1e-6  # which clips at 1e-15
    return case(
        "classes",
        "Class 3 is answered but never true, class 4 true but never answered, class 5 neither: their scores are 0/0.",
        [
            number("int", "samples", samples),
            number("int", "count", count),
            array("float", "logits", logits),
            array("int", "truth", truth),
            number("double", "loss", log_loss),
            array("double", "top", top),
            *scores_of_classes(truth, answer, count),
        ],
    )


def binary(random):
    samples = 41
    truth = random.choice([0, 1], size=samples, p=[0.7, 0.3])
    logits = (random.normal(0, 2, samples) + 1.5 * truth).astype(numpy.float32)
    probability = 1 / (1 + numpy.exp(-logits.astype(float)))
    return case(
        "binary",
        "One output, the probability of the second class.",
        [
            number("int", "samples", samples),
            array("float", "logits", logits),
            array("int", "truth", truth),
            number("double", "loss", float(metrics.log_loss(truth, probability))),
            *scores_of_classes(truth, (logits >= 0).astype(int), 2),
        ],
    )


def regression(random):
    samples = 67
    target = numpy.stack(
        [random.normal(3, 2, samples), random.normal(-100, 0.5, samples), numpy.full(samples, 0.1),
         numpy.full(samples, 7)],
        axis=1,
    ).astype(numpy.float32)
    noise = numpy.array([0.5, 1.0, 0.25, 0.0])
    prediction = (target + noise * random.normal(0, 1, target.shape)).astype(numpy.float32)
    t, p = target.astype(float), prediction.astype(float)
    squares = metrics.mean_squared_error(t, p, multioutput="raw_values")
    return case(
        "regression",
        "A good output, one worse than its mean, and two constant targets: met about, and met exactly.",
        [
            number("int", "samples", samples),
            number("int", "outputs", target.shape[1]),
            array("float", "prediction", prediction),
            array("float", "target", target),
            array("double", "mae", metrics.mean_absolute_error(t, p, multioutput="raw_values")),
            array("double", "mse", squares),
            array("double", "rmse", numpy.sqrt(squares)),
            array("double", "r2", metrics.r2_score(t, p, multioutput="raw_values")),
            number("double", "mean_mae", float(metrics.mean_absolute_error(t, p))),
            number("double", "mean_mse", float(metrics.mean_squared_error(t, p))),
            number("double", "root_of_mean_mse", float(numpy.sqrt(metrics.mean_squared_error(t, p)))),
            number("double", "mean_r2", float(metrics.r2_score(t, p))),
        ],
    )


def main():
    random = numpy.random.RandomState(17)
    introduction = (
        f"Made by tests/reference/make_metrics.py with scikit-learn {sklearn.__version__}; not edited by hand. "
        "What goes in is exact in float, sample after sample; what comes out was computed in float64."
    )
    lines = ["#pragma once"] + ["// " + line for line in textwrap.wrap(introduction, 116)]
    lines += ["// clang-format off", "", "namespace reference {", ""]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics.hpp")
    with open(path, "w") as out:
        out.write("\n".join(lines) + "\n" + "\n".join(classes(random) + binary(random) + regression(random)))
        out.write("\n}  // namespace reference\n")


if __name__ == "__main__":
    main()
