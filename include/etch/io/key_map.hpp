#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <etch/io/tensor_names.hpp>
#include <etch/network/tensor_table.hpp>
#include <etch/network/topology.hpp>

namespace etch::inline ETCH_VARIANT {

/// How a framework numbers the layers in its keys.
enum class numbering : std::uint8_t {
    position,            ///< every layer after input, from 0: nn.Sequential
    from_first_trained,  ///< every layer from the first trained one on: a Sequential without a leading normalizer
    trained,             ///< only trained layers are counted
};

/// The mapping from a network's tensors to the keys of a file, and the layout of its matrices. You name the framework,
/// and nothing is guessed: a square matrix does not show whether it has to be transposed.
///
///     etch::load(net, bytes);                                                        // nn.Sequential or saved by etch
///     etch::load(net, bytes, {.prefix = "module."});                                 // wrapped by DataParallel
///     etch::load(net, bytes, {.layers = {"fc1", "fc2", "head"}});                    // a module with names of its own
///     etch::load(net, bytes, etch::stable_baselines3_ppo);
///
/// A key is `prefix`, then `key` with {layer} and {tensor} replaced. {layer} is `layer`, in which {number} is the
/// layer's number and {_number} the same with "_" before it, or nothing for 0.
///
/// `ignored` are keys of the file that belong to no tensor, with * for any characters: everything in the file must be
/// used or listed here. The text is not copied: it must live as long as the map.
struct key_map {
    std::string_view prefix{};
    std::string_view key = "{layer}.{tensor}";
    std::string_view layer = "{number}";
    std::string_view last_layer{};              ///< for the last trained layer, if it has a name of its own
    std::string_view statistics_layer{};        ///< for a normalizer, likewise
    std::array<std::string_view, 16> layers{};  ///< instead of `layer`: the names of all trained layers
    renamed_tensor renamed[8]{};                ///< tensors whose names differ from etch's: {"weight", "kernel"}
    numbering number = numbering::position;
    bool inputs_first = false;    ///< matrices are [inputs, outputs]: transposed when loaded
    bool may_lack_bias = false;   ///< a bias that is not in the file is zero
    bool any_topology = false;    ///< do not compare the topology that etch has written into the file
    double deviation_offset = 0;  ///< added to each deviation: y = (x - mean) / (deviation + offset)
    std::array<std::string_view, 16> ignored{};
};

/// torch.nn.Sequential, and what etch saves.
inline constexpr key_map torch_sequential{};

/// A module with nn.GRU, nn.LSTM or nn.RNN, also in unrolled and bidirectional: PyTorch calls their tensors
/// weight_ih_l0 and so on. Name its layers in a copy: keys.layers = {"gru", "head"}.
inline constexpr key_map torch_recurrent{.renamed = {{"weight_ih", "weight_ih_l0"},
                                                     {"weight_hh", "weight_hh_l0"},
                                                     {"bias_ih", "bias_ih_l0"},
                                                     {"bias_hh", "bias_hh_l0"},
                                                     {"weight_ih_reverse", "weight_ih_l0_reverse"},
                                                     {"weight_hh_reverse", "weight_hh_l0_reverse"},
                                                     {"bias_ih_reverse", "bias_ih_l0_reverse"},
                                                     {"bias_hh_reverse", "bias_hh_l0_reverse"}}};

/// A checkpoint of a trainer (see checkpoint.hpp): the network as last trained, or with the best weights of the fit.
inline constexpr key_map from_checkpoint{.ignored = {"optimizer.*", "best.*"}};
inline constexpr key_map best_of_checkpoint{
    .prefix = "best.", .ignored = {"optimizer.*", "0*", "1*", "2*", "3*", "4*", "5*", "6*", "7*", "8*", "9*"}};

/// The actor of Stable-Baselines3's PPO and A2C: policy.state_dict(). VecNormalize stores its statistics elsewhere.
inline constexpr key_map stable_baselines3_ppo{.layer = "mlp_extractor.policy_net.{number}",
                                               .last_layer = "action_net",
                                               .number = numbering::from_first_trained,
                                               .ignored = {"log_std", "mlp_extractor.value_net.*", "value_net.*"}};

/// The actor of Stable-Baselines3's SAC: its mean action, before the tanh that squashes it.
inline constexpr key_map stable_baselines3_sac{
    .layer = "actor.latent_pi.{number}",
    .last_layer = "actor.mu",
    .number = numbering::from_first_trained,
    .ignored = {"actor.log_std*", "critic.*", "critic_target.*", "log_ent_coef"}};

/// The actor of Stable-Baselines3's TD3 and DDPG.
inline constexpr key_map stable_baselines3_td3{.layer = "actor.mu.{number}",
                                               .number = numbering::from_first_trained,
                                               .ignored = {"actor_target.*", "critic.*", "critic_target.*"}};

/// The actor of legged_gym and rsl_rl: `model_state_dict` of a checkpoint, with its empirical normalizer if the network
/// begins with standardize.
inline constexpr key_map rsl_rl{.layer = "actor.{number}",
                                .statistics_layer = "actor_obs_normalizer",
                                .renamed = {{"mean", "_mean"}, {"deviation", "_std"}},
                                .number = numbering::from_first_trained,
                                .deviation_offset = 1e-2,
                                .ignored = {"critic.*", "std", "log_std", "critic_obs_normalizer.*",
                                            "actor_obs_normalizer._var", "actor_obs_normalizer.count"}};

/// Dense layers of Keras with default names: dense/kernel, dense_1/kernel, ... Keras 2 adds ":0" to each: {.key =
/// "{layer}/{tensor}:0"}.
inline constexpr key_map keras{.key = "{layer}/{tensor}",
                               .layer = "dense{_number}",
                               .renamed = {{"weight", "kernel"}},
                               .number = numbering::trained,
                               .inputs_first = true};

/// scikit-learn's MLPClassifier and MLPRegressor: coefs_[i] as "coefs_0", intercepts_[i] as "intercepts_0".
inline constexpr key_map scikit_learn{.key = "{tensor}_{layer}",
                                      .renamed = {{"weight", "coefs"}, {"bias", "intercepts"}},
                                      .number = numbering::trained,
                                      .inputs_first = true};

namespace internal {

/// A key, composed without a heap.
using key_text = text<192>;

[[nodiscard]] constexpr bool fits(const key_text& key) noexcept { return key.size <= key.characters.size(); }

/// Whether `pattern`, in which * stands for any characters, matches all of `key`.
[[nodiscard]] constexpr bool matches(std::string_view pattern, std::string_view key) noexcept {
    std::size_t p = 0, k = 0, star = pattern.npos, resume = 0;
    while (k < key.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = k;
        } else if (p < pattern.size() && pattern[p] == key[k]) {
            ++p;
            ++k;
        } else if (star != pattern.npos) {  // the last * matches one more character
            p = star + 1;
            k = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

[[nodiscard]] constexpr bool is_ignored(const key_map& keys, std::string_view key) noexcept {
    for (const std::string_view pattern : keys.ignored)
        if (!pattern.empty() && matches(pattern, key)) return true;
    return false;
}

/// Which layers of a network are trained, as far as it affects keys.
struct layer_count {
    std::size_t first = 0, last = 0;  ///< the first and last trained ones
    std::size_t before = 0;           ///< how many come before the layer in question

    constexpr layer_count(std::span<const network_tensor> tensors, std::size_t layer) noexcept {
        bool seen = false;
        for (const network_tensor& t : tensors) {
            if (t.role == parameter_role::fitted || (seen && t.layer == last)) continue;
            if (!seen) first = t.layer;
            if (t.layer < layer) ++before;
            last = t.layer;
            seen = true;
        }
    }
};

constexpr void append_layer(key_text& to, std::string_view pattern, std::size_t number) noexcept {
    while (!pattern.empty()) {
        constexpr std::string_view plain = "{number}", joined = "{_number}";
        if (pattern.starts_with(plain)) {
            to.append_integer(number);
            pattern.remove_prefix(plain.size());
        } else if (pattern.starts_with(joined)) {
            if (number != 0) to.append('_').append_integer(number);
            pattern.remove_prefix(joined.size());
        } else {
            to.append(pattern.front());
            pattern.remove_prefix(1);
        }
    }
}

/// The name of a tensor, "weight" or "0.weight", with the framework's name for its last part.
constexpr void append_tensor(key_text& to, const key_map& keys, const network_tensor& tensor) noexcept {
    const std::string_view name = tensor.name.text, own = own_name(name);
    to.append({name.data(), name.size() - own.size()});
    to.append(renamed(own, tensor, keys.renamed));
}

/// The key of tensor `index`, with `prefix` in place of the map's.
[[nodiscard]] constexpr key_text key_of(const key_map& keys, std::span<const network_tensor> tensors, std::size_t index,
                                        std::string_view prefix) noexcept {
    const network_tensor& tensor = tensors[index];
    const layer_count count{tensors, tensor.layer};
    const bool trained = tensor.role != parameter_role::fitted;
    const std::size_t skipped = tensor.layer < count.first ? 0 : count.first;  // a normalizer comes before the first
    const std::size_t number = keys.number == numbering::position             ? tensor.layer
                               : keys.number == numbering::from_first_trained ? tensor.layer - skipped
                                                                              : count.before;
    constexpr std::string_view unnamed = "<not named in layers>";  // for the message about a missing key
    std::string_view layer = keys.layer;
    if (!trained && !keys.statistics_layer.empty())
        layer = keys.statistics_layer;
    else if (trained && !keys.layers[0].empty())
        layer = count.before < keys.layers.size() && !keys.layers[count.before].empty() ? keys.layers[count.before]
                                                                                        : unnamed;
    else if (trained && tensor.layer == count.last && !keys.last_layer.empty())
        layer = keys.last_layer;

    key_text to;
    to.append(prefix);
    for (std::string_view rest = keys.key; !rest.empty();) {
        constexpr std::string_view for_layer = "{layer}", for_tensor = "{tensor}";
        if (rest.starts_with(for_layer)) {
            append_layer(to, layer, number);
            rest.remove_prefix(for_layer.size());
        } else if (rest.starts_with(for_tensor)) {
            append_tensor(to, keys, tensor);
            rest.remove_prefix(for_tensor.size());
        } else {
            to.append(rest.front());
            rest.remove_prefix(1);
        }
    }
    return to;
}
[[nodiscard]] constexpr key_text key_of(const key_map& keys, std::span<const network_tensor> tensors,
                                        std::size_t index) noexcept {
    return key_of(keys, tensors, index, keys.prefix);
}

}  // namespace internal

}  // namespace etch::inline ETCH_VARIANT
