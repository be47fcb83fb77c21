"""The tables of python/etch_export against the catalogue of etch's layers, as C++ has it.

    /usr/bin/python3 tests/tools/catalogue_test.py --catalogue build/test/tests/structure/etch_catalogue
"""
import argparse
import json
import subprocess
import sys
import unittest

from case import ROOT  # noqa: F401  which makes etch_export importable

from etch_export import topology
from random_networks import ACTIVATIONS
from etch_export.torch_layers import MODULES, modules_of

CATALOGUE = []


class Catalogue(unittest.TestCase):
    def exported(self):
        return [row for row in CATALOGUE if row["name"] not in topology.NOT_YET]

    def test_every_layer_is_known_or_named_as_not_yet(self):
        known = {*topology.DEFAULTS, *topology.WITH_OWN_RULES, *topology.NOT_YET} - {"input"}
        self.assertEqual(sorted(known), sorted(row["name"] for row in CATALOGUE))
        self.assertFalse(set(topology.NOT_YET) & {*topology.DEFAULTS, *topology.WITH_OWN_RULES})

    def test_every_layer_is_spelled_as_etch_spells_it(self):
        for row in self.exported():
            given = row["spelled"].split(", ")[0].split("<")
            given = given[0] + ("<" + given[1].rstrip(">") + ">" if row["required"] else "")
            with self.subTest(row["name"], given=given):
                network = topology.parse_topology(f"input<6>, {given}")
                self.assertEqual(network.topology, f"input<6>, {row['spelled']}")

    def test_every_layer_has_the_tensors_of_etch(self):
        tensors = {row["name"]: tuple(row["tensors"]) for row in self.exported() if row["tensors"]}
        of_etch = {name: t for name, t in topology.TENSORS.items() if name not in topology.IN_SOURCES}
        self.assertEqual(of_etch, tensors)

    def test_every_layer_has_a_module_of_the_same_tensors(self):
        self.assertEqual(sorted(MODULES), sorted(row["name"] for row in self.exported()))
        for row in self.exported():
            with self.subTest(row["name"]):
                (module,) = modules_of(topology.parse_topology(f"input<6>, {row['spelled']}").layers, (6,))
                self.assertEqual(sorted(module.state_dict()), sorted(row["tensors"]))

    def test_the_random_networks_draw_every_layer_that_stands_between_dense_ones(self):
        # Those in the networks `policy`, `prices` and `sequences` of round_trip.py, and those that no module becomes.
        others = {"dense", "residual", "standardize", "normalize", "unstandardize", "clip", *topology.RECURRENT}
        approximate = {"fast_tanh", "fast_sigmoid"}
        drawn = {spelled.split("<")[0] for _, spelled in ACTIVATIONS}
        self.assertEqual(sorted(drawn | others | approximate), sorted(row["name"] for row in self.exported()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--catalogue", required=True, help="the program that prints the catalogue")
    options, rest = parser.parse_known_args()
    CATALOGUE += json.loads(subprocess.run([options.catalogue], check=True, capture_output=True).stdout)
    unittest.main(argv=[sys.argv[0], *rest])
