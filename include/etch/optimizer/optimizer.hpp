#pragma once
// The contract of an optimizer: read this first, then sgd.hpp (four lines), then adam.hpp.
//
// An optimizer is an aggregate of options; its `update` is the rule for one parameter, written once, over lanes. It
// knows nothing about layers: all parameters of a network are one flat array, so are the gradients, and the state is
// `state_slots` such arrays, one after the other. `apply_update` (update.hpp) makes one pass over them.
//
//     struct sign_descent {                                                    // a rule of your own
//         double learning_rate = 1e-3;
//         static constexpr const char* name = "sign_descent";
//         static constexpr std::size_t state_slots = 0;
//
//         template <class T>
//         struct constants {
//             T learning_rate;
//         };
//         template <class T>
//         constexpr constants<T> at(std::uint64_t, T rate) const { return {rate}; }
//
//         template <class V, class T = typename V::value_type>
//         static constexpr void update(V& parameter, V gradient, std::array<V, 0>&, const constants<T>& c) {
//             parameter = select(gradient > 0, parameter - c.learning_rate, parameter + c.learning_rate);
//         }
//     };
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <etch/simd/lanes.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

template <class O, class T>
concept optimizer_of =
    requires(const O options, lanes<T, 1>& parameter, std::array<lanes<T, 1>, O::state_slots>& state) {
        { options.at(std::uint64_t{1}, T{}) } -> std::same_as<typename O::template constants<T>>;
        O::update(parameter, parameter, state, options.at(std::uint64_t{1}, T{}));
    };

/// Options that an optimizer may lack, under the names that other optimizers and libraries give them. Accepts braces
/// that the optimizer does not, for one error message instead of a list of candidates.
struct missing_options {
    double lr = 0, learning_rate = 0, alpha = 0, momentum = 0, dampening = 0, nesterov = 0, beta1 = 0, beta2 = 0;
    double beta_1 = 0, beta_2 = 0, betas[2] = {}, rho = 0, epsilon = 0, eps = 0, weight_decay = 0, decay = 0;
    double amsgrad = 0, centered = 0, clip = 0, clip_norm = 0, clipnorm = 0, warmup = 0, warmup_steps = 0;
};

}  // namespace internal

/// What every optimizer has. Its options are doubles, so that 1 - beta is what PyTorch computes.
/// - `learning_rate`: the rate from which the schedule starts.
/// - `name`: for summaries and logs.
/// - `state_slots`: the numbers of state per parameter; all start at zero.
/// - `constants<T>`, `at(step, rate)`: what is the same for all parameters in one update, in the element type T. `step`
///   counts updates from 1; `rate` is the learning rate that the schedule gives for this one.
/// - `check()`, if it has one: the first option that is out of range, other than the learning rate.
/// - `update(parameter, gradient, state, constants)`: over lanes; state[s] is slot s. A product that feeds a sum is an
///   explicit fma, or a product that is rounded on its own (`fma(a, b, V(0))`): every build gives the same bits.
template <class O>
concept Optimizer = std::is_aggregate_v<O> && requires(const O options) {
    { options.learning_rate } -> std::convertible_to<double>;
    { O::name } -> std::convertible_to<const char*>;
    { O::state_slots } -> std::convertible_to<std::size_t>;
} && internal::optimizer_of<O, float>;

}  // namespace etch::inline ETCH_VARIANT
