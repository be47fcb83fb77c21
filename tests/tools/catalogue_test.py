"""The tables of python/etch_export against the catalogue of etch's layers, as C++ has it.

    /usr/bin/python3 tests/tools/catalogue_test.py --catalogue build/test/tests/structure/etch_catalogue
"""
import argparse
import json
import re
import subprocess
import sys
import unittest

from case import ROOT  # noqa: F401  which makes etch_export importable

from etch_export import images, topology
from random_networks import ACTIVATIONS
from etch_export.torch_layers import MODULES, OF_SHAPE, modules_of

CATALOGUE = []


def input_of(row):
    of_image = row["name"] in images.OF_IMAGES or row["name"] in ("batch_norm", "group_norm")
    of_signal = ("unrolled", "bidirectional", "last_step", "attention")
    along = row["name"] in ("conv_1d", "conv_transpose_1d") or row["name"] in of_signal
    return "input<2, 4>" if along else "input<2, 4, 3>" if of_image else "input<6>"


class Catalogue(unittest.TestCase):
    def test_every_layer_is_known(self):
        known = {*topology.DEFAULTS, *topology.WITH_OWN_RULES} - {"input", "branch"}
        self.assertEqual(sorted(known), sorted(row["name"] for row in CATALOGUE))

    def test_every_layer_is_spelled_as_etch_spells_it(self):
        for row in CATALOGUE:
            given = row["spelled"]
            if given.count("<") == 1 and row["name"] not in topology.HOLDERS:  # without its default arguments
                name, numbers = given.split("<")
                wanted = ", ".join(re.findall(r"\d+", numbers)[:row["required"]])
                given = f"{name}<{wanted}>" if wanted else name
            with self.subTest(row["name"], given=given):
                network = topology.parse_topology(f"{input_of(row)}, {given}")
                self.assertEqual(network.topology, f"{input_of(row)}, {row['spelled']}")

    def test_every_layer_has_the_tensors_of_etch(self):
        for row in CATALOGUE:
            network = topology.parse_topology(f"{input_of(row)}, {row['spelled']}")
            self.assertEqual(topology.tensor_keys(network), [f"0.{name}" for name in row["tensors"]])

    def test_every_layer_has_a_module_of_the_same_tensors(self):
        self.assertEqual(sorted({*MODULES, *OF_SHAPE, "frozen"}), sorted(row["name"] for row in CATALOGUE))
        for row in CATALOGUE:
            with self.subTest(row["name"]):
                network = topology.parse_topology(f"{input_of(row)}, {row['spelled']}")
                (module,) = modules_of(network.layers, network.inputs)
                self.assertEqual(sorted(module.state_dict()), sorted(row["tensors"]))

    def test_the_random_networks_draw_every_layer_that_stands_between_dense_ones(self):
        # Those in the networks `policy`, `prices`, `sequences` and `pictures` of round_trip.py, and those that no
        # module becomes.
        others = {"dense", "residual", "standardize", "normalize", "unstandardize", "clip", *topology.RECURRENT}
        others |= {*images.OF_IMAGES, "batch_norm", "prelu", "group_norm", "causal_conv_1d", "wavenet"}
        others |= {"hard_sigmoid", "hard_swish", "log_softmax", "slice", "film", *topology.HOLDERS, *images.OF_SEQUENCES}
        others -= {"branch"}
        approximate = {"fast_tanh", "fast_sigmoid"}
        drawn = {spelled.split("<")[0] for _, spelled in ACTIVATIONS}
        self.assertEqual(sorted(drawn | others | approximate), sorted(row["name"] for row in CATALOGUE))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--catalogue", required=True, help="the program that prints the catalogue")
    options, rest = parser.parse_known_args()
    CATALOGUE += json.loads(subprocess.run([options.catalogue], check=True, capture_output=True).stdout)
    unittest.main(argv=[sys.argv[0], *rest])
