#pragma once
// One layer by itself, over memory of its own: what the tests of all layers are made with.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <etch/network/chain.hpp>

namespace etch_test {

template <class T, class L, etch::shape In, std::size_t Columns>
struct lone_layer {
    using chain = etch::chain<T, In, L>;
    using step_type = typename chain::template step<1, Columns>;
    static constexpr std::size_t inputs = In.size(), outputs = chain::output_shape.size();
    using input_matrix = etch::matrix<T, inputs, Columns>;
    using output_matrix = etch::matrix<T, outputs, Columns>;

    std::array<T, chain::trained_count> parameters{}, gradients{};
    std::array<T, chain::statistic_count> statistics{};
    std::array<T, step_type::plan.size + 1> workspace{};
    std::array<T, chain::template inference_size<1>(Columns) + 1> inference_workspace{};
    etch::seed from{1};

    constexpr lone_layer() { chain::initialize({parameters.data(), statistics.data()}, etch::seed{2}); }

    /// The forward pass of training.
    constexpr output_matrix forward(const input_matrix& x) { return output_matrix(step(x).forward()); }

    /// The backward pass, after `forward` of the same x: adds to `gradients`, gives the gradient of the input.
    constexpr input_matrix backward(const input_matrix& x, const output_matrix& grad_y) {
        return input_matrix(step(x).backward(grad_y));
    }

    /// The forward pass outside of training.
    constexpr output_matrix infer(const input_matrix& x) {
        output_matrix y;
        chain::template infer<1>({parameters.data(), statistics.data()}, x.view(), y.view(), inference_workspace.data());
        return y;
    }

private:
    constexpr step_type step(const input_matrix& x) {
        return {{parameters.data(), statistics.data()}, gradients.data(), x.view(), workspace.data(), from};
    }
};

/// Numbers between -2 and 2 without pattern, none nearer to 0, 1 or -1, where some activations have kinks, than 0.001.
template <class T, std::size_t Rows, std::size_t Columns>
constexpr etch::matrix<T, Rows, Columns> scattered(std::uint64_t from) {
    etch::matrix<T, Rows, Columns> numbers;
    etch::random_generator random{etch::seed{from}};
    for (T& x : numbers) {
        const T candidate = random.uniform<T>() * 4 - 2;
        const T away = candidate < 0 ? -candidate : candidate;
        const bool near_kink = away < T(0.001) || (away > T(0.999) && away < T(1.001));
        x = near_kink ? candidate + T(0.01) : candidate;
    }
    return numbers;
}

/// What the gradient checks ask for: the relative error, where gradients below 1e-3 are held against 1e-3. Central
/// differences with a step of 1e-5 in double err by about 1e-10: 1e-6 (cut off) + 1e-16 / 1e-5 (rounding) of the
/// function's size.
inline constexpr double gradient_tolerance = 1e-6;

inline double relative_error(double numeric, double analytic) {
    return std::abs(numeric - analytic) / std::max({std::abs(numeric), std::abs(analytic), 1e-3});
}

/// The worst relative error of the gradients of Σ r ⊙ f(x), r fixed, for every parameter and every input of a layer.
template <class L, etch::shape In, std::size_t Columns>
double worst_gradient(lone_layer<double, L, In, Columns>& layer) {
    using lone = lone_layer<double, L, In, Columns>;
    auto x = scattered<double, lone::inputs, Columns>(11);
    const auto r = scattered<double, lone::outputs, Columns>(12);
    const auto value = [&] {
        const auto y = layer.forward(x);
        double sum = 0;
        for (std::size_t i = 0; i < y.size(); ++i) sum += r[i] * y[i];
        return sum;
    };
    (void)layer.forward(x);
    layer.gradients.fill(0);
    const auto dx = layer.backward(x, r);
    const auto gradients = layer.gradients;
    double worst = 0;
    const auto probe = [&](double& number, double analytic) {
        constexpr double h = 1e-5;
        const double kept = number;
        number = kept + h;
        const double above = value();
        number = kept - h;
        const double below = value();
        number = kept;
        const double error = relative_error((above - below) / (2 * h), analytic);
        if (!(error <= worst)) worst = error;  // a NaN stays
    };
    for (std::size_t i = 0; i < x.size(); ++i) probe(x[i], dx[i]);
    for (std::size_t i = 0; i < gradients.size(); ++i) probe(layer.parameters[i], gradients[i]);
    return worst;
}

template <class L, etch::shape In, std::size_t Columns>
double worst_gradient() {
    lone_layer<double, L, In, Columns> layer;
    return worst_gradient(layer);
}

/// The largest distance from the reference, in units of 2^-24 of the larger of 1 and the reference's size: half a unit is
/// what rounding the exact number may cost.
template <class Numbers, class Reference>
double worst_distance(const Numbers& got, const Reference& known, std::size_t count) {
    double worst = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double size = std::max(1.0, std::abs(static_cast<double>(known[i])));
        const double distance = std::abs(static_cast<double>(got[i]) - static_cast<double>(known[i])) / size * 0x1p24;
        if (!(distance <= worst)) worst = distance;
    }
    return worst;
}

/// In how many places the bits differ.
template <class A, class B>
std::size_t different_bits(const A& a, const B& b, std::size_t count) {
    std::size_t different = 0;
    for (std::size_t i = 0; i < count; ++i)
        different += std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i]);
    return different;
}

/// Whether a batch has, column by column, the bits that its samples have alone, inside and outside of training.
template <class L, etch::shape In, std::size_t Columns>
bool same_alone(lone_layer<float, L, In, Columns>& batch) {
    using lone = lone_layer<float, L, In, Columns>;
    lone_layer<float, L, In, 1> single;
    single.parameters = batch.parameters;
    single.statistics = batch.statistics;
    const auto x = scattered<float, lone::inputs, Columns>(21);
    const auto together = batch.infer(x), trained = batch.forward(x);
    std::size_t different = different_bits(together, trained, together.size());
    for (std::size_t j = 0; j < Columns; ++j) {
        const auto alone = single.infer(etch::vector<float, lone::inputs>(x.column(j)));
        different += different_bits(alone, together.data() + j * lone::outputs, lone::outputs);
    }
    return different == 0;
}

/// Calls f.operator()<Size>() with sizes around the multiples of 4, 8 and 16 lanes.
template <class F>
void for_edge_sizes(F f) {
    [&]<std::size_t... Size>(std::index_sequence<Size...>) {
        (f.template operator()<Size>(), ...);
    }(std::index_sequence<1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33>{});
}

}  // namespace etch_test
