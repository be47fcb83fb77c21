// Eigen with fixed sizes: a step is products of a matrix and a column; of a block, what does not depend on the step
// before is a product with a column per step, a convolution after copying what it sees (im2col).
#include <bit>
#include <cstddef>
#include <tuple>
#include <utility>

#include "eigen_contestant.hpp"

namespace {

constexpr std::size_t steps = bench::steps_per_block;

/// From the order of exchange, which is by rows.
template <class Matrix>
void copy_weights(const float* from, Matrix& to) {
    for (int o = 0; o < to.rows(); ++o)
        for (int k = 0; k < to.cols(); ++k) to(o, k) = *from++;
}

template <bench::stream_layer Of, std::size_t In>
class recurrent {
public:
    explicit recurrent(const float* from) {
        copy_weights(from, ih_);
        copy_weights(from + rows * In, hh_);
        bias_ih_ = const_view<rows, 1>(from + rows * (In + units));
        bias_hh_ = const_view<rows, 1>(from + rows * (In + units) + rows);
        h_.setZero();
        cell_.setZero();
    }

    void step(const float* x, float* y) {
        of_x_ = bias_ih_;
        of_x_.noalias() += ih_ * const_view<In, 1>(x);
        advance(of_x_, y);
    }
    void block(const float* x, float* y) {
        all_.noalias() = ih_ * const_view<In, steps>(x);
        all_.colwise() += bias_ih_;
        for (std::size_t t = 0; t < steps; ++t) {
            of_x_ = all_.col(static_cast<int>(t));
            advance(of_x_, y + t * units);
        }
    }

private:
    static constexpr std::size_t units = Of.outputs, rows = Of.rows();
    static constexpr int size = static_cast<int>(units);

    void advance(matrix<rows, 1>& sums, float* y) {
        of_h_ = bias_hh_;
        of_h_.noalias() += hh_ * h_;
        const auto first = [](auto& of, int gate) { return of.template segment<size>(gate * size).array(); };
        if constexpr (Of.what == bench::stream_layer::gru) {
            sums.template head<2 * size>() += of_h_.template head<2 * size>();
            sums.template head<2 * size>() = sums.template head<2 * size>().array().logistic().matrix();
            first(sums, 2) = (first(sums, 2) + first(sums, 0) * first(of_h_, 2)).tanh();
            h_ = (first(sums, 2) + first(sums, 1) * (h_.array() - first(sums, 2))).matrix();
        } else {
            sums += of_h_;
            sums.template head<2 * size>() = sums.template head<2 * size>().array().logistic().matrix();
            cell_ = (first(sums, 1) * cell_.array() + first(sums, 0) * first(sums, 2).tanh()).matrix();
            h_ = (first(sums, 3).logistic() * cell_.array().tanh()).matrix();
        }
        view<units, 1>{y} = h_;
    }

    matrix<rows, In> ih_;
    matrix<rows, units> hh_;
    matrix<rows, 1> bias_ih_, bias_hh_, of_x_, of_h_;
    matrix<rows, steps> all_;
    matrix<units, 1> h_, cell_;
};

/// A dense layer too: a convolution of length 1.
template <bench::stream_layer Of, std::size_t In>
class convolution {
public:
    explicit convolution(const float* from) {
        copy_weights(from, weight_);
        bias_ = const_view<outputs, 1>(from + outputs * seen);
        ring_.setZero();
        signal_.setZero();
    }

    void step(const float* x, float* y) {
        ring_.col(static_cast<int>(at_)) = const_view<In, 1>(x);
        for (std::size_t k = 0; k < Of.length; ++k) {
            const std::size_t place = (at_ - (Of.length - 1 - k) * Of.dilation) & (places - 1);
            seen_.template segment<in>(static_cast<int>(k) * in) = ring_.col(static_cast<int>(place));
        }
        matrix<outputs, 1> z = bias_;
        z.noalias() += weight_.lazyProduct(seen_);
        activate<Of.after>(z);
        view<outputs, 1>{y} = z;
        at_ = (at_ + 1) & (places - 1);
    }

    void block(const float* x, float* y) {
        signal_.template rightCols<count>() = const_view<In, steps>(x);
        for (std::size_t k = 0; k < Of.length; ++k)
            patches_.template middleRows<in>(static_cast<int>(k) * in) =
                signal_.template middleCols<count>(static_cast<int>(k * Of.dilation));
        view<outputs, steps> z{y};
        z.noalias() = weight_ * patches_;
        z.colwise() += bias_;
        activate<Of.after>(z);
        for (std::size_t t = 0; t < before; ++t)
            signal_.col(static_cast<int>(t)) = signal_.col(static_cast<int>(t + steps));
    }

private:
    static constexpr std::size_t outputs = Of.outputs, seen = In * Of.length, before = Of.remembered();
    static constexpr std::size_t places = std::bit_ceil(before + 1);
    static constexpr int in = static_cast<int>(In), count = static_cast<int>(steps);
    matrix<outputs, seen> weight_;
    matrix<outputs, 1> bias_;
    matrix<In, places> ring_;
    matrix<seen, 1> seen_;
    matrix<In, before + steps> signal_;
    matrix<seen, steps> patches_;
    std::size_t at_ = 0;
};

template <bench::stream_layer Of, std::size_t In>
struct layer_of {
    using type = convolution<Of, In>;
};
template <bench::stream_layer Of, std::size_t In>
    requires(Of.is_recurrent())
struct layer_of<Of, In> {
    using type = recurrent<Of, In>;
};

template <class Network, class Indices>
class layers_of;
template <class Network, std::size_t... I>
class layers_of<Network, std::index_sequence<I...>> {
public:
    explicit layers_of(const float* parameters) : layers_{parameters + Network::offset(I)...} {}

    void step(const float* from, float* to) {
        alignas(64) float values[2][Network::widest];
        ((std::get<I>(layers_).step(I == 0 ? from : values[I % 2], I + 1 == Network::depth ? to : values[(I + 1) % 2])),
         ...);
    }
    void block(const float* from, float* to) {
        alignas(64) float values[2][steps * Network::widest];
        ((std::get<I>(layers_).block(I == 0 ? from : values[I % 2],
                                     I + 1 == Network::depth ? to : values[(I + 1) % 2])),
         ...);
    }

private:
    std::tuple<typename layer_of<Network::layers[I], Network::input_of(I)>::type...> layers_;
};

template <class Network>
using stream = layers_of<Network, std::make_index_sequence<Network::depth>>;

const bool registered = [] {
    bench::add_all_streams<stream>("eigen");
    return true;
}();

}  // namespace
