// Hand-written loops over the steps of a stream, with -O3 -ffast-math: weights by rows (a dot product for each output)
// or by columns (each input is spread over the outputs). A block goes layer by layer through memory that holds the
// inputs before it too; in `planes` a convolution's weight is spread over the steps of a channel.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <tuple>
#include <utility>

#include "activations.hpp"
#include "contestant.hpp"

namespace {

constexpr std::size_t steps = bench::steps_per_block;

enum class layout { rows, columns, planes };

/// y += W x.
template <layout Layout, std::size_t Rows, std::size_t Columns>
inline void add_product(const float* __restrict weight, const float* __restrict x, float* __restrict y) {
    if constexpr (Layout == layout::rows || Rows < 8) {
        for (std::size_t o = 0; o < Rows; ++o)
            for (std::size_t k = 0; k < Columns; ++k) y[o] += weight[o * Columns + k] * x[k];
    } else {
        for (std::size_t k = 0; k < Columns; ++k)
            for (std::size_t o = 0; o < Rows; ++o) y[o] += weight[k * Rows + o] * x[k];
    }
}

/// From the order of exchange, which is by rows.
template <layout Layout, std::size_t Rows, std::size_t Columns>
void copy_weights(const float* from, float* to) {
    for (std::size_t o = 0; o < Rows; ++o)
        for (std::size_t k = 0; k < Columns; ++k)
            to[Layout == layout::rows || Rows < 8 ? o * Columns + k : k * Rows + o] = from[o * Columns + k];
}

template <layout Layout, bench::stream_layer Of, std::size_t In>
class recurrent {
public:
    explicit recurrent(const float* from) {
        copy_weights<Layout, rows, In>(from, ih_);
        copy_weights<Layout, rows, units>(from + rows * In, hh_);
        std::copy_n(from + rows * (In + units), rows, bias_ih_);
        std::copy_n(from + rows * (In + units) + rows, rows, bias_hh_);
    }

    void step(const float* x, float* y) {
        alignas(64) float of_x[rows], of_h[rows];
        std::copy_n(bias_ih_, rows, of_x);
        std::copy_n(bias_hh_, rows, of_h);
        add_product<Layout, rows, In>(ih_, x, of_x);
        add_product<Layout, rows, units>(hh_, h_, of_h);
        if constexpr (Of.what == bench::stream_layer::gru) {
            for (std::size_t i = 0; i < 2 * units; ++i) of_x[i] += of_h[i];
            activate<bench::activation::sigmoid, 2 * units>(of_x);
            float* const n = of_x + 2 * units;
            for (std::size_t u = 0; u < units; ++u) n[u] += of_x[u] * of_h[2 * units + u];
            activate<bench::activation::tanh, units>(n);
            for (std::size_t u = 0; u < units; ++u) h_[u] = n[u] + of_x[units + u] * (h_[u] - n[u]);
        } else {
            for (std::size_t i = 0; i < rows; ++i) of_x[i] += of_h[i];
            activate<bench::activation::sigmoid, 2 * units>(of_x);
            activate<bench::activation::tanh, units>(of_x + 2 * units);
            activate<bench::activation::sigmoid, units>(of_x + 3 * units);
            for (std::size_t u = 0; u < units; ++u)
                cell_[u] = of_x[units + u] * cell_[u] + of_x[u] * of_x[2 * units + u];
            std::copy_n(cell_, units, h_);
            activate<bench::activation::tanh, units>(h_);
            for (std::size_t u = 0; u < units; ++u) h_[u] *= of_x[3 * units + u];
        }
        std::copy_n(h_, units, y);
    }
    void block(const float* x, float* y) {
        for (std::size_t t = 0; t < steps; ++t) step(x + t * In, y + t * units);
    }

private:
    static constexpr std::size_t units = Of.outputs, rows = Of.rows();
    alignas(64) float ih_[rows * In], hh_[rows * units], bias_ih_[rows], bias_hh_[rows];
    alignas(64) float h_[units] = {}, cell_[units] = {};
};

/// A dense layer too: a convolution of length 1.
template <layout Layout, bench::stream_layer Of, std::size_t In>
class convolution {
public:
    explicit convolution(const float* from) {
        copy_weights<Layout, outputs, seen>(from, weight_);
        std::copy_n(from + outputs * seen, outputs, bias_);
    }

    void step(const float* x, float* y) {
        std::copy_n(x, In, ring_ + at_ * In);
        alignas(64) float sums[outputs];
        std::copy_n(bias_, outputs, sums);
        alignas(64) float seen_now[seen];
        for (std::size_t k = 0; k < Of.length; ++k)
            std::copy_n(ring_ + ((at_ - (Of.length - 1 - k) * Of.dilation) & (places - 1)) * In, In, seen_now + k * In);
        add_product<Layout, outputs, seen>(weight_, seen_now, sums);
        activate<Of.after, outputs>(sums);
        std::copy_n(sums, outputs, y);
        at_ = (at_ + 1) & (places - 1);
    }

    void block(const float* x, float* y) {
        if constexpr (Layout == layout::planes) {
            block_of_planes(x, y);
        } else {
            std::copy_n(x, steps * In, signal_ + before * In);
            for (std::size_t t = 0; t < steps; ++t) {
                alignas(64) float sums[outputs];
                std::copy_n(bias_, outputs, sums);
                for (std::size_t k = 0; k < Of.length; ++k)
                    for (std::size_t c = 0; c < In; ++c)
                        for (std::size_t o = 0; o < outputs; ++o)
                            sums[o] += weight_of(o, k * In + c) * signal_[(t + k * Of.dilation) * In + c];
                std::copy_n(sums, outputs, y + t * outputs);
            }
            activate<Of.after, steps * outputs>(y);
            std::copy(signal_ + steps * In, signal_ + (steps + before) * In, signal_);
        }
    }

private:
    float weight_of(std::size_t o, std::size_t k) const {
        return weight_[Layout == layout::rows || outputs < 8 ? o * seen + k : k * outputs + o];
    }
    /// The steps of a channel are neighbours.
    void block_of_planes(const float* __restrict x, float* __restrict y) {
        for (std::size_t c = 0; c < In; ++c) std::copy_n(x + c * steps, steps, signal_ + c * line + before);
        for (std::size_t o = 0; o < outputs; ++o) {
            alignas(64) float sums[steps];
            std::fill_n(sums, steps, bias_[o]);
            for (std::size_t k = 0; k < Of.length; ++k)
                for (std::size_t c = 0; c < In; ++c) {
                    const float w = weight_of(o, k * In + c);
                    const float* const from = signal_ + c * line + k * Of.dilation;
                    for (std::size_t t = 0; t < steps; ++t) sums[t] += w * from[t];
                }
            std::copy_n(sums, steps, y + o * steps);
        }
        activate<Of.after, steps * outputs>(y);
        for (std::size_t c = 0; c < In; ++c)
            std::copy(signal_ + c * line + steps, signal_ + c * line + line, signal_ + c * line);
    }

    static constexpr std::size_t outputs = Of.outputs, seen = In * Of.length, before = Of.remembered();
    static constexpr std::size_t places = std::bit_ceil(before + 1), line = before + steps;
    alignas(64) float weight_[outputs * seen], bias_[outputs];
    alignas(64) float ring_[places * In] = {}, signal_[line * In] = {};
    std::size_t at_ = 0;
};

template <layout Layout, bench::stream_layer Of, std::size_t In>
struct layer_of {
    using type = convolution<Layout, Of, In>;
};
template <layout Layout, bench::stream_layer Of, std::size_t In>
    requires(Of.is_recurrent())
struct layer_of<Layout, Of, In> {
    using type = recurrent<Layout, Of, In>;
};

template <layout Layout, class Network, class Indices>
class layers_of;
template <layout Layout, class Network, std::size_t... I>
class layers_of<Layout, Network, std::index_sequence<I...>> {
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
    std::tuple<typename layer_of<Layout, Network::layers[I], Network::input_of(I)>::type...> layers_;
};

template <layout Layout, class Network>
using stream = layers_of<Layout, Network, std::make_index_sequence<Network::depth>>;
template <class Network>
using by_rows = stream<layout::rows, Network>;
template <class Network>
using by_columns = stream<layout::columns, Network>;
template <class Network>
using by_planes = stream<layout::planes, Network>;

const bool registered = [] {
    bench::add_all_streams<by_rows>("plain:rows");
    bench::add_all_streams<by_columns>("plain:columns");
    bench::add_streams<by_planes, bench::causal>("plain:planes");
    return true;
}();

}  // namespace
