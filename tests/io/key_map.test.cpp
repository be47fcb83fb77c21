#include <etch/io/key_map.hpp>

#include <string>

#include <etch/inference.hpp>

#include "support/catch.hpp"

namespace {

using etch::internal::matches;

/// An actor as robots use it, with a normalizer in front.
using actor = etch::network<etch::input<4>, etch::standardize, etch::dense<8>, etch::tanh, etch::dense<8>, etch::tanh,
                            etch::dense<2>>;

std::string keys_of(const etch::key_map& map) {
    std::string keys;
    for (std::size_t i = 0; i < etch::tensors_of<actor>.size(); ++i) {
        const auto key = etch::internal::key_of(map, etch::tensors_of<actor>, i);
        CHECK(etch::internal::fits(key));
        keys += (i == 0 ? "" : " ") + std::string{key.view()};
    }
    return keys;
}

}  // namespace

TEST_CASE("keys are those that the frameworks give") {
    CHECK(keys_of({}) == "0.mean 0.deviation 1.weight 1.bias 3.weight 3.bias 5.weight 5.bias");
    CHECK(
        keys_of({.prefix = "module."}) ==
        "module.0.mean module.0.deviation module.1.weight module.1.bias module.3.weight module.3.bias module.5.weight "
        "module.5.bias");
    CHECK(keys_of({.prefix = "_orig_mod.", .statistics_layer = "norm", .layers = {"fc1", "fc2", "head"}}) ==
          "_orig_mod.norm.mean _orig_mod.norm.deviation _orig_mod.fc1.weight _orig_mod.fc1.bias _orig_mod.fc2.weight "
          "_orig_mod.fc2.bias _orig_mod.head.weight _orig_mod.head.bias");
    CHECK(
        keys_of(etch::rsl_rl) ==
        "actor_obs_normalizer._mean actor_obs_normalizer._std actor.0.weight actor.0.bias actor.2.weight actor.2.bias "
        "actor.4.weight actor.4.bias");
    const auto without_normalizer = [](const etch::key_map& map) {
        const std::string keys = keys_of(map);
        return keys.substr(keys.find(' ', keys.find(' ') + 1) + 1);
    };
    CHECK(without_normalizer(etch::stable_baselines3_ppo) ==
          "mlp_extractor.policy_net.0.weight mlp_extractor.policy_net.0.bias mlp_extractor.policy_net.2.weight "
          "mlp_extractor.policy_net.2.bias action_net.weight action_net.bias");
    CHECK(without_normalizer(etch::stable_baselines3_sac) ==
          "actor.latent_pi.0.weight actor.latent_pi.0.bias actor.latent_pi.2.weight actor.latent_pi.2.bias "
          "actor.mu.weight actor.mu.bias");
    CHECK(without_normalizer(etch::stable_baselines3_td3) ==
          "actor.mu.0.weight actor.mu.0.bias actor.mu.2.weight actor.mu.2.bias actor.mu.4.weight actor.mu.4.bias");
    CHECK(without_normalizer(etch::keras) ==
          "dense/kernel dense/bias dense_1/kernel dense_1/bias dense_2/kernel dense_2/bias");
    CHECK(without_normalizer(etch::scikit_learn) == "coefs_0 intercepts_0 coefs_1 intercepts_1 coefs_2 intercepts_2");
}

TEST_CASE("a normalizer before the first layer that is counted has a key that can be read") {
    CHECK(keys_of(etch::stable_baselines3_ppo).starts_with("mlp_extractor.policy_net.0.mean "));
}

TEST_CASE("a layer that was forgotten in the list of names is told as such") {
    CHECK(keys_of({.layers = {"fc1", "fc2"}}).ends_with(" <not named in layers>.weight <not named in layers>.bias"));
}

TEST_CASE("a residual's tensors keep their place in it") {
    using net = etch::network<etch::input<4>, etch::dense<4>, etch::residual<etch::dense<4>, etch::relu>>;
    etch::key_map keras = etch::keras;
    keras.key = "{layer}.{tensor}";
    CHECK(etch::internal::key_of({}, etch::tensors_of<net>, 2).view() == "1.0.weight");
    CHECK(etch::internal::key_of(keras, etch::tensors_of<net>, 2).view() == "dense_1.0.kernel");
}

TEST_CASE("a key that is too long does not fit, and is not cut short") {
    const std::string prefix(200, 'x');
    const auto key = etch::internal::key_of({.prefix = prefix}, etch::tensors_of<actor>, 0);
    CHECK_FALSE(etch::internal::fits(key));
}

TEST_CASE("patterns match with stars for any characters") {
    CHECK(matches("std", "std"));
    CHECK_FALSE(matches("std", "log_std"));
    CHECK(matches("critic.*", "critic.0.weight"));
    CHECK_FALSE(matches("critic.*", "critic"));
    CHECK(matches("*.bias", "a.b.bias"));
    CHECK_FALSE(matches("*.bias", "a.biases"));
    CHECK(matches("*", ""));
    CHECK(matches("a*b*c", "axxbyybzzc"));
    CHECK_FALSE(matches("a*b*c", "axxbyybzz"));
    CHECK(matches("**", "x"));
    CHECK_FALSE(matches("", "x"));
    const etch::key_map map{.ignored = {"std", "critic.*"}};
    CHECK(etch::internal::is_ignored(map, "critic.2.bias"));
    CHECK_FALSE(etch::internal::is_ignored(map, ""));
    CHECK_FALSE(etch::internal::is_ignored(map, "actor.0.bias"));
}

TEST_CASE("a tensor can be renamed in every layer, or in those of one name alone") {
    using norms = etch::network<etch::input<3>, etch::dense<3>, etch::layer_norm<>, etch::residual<etch::dense<3>>>;
    const auto keys_of_norms = [](const etch::key_map& map) {
        std::string keys;
        for (std::size_t i = 0; i < etch::tensors_of<norms>.size(); ++i)
            keys += std::string{etch::internal::key_of(map, etch::tensors_of<norms>, i).view()} + " ";
        return keys;
    };
    CHECK(keys_of_norms({.renamed = {{"weight", "kernel"}}}) == "0.kernel 0.bias 1.kernel 1.bias 2.0.kernel 2.0.bias ");
    CHECK(keys_of_norms(
              {.renamed = {{"weight", "kernel"}, {"layer_norm.weight", "gamma"}, {"layer_norm.bias", "beta"}}}) ==
          "0.kernel 0.bias 1.gamma 1.beta 2.0.kernel 2.0.bias ");
    CHECK(keys_of_norms({.renamed = {{"layer_norm.weight", "gamma"}, {"weight", "kernel"}}}) ==  // in any order
          "0.kernel 0.bias 1.gamma 1.bias 2.0.kernel 2.0.bias ");
    CHECK(keys_of_norms(
              {.renamed = {{"dense.weight", "w"}, {"layer.weight", "no layer's"}, {"weights", "no tensor's"}}}) ==
          "0.w 0.bias 1.weight 1.bias 2.0.weight 2.0.bias ");
}

TEST_CASE("the tensors of a recurrent layer are called as in torch.nn.GRU") {
    using amp = etch::network<etch::input<3>, etch::gru<4>, etch::dense<2>>;
    etch::key_map map = etch::torch_recurrent;
    map.layers = {"gru", "head"};
    std::string keys;
    for (std::size_t i = 0; i < etch::tensors_of<amp>.size(); ++i)
        keys += std::string{etch::internal::key_of(map, etch::tensors_of<amp>, i).view()} + " ";
    CHECK(keys == "gru.weight_ih_l0 gru.weight_hh_l0 gru.bias_ih_l0 gru.bias_hh_l0 head.weight head.bias ");
}

TEST_CASE("it is known of every tensor of etch's what a framework may do with it") {
    etch::all_layers::for_each([]<class Row>() {
        for (const etch::network_tensor& tensor :
             etch::tensors_of<etch::network<typename Row::example_input, typename Row::layer>>) {
            bool is_known = false;
            for (const auto& known : etch::internal::tensor_kinds)
                is_known |= known.tensor == etch::internal::own_name(tensor.name.text);
            INFO(Row::layer::name << " has " << tensor.name.text << ", which has no row in io/tensor_names.hpp");
            CHECK(is_known);
        }
    });
}

TEST_CASE("what a tensor is follows from its name, not from that of its layer") {
    using etch::internal::tensor_kind;
    const auto kind = [](const char* name) { return etch::internal::kind_of({.name = name}); };
    CHECK(kind("weight") == tensor_kind::matrix);
    CHECK(kind("0.weight_hh") == tensor_kind::matrix);
    CHECK(kind("3.0.bias") == tensor_kind::bias);
    CHECK(kind("bias_ih") == tensor_kind::bias);
    CHECK(kind("deviation") == tensor_kind::deviation);
    CHECK(kind("mean") == tensor_kind::numbers);
    CHECK(kind("table of the user's") == tensor_kind::matrix);
    const etch::network_tensor matrix{.name = "weight", .extents = {2, 3}},
        table{.name = "running_mean", .extents = {2, 3}};
    CHECK(etch::internal::is_reversed(matrix, true));
    CHECK_FALSE(etch::internal::is_reversed(matrix, false));
    CHECK_FALSE(etch::internal::is_reversed(table, true));
}
