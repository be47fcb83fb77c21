"""python/etch_export on policies as other programs leave them: archives that are not run, statistics beside the
weights, models of Stable-Baselines3.

    /usr/bin/python3 tests/tools/policies_test.py
"""
import base64
import contextlib
import json
import os
import pickle
import random
import sys
import types
import unittest
import zipfile
from typing import Tuple

import numpy as np
import torch
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case import Case, mlp  # noqa: E402

import etch_export  # noqa: E402
from etch_export import normalizers, pickles  # noqa: E402
from etch_export.errors import Refused  # noqa: E402


@contextlib.contextmanager
def classes_of(module, *names):
    """Classes that exist while something is pickled, and are gone when it is read."""
    made, parents = types.ModuleType(module), module.split(".")
    chain = [".".join(parents[:i]) for i in range(1, len(parents) + 1)]
    added = [name for name in chain if name not in sys.modules]
    for name in added:
        sys.modules[name] = made if name == module else types.ModuleType(name)
    for name in names:
        setattr(made, name, type(name, (), {"__module__": module}))
    try:
        yield made
    finally:
        for name in added:
            del sys.modules[name]


def object_of(kind, **attributes):
    made = kind()
    made.__dict__.update(attributes)
    return made


def serialized(value, protocol=4):
    return {":type:": str(type(value)), ":serialized:": base64.b64encode(pickle.dumps(value, protocol)).decode()}


def box(low, high, dtype=np.float32):
    """A space as a zip of Stable-Baselines3 states it."""
    with classes_of("gymnasium.spaces.box", "Box") as module:
        low, high = np.asarray(low, dtype), np.asarray(high, dtype)
        return serialized(object_of(module.Box, low=low, high=high, _shape=low.shape, dtype=low.dtype))


def discrete(n, kind="Discrete"):
    with classes_of("gymnasium.spaces.discrete", kind) as module:
        return serialized(object_of(getattr(module, kind), n=np.int64(n), start=np.int64(0)))


def policy_class(path):
    module, _, name = path.rpartition(".")
    with classes_of(module, name) as made:
        return {**serialized(getattr(made, name)), "__module__": module}


ON_POLICY = "stable_baselines3.common.policies.ActorCriticPolicy"


def named(prefix, module):
    return {f"{prefix}.{name}": tensor for name, tensor in module.state_dict().items()}


class Hook(nn.Module):
    """TorchScript calls __setstate__ when it is read."""

    def __init__(self, path: str):
        super().__init__()
        self.path = path

    @torch.jit.export
    def __getstate__(self):
        return (self.path, self.training)

    @torch.jit.export
    def __setstate__(self, state: Tuple[str, bool]):
        self.path = state[0]
        self.training = state[1]
        torch.save(torch.zeros(1), self.path)

    def forward(self, x):
        return x


class ScriptedPolicy(nn.Module):
    def __init__(self, path: str):
        super().__init__()
        self.net, self.hook = nn.Sequential(nn.Linear(4, 3), nn.Tanh()), Hook(path)

    def forward(self, x):
        return self.net(x)


class Archives(Case):
    def marker(self):
        return self.path("written_by_reading")

    def evil(self):
        marker = self.marker()

        class Evil:
            def __reduce__(self):
                return os.mkdir, (marker,)

        return Evil()

    def test_nothing_that_a_pickle_calls_is_run_without_trust(self):
        model = mlp(4, 3)
        state = {**model.state_dict()}
        options = ["--output-activation", "none"]
        for name, value in {"beside.pt": {"model": state, "hook": self.evil()}, "alone.pt": self.evil(),
                            "as_state.pt": {**state, "2.bias": self.evil()}}.items():  # fmt: skip
            status, _, err = self.command(self.saved(value, name), self.out, *options)
            self.assertFalse(os.path.exists(self.marker()), name)
            self.assertEqual(status, 0 if name == "beside.pt" else 1, err)
        self.refused("is a pickled module (posix.mkdir)", self.path("alone.pt"))
        with open(self.path("vec.pkl"), "wb") as file:
            pickle.dump({"obs_rms": self.evil()}, file)
        self.refused("is not a VecNormalize", self.saved(state), *options, "--normalizer", self.path("vec.pkl"))
        self.assertFalse(os.path.exists(self.marker()))

    def test_torchscript_runs_its_setstate_only_with_trust(self):
        marker, model = self.marker(), ScriptedPolicy(self.marker())
        try:
            torch.jit.script(model).save(self.path("script.pt"))
        except Exception as error:  # whether it can be scripted is PyTorch's affair
            self.skipTest(str(error))
        self.refused("is TorchScript, which can run any code when PyTorch reads it: add --trust",
                     self.path("script.pt"))
        self.exported(self.path("script.pt"), "--output-activation", "tanh")
        self.assertFalse(os.path.exists(marker))
        self.assert_answers(model)
        self.exported(self.path("script.pt"), "--trust")
        self.assertTrue(os.path.exists(marker))
        self.assert_answers(model)

    def test_checkpoints_with_more_than_tensors_need_no_trust(self):
        model = mlp(4, 6, 3)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        model(torch.zeros(1, 4)).sum().backward()
        optimizer.step()
        beside = {"optimizer": optimizer.state_dict(), "rewards": np.float64(3.5), "seen": {1, 2}, "lr": 0.1,
                  "history": np.arange(6.0).reshape(2, 3), "names": np.array(["a"]),
                  "config": object_of(type(self), a=1)}
        options = ["--activation", "tanh", "--output-activation", "none"]
        for how in ({}, {"_use_new_zipfile_serialization": False}, {"pickle_protocol": 4}):
            with self.subTest(str(how)):
                _, printed = self.exported(self.saved({"model": model.state_dict(), **beside}, **how), *options)
                self.assertIn("assumed: the model is model; left aside: optimizer, rewards", printed)
                self.assert_answers(model)

    def test_every_kind_of_number_and_every_stride_is_read(self):
        weight = torch.randn(3, 4)
        for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int8,
                      torch.uint8):
            kept = (weight * 10).abs().to(dtype)
            for how in ({}, {"_use_new_zipfile_serialization": False}):
                state = {"a.weight": kept.t().contiguous().t(), "a.bias": torch.arange(8).to(dtype)[2:8:2],
                         "b.weight": nn.Parameter(torch.ones(1, 1).expand(2, 3).clone()), "b.bias": torch.zeros(2)}
                self.exported(self.saved(state, **how), "--activation", "relu", "--output-activation", "none")
                tensors = etch_export.read(self.out).tensors
                self.assertTrue(np.array_equal(tensors["0.weight"], kept.float().numpy()), dtype)
                self.assertEqual(tensors["0.bias"].tolist(), [2, 4, 6])
        self.refused("holds bool, not real numbers", self.saved({"a.weight": torch.ones(2, 2, dtype=torch.bool)}),
                     "--output-activation", "none")  # fmt: skip

    def test_a_pickled_module_is_read_as_tensors_where_its_activations_are_passed(self):
        model = mlp(4, 6, 3)
        path = self.saved(model)
        self.refused("is a pickled module (torch.nn.modules.container.Sequential), which can run any code", path)
        self.exported(path, "--activation", "tanh", "--output-activation", "none")
        self.assert_answers(model)
        self.refused("is a convolution (its weight has shape [5, 3, 2, 2])",
                     self.saved(nn.Conv2d(3, 5, 2).state_dict()))
        self.refused("it holds in_proj_weight", self.saved(nn.MultiheadAttention(4, 2).state_dict()))

    def test_damaged_archives_are_refused_in_a_sentence(self):
        model = mlp(4, 6, 3)
        draw = random.Random(1)
        optimizer = {"state": {0: {"step": 1, "x": torch.zeros(3)}}, "groups": [(1, 2), {3}, "text", 1.5, None, b"x"]}
        for how in ({}, {"_use_new_zipfile_serialization": False}):
            path = self.saved({"model": model.state_dict(), "optimizer": optimizer}, **how)
            with open(path, "rb") as file:
                content = file.read()
            for _ in range(150):
                damaged = bytearray(content)
                if draw.random() < 0.3:
                    damaged = damaged[:draw.randrange(len(damaged))]
                for _ in range(draw.choice([0, 1, 1, 4, 40])):
                    damaged[draw.randrange(len(damaged)) if damaged else 0:][:1] = b""
                    if damaged:
                        damaged[draw.randrange(len(damaged))] = draw.randrange(256)
                with open(self.path("damaged.pt"), "wb") as file:
                    file.write(damaged)
                options = ["--activation", "tanh", "--output-activation", "none"]
                status, out, err = self.command(self.path("damaged.pt"), self.out, *options)
                self.assertEqual(err.count("\n"), status, err)
                self.assertNotIn("a fault of etch_export", err)
                self.assertNotIn("Traceback", err)

    def test_random_pickles_end_in_a_value_or_in_a_sentence(self):
        draw = random.Random(2)
        words = [b"cos\nsystem\n", b"cposix\nmkdir\n", b"cnumpy\ndtype\n", b"cnumpy.core.multiarray\n_reconstruct\n",
                 b"cnumpy.core.multiarray\nscalar\n", b"ctorch._utils\n_rebuild_tensor_v2\n", b"ctorch\nFloatStorage\n",
                 b"ccollections\nOrderedDict\n", b"c_codecs\nencode\n", b"U\x02f4", b"X\x05\0\0\0where", b"K\x07",
                 b"J\xff\xff\xff\xff",
                 b"(", b")", b"]", b"}", b"t", b"l", b"d", b"R", b"b", b"\x81", b"\x92", b"Q", b"s", b"u", b"a", b"e",
                 b"o",
                 b"q\x00", b"h\x00", b"0", b"2", b"\x85", b"\x86", b"\x87", b"\x88", b"N", b"\x8f", b"\x90", b"\x91",
                 b"G?\xf0\0\0\0\0\0\0", b"\x8a\x0a" + b"\xff" * 9 + b"\x7f", b"r\xff\xff\xff\x7f", b"\x94", b"P9\n"]
        for _ in range(4000):
            stream = b"\x80\x02" + b"".join(draw.choice(words) for _ in range(draw.randrange(1, 30))) + b"."
            with open(self.path("random.pkl"), "wb") as file:
                file.write(stream)
            with contextlib.suppress(Refused):
                list(pickles.contents(pickles.read_pickle(self.path("random.pkl"), "random.pkl")))


class Statistics(Case):
    def setUp(self):
        super().setUp()
        self.mean, self.variance = 3 * torch.randn(6), torch.rand(6) + 0.5
        self.trunk, self.mu = nn.Sequential(nn.Linear(6, 8), nn.ELU(), nn.Linear(8, 8), nn.ELU()), nn.Linear(8, 3)

    def normal(self, x, limit=float("inf"), epsilon=1e-5):
        return ((x - self.mean) / torch.sqrt(self.variance + epsilon)).clamp(-limit, limit)

    def rl_games(self):
        state = {"value_mean_std.running_mean": torch.ones(1), "value_mean_std.running_var": torch.ones(1),
                 **named("a2c_network.actor_mlp", self.trunk), **named("a2c_network.mu", self.mu),
                 "a2c_network.sigma": torch.zeros(3), **named("a2c_network.value", nn.Linear(8, 1)),
                 "running_mean_std.count": torch.tensor(9.0, dtype=torch.float64)}  # fmt: skip
        return {**state, "running_mean_std.running_mean": self.mean.double(),
                "running_mean_std.running_var": self.variance.double()}  # fmt: skip

    def test_rl_games_checkpoints_carry_their_normalizer(self):
        path = self.saved({"model": self.rl_games(), "epoch": 7, "last_mean_rewards": np.float32(3)})
        self.refused("say --activation", path)
        found, printed = self.exported(path, "--activation", "elu")
        self.assertEqual(found,
                         "input<6>, standardize, clamp<5, 1>, dense<8>, elu<1, 1>, dense<8>, elu<1, 1>, dense<3>")
        for note in ("no activation after the layers", "clamped to -5 ... 5, as rl_games does", "eps is 1e-05"):
            self.assertIn(note, printed)

        def answer(x):
            return self.mu(self.trunk(self.normal(x, 5)))

        self.assert_answers(answer)
        state = {k: v for k, v in self.rl_games().items() if not k.startswith("running_mean_std")}
        older = {"running_mean": self.mean, "running_var": self.variance, "count": torch.ones(())}
        self.exported(self.saved({"model": state, "running_mean_std": older}), "--activation", "elu")
        self.assert_answers(answer)
        self.exported(self.saved({"model": state}), "--activation", "elu")
        self.assert_answers(lambda x: self.mu(self.trunk(x)))
        unknown = {**self.rl_games(), "a2c_network.rnn.rnn.weight_ih_l0": torch.zeros(32, 8)}
        self.refused("a2c_network.rnn.rnn.weight_ih_l0", self.saved({"model": unknown}), "--activation", "elu")

    def test_statistics_that_would_be_dropped_are_refused_until_they_are_named(self):
        net = {**named("net.0", self.trunk[0]), **named("net.2", nn.Linear(8, 3))}
        options = ["--activation", "elu", "--output-activation", "none", "--prefix"]
        rms = {"mean": self.mean, "var": self.variance}
        with classes_of("somewhere", "RunningMeanStd") as module:
            other = object_of(module.RunningMeanStd, mean=self.mean.numpy(), var=self.variance.numpy(), count=3.0)
            self.saved({"model": net, "obs_rms": other}, "object.pt")
        for beside, name in {
            "running_mean_std.running_mean": None, "obs_rms.mean": None, "state_preprocessor.running_variance": None,
            "observation_normalizer._mean": None, "obs_mean": None, "whitening.weight": None,
        }.items():  # fmt: skip
            with self.subTest(beside):
                path = self.saved({"model": {**net, beside: self.mean}})
                self.refused("looks like statistics", path, *options, "model.net.")
                self.exported(path, *options, "model.net.", "--ignore", f"model.{beside.rpartition('.')[0] or beside}*")
                self.assertFalse(normalizers.is_named(beside, ["*", "*.*", "critic.*"]))
        for path in (self.saved({"model": net, "obs_rms": rms}), self.path("object.pt")):
            self.refused("holds obs_rms.", path, *options, "model.net.")
            self.exported(path, *options, "model.net.", "--ignore", "obs_rms.*")
        self.refused("say --prefix model. or --prefix obs_rms.", self.saved({"model": net, "obs_rms": rms}),
                     *options[:-1])
        for name in ("critic.weight", "net.0.weight", "std", "log_std", "mean.weight", "norm.weight",
                     "layer_norm.bias"):
            self.assertFalse(normalizers.looks_like_statistics(name, [name, "mean.bias"]), name)

    def test_standardize_in_a_topology_takes_statistics_wherever_they_stand(self):
        topology = ["--topology", "input<6>, standardize, dense<8>, elu, dense<8>, elu, dense<3>"]
        actor = {**named("actor", self.trunk), **named("mu", self.mu)}
        deviation = torch.sqrt(self.variance)
        for names, values, epsilon, expected in [
            (("n.running_mean", "n.running_var"), (self.mean, self.variance), [], torch.sqrt(self.variance + 1e-5)),
            (("n.running_mean", "n.running_variance"), (self.mean, self.variance), [], deviation + 1e-8),
            (("n.running_mean", "n.running_variance"), (self.mean, self.variance), ["--epsilon", 0.25],
             deviation + 0.25),
            (("n._mean", "n._std"), (self.mean[None], deviation[None]), [], deviation + 0.01),
            (("n.running_mean", "n.running_var"), (self.mean, self.variance), ["--epsilon", 0.25],
             torch.sqrt(self.variance + 0.25)),
            (("n.mean", "n.var"), (self.mean, self.variance), ["--epsilon", 1e-8], deviation),
            (("n.mean", "n.std"), (self.mean, deviation), ["--epsilon", 0], deviation),
            (("n.mean", "n.deviation"), (self.mean, deviation), [], deviation),
        ]:  # fmt: skip
            with self.subTest(str((names, epsilon))):
                state = {**actor, **dict(zip(names, values)), "n.count": torch.ones(())}
                self.exported(self.saved(state), *topology, *epsilon)
                tensors = etch_export.read(self.out).tensors
                self.assertTrue(np.allclose(tensors["0.deviation"], expected, rtol=1e-6))
                self.assert_answers(lambda x: self.mu(self.trunk((x - self.mean) / expected)))
        state = {**actor, "n.mean": self.mean, "n.var": self.variance}
        self.refused("pass --epsilon, or --epsilon 0 if there is none", self.saved(state), *topology)
        self.refused("wants a number from 0 to 1", self.path("model.pt"), *topology, "--epsilon", "-1")
        state["n.var"] = -self.variance
        self.refused("n.var holds a negative variance", self.saved(state), *topology, "--epsilon", "0")
        self.refused("no layer for the tensors of n", self.path("model.pt"), "--epsilon", "0", "--topology",
                     "input<6>, dense<8>, elu, dense<8>, elu, dense<3>")  # fmt: skip

    def batch_norm(self, features):
        norm = nn.BatchNorm1d(features)
        with torch.no_grad():
            norm.running_mean.normal_(), norm.running_var.uniform_(0.5, 2), norm.weight.normal_(), norm.bias.normal_()
            norm.weight[0] = 0
        return norm

    def test_batch_norms_of_a_state_dict_are_folded_where_their_place_is_known(self):
        after = nn.Sequential(nn.Linear(6, 5), self.batch_norm(5), nn.ReLU(), nn.Linear(5, 2)).eval()
        before = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), self.batch_norm(5), nn.Linear(5, 2)).eval()
        options = ["--activation", "relu", "--output-activation", "none"]
        for model in (after, before):
            found, printed = self.exported(self.saved(model.state_dict()), *options)
            self.assertEqual(found, "input<6>, dense<5>, relu, dense<2>")
            self.assertIn("the eps of the batch norm", printed)
            self.assert_answers(model)
        topology = ["--topology", "input<6>, dense<5>, batch_norm, relu, dense<2>"]
        for how in (options, topology):
            self.exported(self.saved(after.state_dict()), *how, "--epsilon", "0", "--golden", "64")
            weight = after[0].weight * (after[1].weight / after[1].running_var.sqrt())[:, None]
            found = etch_export.read(self.out).tensors["0.weight"]
            self.assertTrue(np.allclose(found, weight.detach(), rtol=3e-7, atol=0))
        names = {"0": "fc1", "1": "bn", "3": "fc2"}
        state = {f"{names[k[0]]}{k[1:]}": v for k, v in after.state_dict().items()}
        self.refused("pass --topology with batch_norm in its place", self.saved(state), *options)
        found, _ = self.exported(self.saved(state), "--topology", "input<6>, dense<5>, batch_norm, relu, dense<2>")
        self.assertEqual(found, "input<6>, dense<5>, relu, dense<2>")
        self.assert_answers(after)
        self.refused("a scale of 0", self.saved(state), "--topology",
                     "input<6>, dense<5>, relu, batch_norm, relu, dense<2>")
        self.refused("batch_norm has tensors of its own", self.saved(state), *options[:3],
                     "batch_norm")

    def test_weight_norm_and_prelu_of_a_state_dict(self):
        model = nn.Sequential(nn.utils.weight_norm(nn.Linear(6, 5)), nn.PReLU(),
                              nn.utils.weight_norm(nn.Linear(5, 1))).eval()
        topology = ["--topology", "input<6>, dense<5>, prelu, dense<1>"]
        found, _ = self.exported(self.saved(model.state_dict()), *topology)
        self.assertEqual(found, "input<6>, dense<5>, leaky_relu<1, 4>, dense<1>")
        self.assert_answers(model)
        newer = {"weight_g": "parametrizations.weight.original0", "weight_v": "parametrizations.weight.original1"}
        state = {".".join(newer.get(p, p) for p in k.split(".")): v for k, v in model.state_dict().items()}
        self.assertIn("0.parametrizations.weight.original1", state)
        self.exported(self.saved(state), *topology)
        self.assert_answers(model)
        state["1.weight"] = torch.tensor([0.1, 0.2])
        self.refused("prelu<2> has 2 slopes, and gets 5 channels", self.saved(state), *topology)
        state["1.weight"] = torch.tensor([-0.5])
        self.assertEqual(self.exported(self.saved(state), *topology)[0], "input<6>, dense<5>, prelu<1>, dense<1>")
        spectral = nn.utils.spectral_norm(nn.Linear(6, 5)).state_dict()
        self.refused("a parametrization other than weight_norm", self.saved(spectral), "--output-activation", "none")


class StableBaselines(Case):
    def zip(self, state, **data):
        torch.save(state, self.path("policy.pth"))
        with zipfile.ZipFile(self.path("model.zip"), "w") as archive:
            archive.writestr("data", json.dumps(data))
            archive.write(self.path("policy.pth"), "policy.pth")
        return self.path("model.zip")

    def ppo(self, **changes):
        """Actions of some hundred, so that the bounds matter."""
        net, out = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh()), nn.Linear(8, 2)
        out.weight.data *= 5
        state = {"log_std": torch.zeros(2), **named("mlp_extractor.policy_net", net), **named("action_net", out),
                 **named("mlp_extractor.value_net", net), **named("value_net", nn.Linear(8, 1))}  # fmt: skip
        data = {"policy_class": policy_class(ON_POLICY), "clip_range": 0.2, "policy_kwargs": {},
                "observation_space": box([-9] * 5, [9] * 5), "action_space": box([-1, -1], [1, 1])}  # fmt: skip
        return nn.Sequential(net, out), self.zip(state, **{**data, **changes})

    def test_ppo_clips_to_the_bounds_that_the_zip_holds(self):
        for low, high, layer in [
            ([-1, -1], [1, 1], "hard_tanh"), ([-2, -2], [2, 2], "clamp<2, 1>"), ([-1, 0], [1, 0.5], "clip"),
            ([0, 0], [1, 1], "relu, clamp<1, 1>"), ([-np.inf, -np.inf], [np.inf, np.inf], ""),
            ([-1, -np.inf], [1, 0.2], "clip"),
            ([-0.25, -0.25], [1, 1], "clip"),
        ]:  # fmt: skip
            with self.subTest(layer):
                model, path = self.ppo(action_space=box(low, high))
                found, printed = self.exported(path, "--golden", 64)
                self.assertEqual(found,
                                 "input<5>, dense<8>, tanh, dense<8>, tanh, dense<2>" + (f", {layer}" if layer else ""))
                self.assertEqual("clipped to the bounds of the action space, as predict does" in printed, layer != "")
                self.assertIn("were not normalized by a VecNormalize", printed)

                def answer(x):
                    return torch.maximum(torch.minimum(model(x), torch.tensor(high)), torch.tensor(low))

                self.assertEqual(layer == "", np.allclose(model(torch.tensor(self.golden()[0])).detach(),
                                                          self.golden()[1], rtol=1e-4))
                self.assert_bounded(answer)

    def assert_bounded(self, answer):
        """As assert_answers, without etch's clip in PyTorch."""
        self.assert_answers(answer)

    def test_the_zip_states_the_activation_the_spaces_and_the_class(self):
        relu = {"activation_fn": "<class 'torch.nn.modules.activation.ReLU'>", "net_arch": [8, 8]}
        _, path = self.ppo(policy_kwargs=relu)
        found, printed = self.exported(path)
        self.assertEqual(found, "input<5>, dense<8>, relu, dense<8>, relu, dense<2>, hard_tanh")
        self.assertIn("assumed: relu between the layers, as the zip states", printed)
        self.refused("was trained with the activation relu, not with --activation tanh", path, "--activation", "tanh")
        self.refused("whose tensors --framework sb3-ppo names, not sb3-sac", path, "--framework", "sb3-sac")
        _, path = self.ppo(policy_kwargs={"activation_fn": "<class 'my.own.Snake'>"})
        self.refused("was trained with the activation <class 'my.own.Snake'>: pass --activation", path)
        self.exported(path, "--activation", "silu")
        _, path = self.ppo(policy_kwargs={"squash_output": True}, action_space=box([-2, 0], [2, 1]))
        scaled = "input<5>, dense<8>, tanh, dense<8>, tanh, dense<2>, tanh, unstandardize"
        self.assertEqual(self.exported(path)[0], scaled)
        model, path = self.ppo(action_space=discrete(2))
        found, printed = self.exported(path)
        self.assertEqual(found, "input<5>, dense<8>, tanh, dense<8>, tanh, dense<2>")
        self.assertIn("predict takes the action with the largest", printed)
        self.assert_answers(model)
        for message, changes in {
            "the observations of model.zip are a Discrete": {"observation_space": discrete(5)},
            "are a Box of uint8": {"observation_space": box([0] * 5, [255] * 5, np.uint8)},
            "has no tensors lstm_actor.*": {
                "policy_class": policy_class("sb3_contrib.common.recurrent.policies.RecurrentActorCriticPolicy")},
            "holds a policy of the class sb3_contrib.crossq.policies.CrossQPolicy; known are": {
                "policy_class": policy_class("sb3_contrib.crossq.policies.CrossQPolicy")},
            "holds a policy of the class my_script.SACPolicy; known are":
                {"policy_class": policy_class("my_script.SACPolicy")},
            "does not state the class": {"policy_class": 3},
            "are not in order": {"action_space": box([1, 1], [-1, 1])},
        }.items():  # fmt: skip
            with self.subTest(message):
                self.refused(message, self.ppo(**changes)[1])
        self.exported(self.ppo(policy_class=policy_class("my_script.MyPolicy"))[1], "--framework", "sb3-ppo")
        self.refused("which algorithm loads it is not known", self.path("model.zip"), "--trust", "--framework",
                     "sb3-ppo")

    def test_policies_of_images(self):
        """NatureCNN by its documented names, with the channels first; the copies for actor and critic are the same."""
        cnn = nn.Sequential(nn.Conv2d(2, 6, 8, 4), nn.ReLU(), nn.Conv2d(6, 4, 4, 2), nn.ReLU(),
                            nn.Conv2d(4, 3, 3), nn.ReLU(), nn.Flatten())  # fmt: skip
        linear, out = nn.Sequential(nn.Linear(6, 16), nn.ReLU()), nn.Linear(16, 3)
        bytes_space = box(np.zeros((2, 36, 44)), np.full((2, 36, 44), 255), np.uint8)
        text = ("input<2, 44, 36>, conv_2d<6, 8, 8, stride<4, 4>>, relu, conv_2d<4, 4, 4, stride<2, 2>>, relu, "
                "conv_2d<3, 3, 3>, relu, flatten, dense<16>, relu, ")  # fmt: skip

        def features(*prefixes):
            return {key: t for p in prefixes for part, module in (("cnn", cnn), ("linear", linear))
                    for key, t in named(f"{p}.{part}", module).items()}  # fmt: skip

        ppo = {**features("features_extractor", "pi_features_extractor", "vf_features_extractor"),
               **named("action_net", out), **named("value_net", nn.Linear(16, 1))}  # fmt: skip
        dqn = {**features("q_net.features_extractor", "q_net_target.features_extractor"),
               **named("q_net.q_net", nn.Sequential(out)), **named("q_net_target.q_net", nn.Sequential(out))}  # fmt: skip
        for kind, state in {"stable_baselines3.common.policies.ActorCriticCnnPolicy": ppo,
                            "stable_baselines3.dqn.policies.CnnPolicy": dqn}.items():  # fmt: skip
            for kwargs, divisor in (({}, 255), ({"normalize_images": False}, 1)):
                path = self.zip(state, policy_class=policy_class(kind), policy_kwargs=kwargs,
                                observation_space=bytes_space, action_space=discrete(3))  # fmt: skip
                found, printed = self.exported(path)
                self.assertEqual(found, text + "dense<3>")
                self.assertEqual("divides them by 255" in printed, divisor == 255)
                inputs, outputs = self.golden()
                x = torch.from_numpy(inputs.copy()).reshape(-1, 36, 44, 2).movedim(-1, 1) / divisor
                with torch.no_grad():
                    answers = out(linear(cnn(x))).numpy()
                self.assertLessEqual(np.abs(answers - outputs).max(), 1e-5 * np.abs(outputs).max())
        changed = {**ppo, "features_extractor.cnn.6.weight": torch.zeros(1)}
        self.refused("other layers than those of NatureCNN", self.zip(
            changed, policy_class=policy_class("stable_baselines3.common.policies.ActorCriticCnnPolicy"),
            observation_space=bytes_space, action_space=discrete(3)))  # fmt: skip

    def test_a_recurrent_policy(self):
        memory, net, out = nn.LSTM(5, 6, 2), nn.Sequential(nn.Linear(6, 8), nn.Tanh()), nn.Linear(8, 2)
        state = {"log_std": torch.zeros(2), **named("lstm_actor", memory), **named("lstm_critic", memory),
                 **named("mlp_extractor.policy_net", net), **named("mlp_extractor.value_net", net),
                 **named("action_net", out), **named("value_net", nn.Linear(8, 1))}  # fmt: skip
        kind = "sb3_contrib.common.recurrent.policies.RecurrentActorCriticPolicy"
        path = self.zip(state, policy_class=policy_class(kind),
                        observation_space=box([-9] * 5, [9] * 5), action_space=box([-1, -1], [1, 1]))  # fmt: skip
        found, _ = self.exported(path)
        self.assertEqual(found, "input<5>, lstm<6>, lstm<6>, dense<8>, tanh, dense<2>, hard_tanh")
        inputs, outputs = self.golden()
        with torch.no_grad():
            answers = out(net(memory(torch.from_numpy(inputs.copy()))[0])).clamp(-1, 1).numpy()
        self.assertLessEqual(np.abs(answers - outputs).max(), 1e-5)

    def test_sac_and_td3_are_scaled_to_the_bounds(self):
        net, mu = nn.Sequential(nn.Linear(5, 8), nn.ReLU()), nn.Linear(8, 2)
        low, high = torch.tensor([-2.0, 0.5]), torch.tensor([2.0, 1.5])
        for name, state in {
            "stable_baselines3.sac.policies.SACPolicy": {**named("actor.latent_pi", net), **named("actor.mu", mu)},
            "sb3_contrib.tqc.policies.TQCPolicy": {**named("actor.latent_pi", net), **named("actor.mu", mu)},
            "stable_baselines3.td3.policies.TD3Policy": named("actor.mu", nn.Sequential(*net, mu)),
        }.items():
            for bounds, layer in ((box(low, high), ", unstandardize"), (box([-1, -1], [1, 1]), "")):
                path = self.zip(state, policy_class=policy_class(name), action_space=bounds)
                self.assertEqual(self.exported(path)[0], f"input<5>, dense<8>, relu, dense<2>, tanh{layer}")
                squashed = nn.Sequential(net, mu, nn.Tanh())
                self.assert_answers((lambda x: low + (squashed(x) + 1) * (high - low) / 2) if layer else squashed)

    def test_values_of_actions(self):
        net = mlp(5, 8, 3, activation=nn.ReLU)
        state = {**named("q_net.q_net", net), **named("q_net_target.q_net", net)}
        path = self.zip(state, policy_class=policy_class("stable_baselines3.dqn.policies.DQNPolicy"),
                        action_space=discrete(3))
        found, printed = self.exported(path)
        self.assertEqual(found, "input<5>, dense<8>, relu, dense<3>")
        self.assertIn("relu between the layers, the default of sb3-dqn", printed)
        self.assertIn("predict takes the action with the largest", printed)
        self.assert_answers(net)

        quantiles = mlp(5, 8, 7 * 3, activation=nn.ReLU)
        state = {**named("quantile_net.quantile_net", quantiles),
                 **named("quantile_net_target.quantile_net", quantiles)}
        kind = policy_class("sb3_contrib.qrdqn.policies.QRDQNPolicy")
        self.assertEqual(self.exported(self.zip(state, policy_class=kind, action_space=discrete(3)))[0],
                         "input<5>, dense<8>, relu, dense<3>")  # fmt: skip
        self.assert_answers(lambda x: quantiles(x).reshape(-1, 7, 3).mean(1))
        self.refused("are not the same number of quantiles",
                     self.zip(state, policy_class=kind, action_space=discrete(4)))
        self.refused("are not the same number of quantiles", self.path("policy.pth"), "--framework", "sb3-qrdqn")
        many = mlp(5, 8, 400, activation=nn.ReLU)
        torch.save(named("quantile_net.quantile_net", many), self.path("policy.pth"))
        _, printed = self.exported(self.path("policy.pth"), "--framework", "sb3-qrdqn")
        self.assertIn("200 quantiles, the default", printed)
        self.assert_answers(lambda x: many(x).reshape(-1, 200, 2).mean(1))

    def test_ars_is_relu_with_a_tanh_unless_it_is_linear(self):
        net, kind = mlp(5, 8, 2, activation=nn.ReLU), "sb3_contrib.ars.policies.ARSPolicy"
        state, bounds = named("action_net", net), box([-2, -2], [2, 2])
        path = self.zip(state, policy_class=policy_class(kind), action_space=bounds)
        self.assertEqual(self.exported(path)[0], "input<5>, dense<8>, relu, dense<2>, tanh, unstandardize")
        self.assert_answers(lambda x: 2 * net(x).tanh())
        path = self.zip(state, policy_class=policy_class(kind), action_space=bounds,
                        policy_kwargs={"squash_output": False})
        self.assertEqual(self.exported(path)[0], "input<5>, dense<8>, relu, dense<2>, tanh, clamp<2, 1>")
        path = self.zip(state, policy_class=policy_class(kind), action_space=discrete(2))
        self.assertEqual(self.exported(path)[0], "input<5>, dense<8>, relu, dense<2>")
        linear = {"action_net.weight": torch.randn(2, 5)}
        path = self.zip(linear, policy_class=policy_class(kind.replace("ARSP", "ARSLinearP")), action_space=bounds)
        self.assertEqual(self.exported(path)[0], "input<5>, dense<2>, clamp<2, 1>")
        self.assert_answers(lambda x: (x @ linear["action_net.weight"].T).clamp(-2, 2))
        self.refused("has no tensors value_net.*, so it is not of sb3-ppo", self.path("policy.pth"), "--framework",
                     "sb3-ppo")

    def test_images_of_numbers_are_flattened(self):
        net = nn.Sequential(nn.Flatten(), nn.Linear(6, 3))
        path = self.zip(named("q_net.q_net", nn.Sequential(net[1])), action_space=discrete(3),
                        policy_class=policy_class("stable_baselines3.dqn.policies.DQNPolicy"),
                        observation_space=box(np.zeros((2, 3)), np.ones((2, 3))))  # fmt: skip
        self.assertEqual(self.exported(path)[0], "input<2, 3>, flatten, dense<3>")
        self.assert_answers(net, (2, 3))

    def test_a_zip_of_anything_else_ends_in_a_sentence(self):
        _, good = self.ppo()
        with zipfile.ZipFile(good) as archive:
            records = {name: archive.read(name) for name in archive.namelist()}
        for message, changes in {
            "has no": {"data": b"{}"}, "is not a model of Stable-Baselines3": {"data": b"\xff"},
            "are not a dictionary": {"data": b"[]"},
            "cannot be read as a pickle": {"policy.pth": b"junk"},
            "holds a int, not a state_dict": {"policy.pth": pickle.dumps(3)},
        }.items():  # fmt: skip
            with zipfile.ZipFile(self.path("other.zip"), "w") as archive:
                for name, content in {**records, **changes}.items():
                    archive.writestr(name, content)
            message = "does not state the class" if message == "has no" else message
            self.refused(message, self.path("other.zip"))
        with zipfile.ZipFile(self.path("other.zip"), "w") as archive:
            archive.writestr("readme", "")
        self.refused("is not a model of Stable-Baselines3", self.path("other.zip"))

    def test_whatever_a_zip_states_it_ends_in_a_file_or_in_a_sentence(self):
        with classes_of("gymnasium.spaces.box", "Box") as module:
            low_high = [(3, None), (np.zeros(2, complex), np.ones(2, complex)), (np.zeros(0), np.ones(0))]
            odd = [serialized(object_of(module.Box, low=low, high=high)) for low, high in low_high]
        odd += [None, -1, 1.5, float("nan"), "x", [1, 2], {"a": 1}, True, {":serialized:": "!!"}, serialized([1]),
                {"__module__": 3}, {"__module__": "sb3_contrib.x"}, box([1], [2]), box([[1, 2]], [[3, 4]]),
                box([-np.inf, 0], [1, np.nan]), discrete(-2), discrete(0), discrete(2, "MultiBinary"),
                policy_class("sb3_contrib.qrdqn.policies.QRDQNPolicy"), {"activation_fn": 3}, {"activation_fn": []},
                {"squash_output": "yes"}]  # fmt: skip
        exported = 0
        for key in ("policy_class", "policy_kwargs", "observation_space", "action_space"):
            for value in odd:
                _, path = self.ppo(**{key: value})
                for options in ([], ["--framework", "sb3-ppo"], ["--framework", "sb3-qrdqn"], ["--trust"]):
                    status, _, err = self.command(path, self.out, *options)
                    self.assertEqual(err.count("\n"), status, err)
                    self.assertNotIn("a fault of etch_export", err)
                    exported += status == 0
        self.assertGreater(exported, 50)


if __name__ == "__main__":
    unittest.main()
