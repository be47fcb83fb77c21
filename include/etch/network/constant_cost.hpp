#pragma once
#include <cstddef>
#include <cstdint>

#include <etch/network/network.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// What an answer costs in a constant expression, in steps as clang counts them, at most. Held against clang 19, with
/// weights that are not round: 250,900 steps for 17-64-64-6 with tanh, 1,375,700 for 48-256-64-64-12 with elu.
struct answer_steps {
    static constexpr std::uint64_t call = 1500;
    static constexpr std::uint64_t fused_multiply_add = 38, multiply_add = 16;  // fused it is computed exactly
    static constexpr std::uint64_t number = 750;  // of any other layer, as of softplus; of tanh 330
};

}  // namespace internal

/// How many steps, as clang counts them, an answer to one sample takes in a constant expression, at most. g++ counts
/// operations instead, and stops at 33,554,432 of them by itself.
template <class Network>
[[nodiscard]] constexpr std::uint64_t constant_answer_steps() noexcept {
    using each = internal::answer_steps;
    constexpr std::uint64_t multiply_add = fused_multiply_add ? each::fused_multiply_add : each::multiply_add;
    std::uint64_t steps = each::call;
    for (const auto& layer : Network::layers::infos)
        steps += multiply_add * layer.multiply_adds + (layer.parameters == 0 ? each::number * layer.output.size() : 0);
    return steps;
}

/// The same of a training: `updates` updates from batches of `batch` samples. 60 a multiply-add and 850 an output of an
/// activation, forward and backward; 60 a parameter and update. Held against clang 19 for an update of 12, 45 and 768
/// multiply-adds from batches of four (27,000, 39,100 and 330,100 steps, momentum), and right within a third.
template <class Network>
[[nodiscard]] constexpr std::uint64_t constant_training_steps(std::uint64_t updates, std::uint64_t batch) noexcept {
    std::uint64_t sample = 0;
    for (const auto& layer : Network::layers::infos)
        sample += 60 * layer.multiply_adds + (layer.parameters == 0 ? 850 * layer.output.size() : 0);
    return updates * (batch * sample + 60 * Network::parameter_count);
}

/// Ends the build with a sentence and the sizes where a network is too large to answer in a constant expression, before
/// the compiler has tried and says that a loop has no end. `Allowed` is clang's own limit; who raises that
/// (-fconstexpr-steps, or -fconstexpr-ops-limit with g++) says here to how much.
/// Does not compile where it is too much: "etch: this network takes more steps than a constant expression may".
template <class Network, std::uint64_t Allowed = 1'048'576>
consteval void check_constant_answer() noexcept {
    constexpr std::uint64_t needed = constant_answer_steps<Network>();
    static_assert(needed <= Allowed,
                  "etch: this network takes more steps than a constant expression may: take a smaller "
                  "one, or raise the compiler's limit and the last argument with it");
}

/// The same of a training.
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
