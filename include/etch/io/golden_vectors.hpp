#pragma once
#include <cstddef>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

/// How much a network may differ from its source, in units of the largest golden output: sums of floats in a different
/// order differ by a few units in the last place of their terms, 6e-8 each.
inline constexpr double golden_tolerance = 1e-5;

/// Golden vectors as part of a program: samples with the outputs of the model that the weights come from. An etched
/// header contains them, and asserts that its network agrees:
///
///     static_assert(walk_golden.agree(walk, 0), "etch: walk does not match the original model ...");
///
/// or, for a network with state, that `agreeing_steps` is all of them.
template <std::size_t Count, std::size_t Inputs, std::size_t Outputs>
struct golden_vectors {
    static constexpr std::size_t count = Count;

    float inputs[Count][Inputs];
    float outputs[Count][Outputs];

    /// The largest magnitude among all outputs.
    [[nodiscard]] constexpr double scale() const noexcept {
        double largest = 0;
        for (const auto& answer : outputs)
            for (const float y : answer) largest = magnitude(y) > largest ? magnitude(y) : largest;
        return largest;
    }

    /// Whether no output of a network for golden vector `v` differs by more than `tolerance` of the scale.
    template <class Network>
    [[nodiscard]] constexpr bool agree(const Network& net, std::size_t v,
                                       double tolerance = golden_tolerance) const noexcept {
        return within(net(inputs[v]), v, tolerance * scale());
    }

    /// The same for a network with state, whose golden vectors are the steps of one sequence that begins at zero: the
    /// first that the network disagrees with, or `steps` if there is none among so many.
    template <class Network>
    [[nodiscard]] constexpr std::size_t agreeing_steps(const Network& net, std::size_t steps,
                                                       double tolerance = golden_tolerance) const noexcept {
        const double allowed = tolerance * scale();
        typename Network::state state{};
        for (std::size_t v = 0; v < steps; ++v)
            if (!within(net(inputs[v], state), v, allowed)) return v;
        return steps;
    }

private:
    [[nodiscard]] constexpr bool within(const auto& answer, std::size_t v, double allowed) const noexcept {
        for (std::size_t i = 0; i < Outputs; ++i)
            if (!(magnitude(static_cast<double>(answer[i]) - static_cast<double>(outputs[v][i])) <= allowed))
                return false;  // also for NaN
        return true;
    }
    [[nodiscard]] static constexpr double magnitude(double x) noexcept { return x < 0 ? -x : x; }
};

}  // namespace etch::inline ETCH_VARIANT
