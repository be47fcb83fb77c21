// Hand-written loops over images of compile-time sizes, with -O3 -ffast-math. With the channels of a place as
// neighbours in memory, weights are stored output by output (`rows`: a dot product for each output and position) or
// input by input (`columns`: each input is spread over the outputs); with the places of a channel as neighbours, output
// by output (`planes`: each weight is spread over a line of positions).
#include <algorithm>
#include <cstddef>
#include <utility>

#include "activations.hpp"
#include "contestant.hpp"

namespace {

enum class layout { rows, columns, planes };

template <class Network, std::size_t I>
struct layer {
    static constexpr bench::image_layer of = Network::layers[I];
    static constexpr bench::extents in = Network::input_of(I), out = Network::output_of(I), whole = of.padded(in);
    static constexpr std::size_t outputs = of.outputs, seen = of.seen(in), positions = out.width * out.height;
    static constexpr bool is_pool = of.what == bench::image_layer::max_pool;
    static constexpr bool is_dense = of.what == bench::image_layer::dense;
    static constexpr std::size_t weight = Network::weight_offset(I), bias = Network::bias_offset(I);

    /// Dense layers with few outputs are stored by rows, others by columns, as in the fastest variant for them.
    static constexpr layout stored(layout wanted) {
        if (is_dense) return outputs < 16 ? layout::rows : layout::columns;
        return wanted == layout::columns ? layout::columns : layout::rows;
    }
};

/// Converts between the order of exchange and the contestant's own.
template <class Network, layout Layout, std::size_t I = 0>
void copy_parameters(const float* from, float* to, bool back) {
    using here = layer<Network, I>;
    if constexpr (!here::is_pool) {
        const std::size_t channels = here::in.channels, places = here::seen / channels;
        for (std::size_t o = 0; o < here::outputs; ++o) {
            for (std::size_t k = 0; k < here::seen; ++k) {
                const std::size_t own_k = Layout == layout::planes ? k % channels * places + k / channels : k;
                const std::size_t own =
                    here::stored(Layout) == layout::rows ? o * here::seen + own_k : own_k * here::outputs + o;
                const std::size_t exchanged = o * here::seen + k;
                to[here::weight + (back ? exchanged : own)] = from[here::weight + (back ? own : exchanged)];
            }
            to[here::bias + o] = from[here::bias + o];
        }
    }
    if constexpr (I + 1 < Network::depth) copy_parameters<Network, Layout, I + 1>(from, to, back);
}

/// The outputs at one position, of which the window sees Height pieces of Row elements, Line apart.
template <layout Layout, std::size_t Outputs, std::size_t Height, std::size_t Row, std::size_t Line>
inline void forward_position(const float* __restrict weight, const float* __restrict bias, const float* __restrict x,
                             float* __restrict y) {
    alignas(64) float sums[Outputs];
    if constexpr (Layout == layout::rows) {
        for (std::size_t o = 0; o < Outputs; ++o) {
            float sum = bias[o];
            for (std::size_t ky = 0; ky < Height; ++ky)
                for (std::size_t i = 0; i < Row; ++i) sum += weight[(o * Height + ky) * Row + i] * x[ky * Line + i];
            sums[o] = sum;
        }
    } else {
        for (std::size_t o = 0; o < Outputs; ++o) sums[o] = bias[o];
        for (std::size_t ky = 0; ky < Height; ++ky)
            for (std::size_t i = 0; i < Row; ++i)
                for (std::size_t o = 0; o < Outputs; ++o)
                    sums[o] += weight[(ky * Row + i) * Outputs + o] * x[ky * Line + i];
    }
    for (std::size_t o = 0; o < Outputs; ++o) y[o] = sums[o];
}

template <layout Layout, std::size_t Outputs, std::size_t Height, std::size_t Row, std::size_t Line, bool NeedsDx>
inline void backward_position(const float* __restrict weight, const float* __restrict x, const float* __restrict dz,
                              float* __restrict dweight, float* __restrict dbias, float* __restrict dx) {
    for (std::size_t o = 0; o < Outputs; ++o) dbias[o] += dz[o];
    if constexpr (Layout == layout::rows) {
        for (std::size_t o = 0; o < Outputs; ++o)
            for (std::size_t ky = 0; ky < Height; ++ky)
                for (std::size_t i = 0; i < Row; ++i) {
                    const std::size_t k = (o * Height + ky) * Row + i;
                    dweight[k] += dz[o] * x[ky * Line + i];
                    if constexpr (NeedsDx) dx[ky * Line + i] += weight[k] * dz[o];
                }
    } else {
        for (std::size_t ky = 0; ky < Height; ++ky)
            for (std::size_t i = 0; i < Row; ++i) {
                const std::size_t k = (ky * Row + i) * Outputs;
                for (std::size_t o = 0; o < Outputs; ++o) dweight[k + o] += dz[o] * x[ky * Line + i];
                if constexpr (NeedsDx) {
                    float sum = 0;
                    for (std::size_t o = 0; o < Outputs; ++o) sum += weight[k + o] * dz[o];
                    dx[ky * Line + i] += sum;
                }
            }
    }
}

/// The image with zeros around it. The elements of a line that are copied together: all, or those of a channel.
template <class Layer, layout Layout>
inline void add_border(const float* __restrict from, float* __restrict to) {
    constexpr std::size_t planes = Layout == layout::planes ? Layer::in.channels : 1;
    constexpr std::size_t together = Layer::in.channels / planes, padding = Layer::of.padding;
    std::fill_n(to, Layer::whole.size(), 0.0f);
    for (std::size_t p = 0; p < planes; ++p)
        for (std::size_t y = 0; y < Layer::in.height; ++y)
            std::copy_n(from + (p * Layer::in.height + y) * Layer::in.width * together, Layer::in.width * together,
                        to + ((p * Layer::whole.height + y + padding) * Layer::whole.width + padding) * together);
}

/// f(position, first element that the window sees there).
template <class Layer, class F>
inline void for_each_position(F&& f) {
    for (std::size_t y = 0; y < Layer::out.height; ++y)
        for (std::size_t x = 0; x < Layer::out.width; ++x)
            f(y * Layer::out.width + x, Layer::in.channels * Layer::of.stride * (y * Layer::whole.width + x));
}

template <class Layer>
inline void pool(const float* __restrict x, float* __restrict y) {
    constexpr std::size_t channels = Layer::in.channels, line = channels * Layer::whole.width;
    for_each_position<Layer>([&](std::size_t position, std::size_t first) {
        alignas(64) float most[channels];
        for (std::size_t c = 0; c < channels; ++c) most[c] = x[first + c];
        for (std::size_t ky = 0; ky < Layer::of.height; ++ky)
            for (std::size_t kx = 0; kx < Layer::of.width; ++kx)
                for (std::size_t c = 0; c < channels; ++c)
                    most[c] = std::max(most[c], x[first + ky * line + kx * channels + c]);
        for (std::size_t c = 0; c < channels; ++c) y[position * channels + c] = most[c];
    });
}

/// dx is zero before.
template <class Layer>
inline void spread_to_largest(const float* __restrict x, const float* __restrict dy, float* __restrict dx) {
    constexpr std::size_t channels = Layer::in.channels, line = channels * Layer::whole.width;
    for_each_position<Layer>([&](std::size_t position, std::size_t first) {
        for (std::size_t c = 0; c < channels; ++c) {
            std::size_t most = first + c;
            for (std::size_t ky = 0; ky < Layer::of.height; ++ky)
                for (std::size_t kx = 0; kx < Layer::of.width; ++kx) {
                    const std::size_t place = first + ky * line + kx * channels + c;
                    most = x[place] > x[most] ? place : most;
                }
            dx[most] += dy[position * channels + c];
        }
    });
}

template <class Layer>
inline void pool_planes(const float* __restrict x, float* __restrict y) {
    for (std::size_t c = 0; c < Layer::in.channels; ++c)
        for (std::size_t oy = 0; oy < Layer::out.height; ++oy)
            for (std::size_t ox = 0; ox < Layer::out.width; ++ox) {
                const float* from =
                    x + (c * Layer::in.height + oy * Layer::of.stride) * Layer::in.width + ox * Layer::of.stride;
                float most = from[0];
                for (std::size_t ky = 0; ky < Layer::of.height; ++ky)
                    for (std::size_t kx = 0; kx < Layer::of.width; ++kx)
                        most = std::max(most, from[ky * Layer::in.width + kx]);
                y[(c * Layer::out.height + oy) * Layer::out.width + ox] = most;
            }
}

template <class Layer>
inline void convolve_planes(const float* __restrict weight, const float* __restrict bias, const float* __restrict x,
                            float* __restrict y) {
    for (std::size_t o = 0; o < Layer::outputs; ++o)
        for (std::size_t oy = 0; oy < Layer::out.height; ++oy) {
            alignas(64) float sums[Layer::out.width];
            for (std::size_t ox = 0; ox < Layer::out.width; ++ox) sums[ox] = bias[o];
            for (std::size_t c = 0; c < Layer::in.channels; ++c)
                for (std::size_t ky = 0; ky < Layer::of.height; ++ky)
                    for (std::size_t kx = 0; kx < Layer::of.width; ++kx) {
                        const float w =
                            weight[((o * Layer::in.channels + c) * Layer::of.height + ky) * Layer::of.width + kx];
                        const float* from =
                            x + (c * Layer::whole.height + oy * Layer::of.stride + ky) * Layer::whole.width + kx;
                        for (std::size_t ox = 0; ox < Layer::out.width; ++ox)
                            sums[ox] += w * from[ox * Layer::of.stride];
                    }
            for (std::size_t ox = 0; ox < Layer::out.width; ++ox)
                y[(o * Layer::out.height + oy) * Layer::out.width + ox] = sums[ox];
        }
}

/// A function of its own for each layer: see plain.cpp.
template <class Network, layout Layout, std::size_t I>
[[gnu::noinline]] void forward_layer(const float* parameters, const float* x, float* y) {
    using here = layer<Network, I>;
    alignas(64) float padded[here::of.padding > 0 ? here::whole.size() : 1];
    if constexpr (here::of.padding > 0) {
        add_border<here, Layout>(x, padded);
        x = padded;
    }
    const float* const weight = parameters + here::weight;
    const float* const bias = parameters + here::bias;
    if constexpr (here::is_dense) {
        forward_position<here::stored(Layout), here::outputs, 1, here::seen, here::seen>(weight, bias, x, y);
    } else if constexpr (Layout == layout::planes) {
        if constexpr (here::is_pool)
            pool_planes<here>(x, y);
        else
            convolve_planes<here>(weight, bias, x, y);
    } else if constexpr (here::is_pool) {
        pool<here>(x, y);
    } else {
        constexpr std::size_t channels = here::in.channels;
        for_each_position<here>([&](std::size_t position, std::size_t first) {
            forward_position<Layout, here::outputs, here::of.height, here::of.width * channels,
                             here::whole.width * channels>(weight, bias, x + first, y + position * here::outputs);
        });
    }
    activate<here::of.after, here::out.size()>(y);
}

template <class Network, layout Layout, std::size_t Samples>
class forward {
public:
    explicit forward(const float* parameters) { copy_parameters<Network, Layout>(parameters, parameters_, false); }

    const float* operator()(const float* samples) {
        for (std::size_t j = 0; j < Samples; ++j)
            one(samples + j * Network::inputs, answers_ + j * Network::outputs,
                std::make_index_sequence<Network::depth>{});
        return answers_;
    }

private:
    template <std::size_t... I>
    void one(const float* sample, float* answer, std::index_sequence<I...>) {
        alignas(64) float a[2][Network::widest];
        if constexpr (Layout == layout::planes && Network::input.channels > 1) {
            constexpr std::size_t channels = Network::input.channels, places = Network::inputs / channels;
            for (std::size_t c = 0; c < channels; ++c)
                for (std::size_t p = 0; p < places; ++p) a[0][c * places + p] = sample[p * channels + c];
            sample = a[0];
        }
        (forward_layer<Network, Layout, I>(parameters_, I == 0 ? sample : a[I % 2],
                                           I + 1 == Network::depth ? answer : a[(I + 1) % 2]),
         ...);
    }

    alignas(64) float parameters_[Network::parameters];
    alignas(64) float answers_[Samples * Network::outputs];
};
template <class Network, std::size_t Samples>
using forward_rows = forward<Network, layout::rows, Samples>;
template <class Network, std::size_t Samples>
using forward_columns = forward<Network, layout::columns, Samples>;
template <class Network, std::size_t Samples>
using forward_planes = forward<Network, layout::planes, Samples>;

template <class Network, layout Layout, bench::optimizer Optimizer, std::size_t Batch>
class training {
public:
    explicit training(const float* parameters) { copy_parameters<Network, Layout>(parameters, parameters_, false); }

    float step(const float* samples, const float* targets) {
        for (float& g : gradients_) g = 0;
        float loss = 0;
        for (std::size_t j = 0; j < Batch; ++j)
            loss += one(samples + j * Network::inputs, targets + j * Network::outputs,
                        std::make_index_sequence<Network::depth>{});
        update_(parameters_, gradients_);
        return loss / static_cast<float>(Batch);
    }
    void read(float* parameters) const { copy_parameters<Network, Layout>(parameters_, parameters, true); }

private:
    template <std::size_t... I>
    float one(const float* sample, const float* target, std::index_sequence<I...>) {
        alignas(64) float a[Network::depth][Network::widest];
        (forward_layer<Network, Layout, I>(parameters_, I == 0 ? sample : a[I - 1], a[I]), ...);
        alignas(64) float dy[2][Network::widest];
        constexpr std::size_t last = Network::depth - 1;
        std::copy_n(a[last], Network::outputs, dy[last % 2]);
        const float loss = differentiate_loss<Network>(dy[last % 2], target, 1.0f / static_cast<float>(Batch));
        (backward_layer<last - I>(last == I ? sample : a[last - I - (last == I ? 0 : 1)], a[last - I],
                                  dy[(last - I) % 2], dy[(last - I + 1) % 2]),
         ...);
        return loss;
    }

    /// dz holds dy.
    template <std::size_t I>
    [[gnu::noinline]] void backward_layer(const float* x, const float* y, float* dz, float* dx) {
        using here = layer<Network, I>;
        static_assert(I == 0 || here::of.padding == 0);
        differentiate<here::of.after, here::out.size()>(y, dz);
        alignas(64) float padded[here::of.padding > 0 ? here::whole.size() : 1];
        if constexpr (here::of.padding > 0) {
            add_border<here, Layout>(x, padded);
            x = padded;
        }
        if constexpr (I > 0) std::fill_n(dx, here::in.size(), 0.0f);
        const float* const weight = parameters_ + here::weight;
        float* const dweight = gradients_ + here::weight;
        float* const dbias = gradients_ + here::bias;
        if constexpr (here::is_pool) {
            spread_to_largest<here>(x, dz, dx);
        } else if constexpr (here::is_dense) {
            backward_position<here::stored(Layout), here::outputs, 1, here::seen, here::seen, (I > 0)>(
                weight, x, dz, dweight, dbias, dx);
        } else {
            constexpr std::size_t channels = here::in.channels;
            for_each_position<here>([&](std::size_t position, std::size_t first) {
                backward_position<Layout, here::outputs, here::of.height, here::of.width * channels,
                                  here::whole.width * channels, (I > 0)>(
                    weight, x + first, dz + position * here::outputs, dweight, dbias, I > 0 ? dx + first : dx);
            });
        }
    }

    alignas(64) float parameters_[Network::parameters];
    alignas(64) float gradients_[Network::parameters] = {};
    updater<Optimizer, Network::parameters> update_;
};
template <class Network, bench::optimizer Optimizer, std::size_t Batch>
using training_rows = training<Network, layout::rows, Optimizer, Batch>;
template <class Network, bench::optimizer Optimizer, std::size_t Batch>
using training_columns = training<Network, layout::columns, Optimizer, Batch>;

const bool registered = [] {
    using namespace bench;
    add_vision<forward_rows, encoder, lenet>("plain:rows");
    add_vision<forward_columns, encoder, lenet>("plain:columns");
    add_vision<forward_planes, encoder, lenet>("plain:planes");
    add_vision_batch<forward_rows, lenet>("plain:rows");
    add_vision_batch<forward_columns, lenet>("plain:columns");
    add_vision_batch<forward_planes, lenet>("plain:planes");
    add_vision_training<training_rows, lenet>("plain:rows");
    add_vision_training<training_columns, lenet>("plain:columns");
    return true;
}();

}  // namespace
