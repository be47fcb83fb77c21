#pragma once
#include <cstddef>
#include <cstdint>

#include <etch/network/network.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// An upper bound for the cost of an output in a constant expression, in clang's steps. Checked against clang 19, with
/// weights that are not round: 250,900 steps for 17-64-64-6 with tanh, 1,375,700 for 48-256-64-64-12 with elu.
struct answer_steps {
    static constexpr std::uint64_t call = 1500;
    static constexpr std::uint64_t fused_multiply_add = 38, multiply_add = 16;  // fused, it is emulated exactly
    static constexpr std::uint64_t number = 750;  // per element of any other layer, such as softplus; tanh takes 330
};

}  // namespace internal

/// An upper bound for the steps, as clang counts them, of one sample's output in a constant expression. g++ counts
/// operations instead, with a default limit of 33,554,432.
template <class Network>
[[nodiscard]] constexpr std::uint64_t constant_answer_steps() noexcept {
    using each = internal::answer_steps;
    constexpr std::uint64_t multiply_add = fused_multiply_add ? each::fused_multiply_add : each::multiply_add;
    std::uint64_t steps = each::call;
    for (const auto& layer : Network::layers::infos)
        steps += multiply_add * layer.multiply_adds + (layer.parameters == 0 ? each::number * layer.output.size() : 0);
    return steps;
}

/// The same for training: `updates` updates from batches of `batch` samples. 60 per multiply-add and 850 per output of
/// an activation, forward and backward; 60 per parameter and update. Checked against clang 19 for an update of 12, 45
/// and 768 multiply-adds from batches of four (27,000, 39,100 and 330,100 steps, momentum), and right to within a
/// third.
template <class Network>
[[nodiscard]] constexpr std::uint64_t constant_training_steps(std::uint64_t updates, std::uint64_t batch) noexcept {
    std::uint64_t sample = 0;
    for (const auto& layer : Network::layers::infos)
        sample += 60 * layer.multiply_adds + (layer.parameters == 0 ? 850 * layer.output.size() : 0);
    return updates * (batch * sample + 60 * Network::parameter_count);
}

/// Stops the build with a message and the sizes if a network is too large for a constant expression, before the
/// compiler tries and reports an endless loop. `Allowed` is clang's default limit; if you raise that
/// (-fconstexpr-steps, or -fconstexpr-ops-limit with g++), pass the new limit here. Does not compile if it is exceeded:
/// "etch: this network takes more steps than a constant expression may".
template <class Network, std::uint64_t Allowed = 1'048'576>
consteval void check_constant_answer() noexcept {
    constexpr std::uint64_t needed = constant_answer_steps<Network>();
    static_assert(needed <= Allowed,
                  "etch: this network takes more steps than a constant expression may: take a smaller "
                  "one, or raise the compiler's limit and the last argument with it");
}

/// The same for training.
///
///     constexpr gate train() {
///         etch::check_constant_training<gate, 25, 4>();  // 25 updates from batches of 4
template <class Network, std::uint64_t Updates, std::uint64_t Batch, std::uint64_t Allowed = 1'048'576>
consteval void check_constant_training() noexcept {
    constexpr std::uint64_t needed = constant_training_steps<Network>(Updates, Batch);
    static_assert(
        needed <= Allowed,
        "etch: this training takes more steps than a constant expression may: take fewer updates or a smaller "
        "network, or raise the compiler's limit and the last argument with it");
}

}  // namespace etch::inline ETCH_VARIANT
