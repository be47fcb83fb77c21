// Eigen with fixed sizes: the patches of an image are copied into the columns of a matrix (im2col), and the convolution
// is a product with it; its gradient goes the same way back. One image after the other up to the first dense layer,
// from there on a column per image.
#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

#include "eigen_contestant.hpp"

namespace {

template <class Network, std::size_t I>
struct layer {
    static constexpr bench::image_layer of = Network::layers[I];
    static constexpr bench::extents in = Network::input_of(I), out = Network::output_of(I), whole = of.padded(in);
    static constexpr std::size_t positions = out.width * out.height, seen = of.seen(in);
    static constexpr std::size_t line = whole.channels * whole.width, row = in.channels * of.width;
    static constexpr bool is_dense = of.what == bench::image_layer::dense;
    static constexpr bool is_pool = of.what == bench::image_layer::max_pool;

    static constexpr std::size_t first(std::size_t position) {
        return in.channels * of.stride * (position % out.width + whole.width * (position / out.width));
    }

    /// The patches of one image, a column per position.
    using patches = matrix<seen, is_dense || is_pool ? 1 : positions>;

    static void gather(const float* image, patches& to) {
        if constexpr (of.padding > 0) {
            alignas(64) float padded[whole.size()];
            std::fill_n(padded, whole.size(), 0.0f);
            for (std::size_t y = 0; y < in.height; ++y)
                std::copy_n(image + y * in.channels * in.width, in.channels * in.width,
                            padded + (y + of.padding) * line + of.padding * in.channels);
            gather_whole(padded, to);
        } else {
            gather_whole(image, to);
        }
    }
    /// Adds each patch to the image.
    static void scatter(const patches& from, float* image) {
        static_assert(of.padding == 0, "only the first layer is padded, and its input needs no gradient");
        const float* next = from.data();
        for (std::size_t p = 0; p < positions; ++p)
            for (std::size_t ky = 0; ky < of.height; ++ky, next += row)
                view<row, 1>(image + first(p) + ky * line) += const_view<row, 1>(next);
    }

    static void pool(const float* image, float* to) {
        for (std::size_t p = 0; p < positions; ++p) {
            using column = const_view<in.channels, 1>;
            matrix<in.channels, 1> most = column(image + first(p));
            for (std::size_t k = 1; k < of.width * of.height; ++k)
                most = most.cwiseMax(column(image + first(p) + k / of.width * line + k % of.width * in.channels));
            view<in.channels, 1>(to + p * in.channels) = most;
        }
    }
    /// dx is zero before.
    static void spread_to_largest(const float* x, const float* dy, float* dx) {
        for (std::size_t p = 0; p < positions; ++p)
            for (std::size_t c = 0; c < in.channels; ++c) {
                std::size_t most = first(p) + c;
                for (std::size_t k = 1; k < of.width * of.height; ++k) {
                    const std::size_t place = first(p) + c + k / of.width * line + k % of.width * in.channels;
                    if (x[place] > x[most]) most = place;
                }
                dx[most] += dy[p * in.channels + c];
            }
    }

private:
    static void gather_whole(const float* image, patches& to) {
        float* next = to.data();
        for (std::size_t p = 0; p < positions; ++p)
            for (std::size_t ky = 0; ky < of.height; ++ky, next += row)
                view<row, 1>{next} = const_view<row, 1>{image + first(p) + ky * line};
    }
};

/// The parameters as one flat array, the weights column-major.
template <class Network>
class flat_parameters {
public:
    explicit flat_parameters(const float* from) { copy<0>(from); }
    flat_parameters() { numbers.setZero(); }

    template <std::size_t I>
    auto weight() {
        return view<Network::layers[I].outputs, layer<Network, I>::seen>(numbers.data() + Network::weight_offset(I));
    }
    template <std::size_t I>
    auto bias() {
        return view<Network::layers[I].outputs, 1>(numbers.data() + Network::bias_offset(I));
    }
    template <std::size_t I = 0>
    void copy_to(float* to) {
        if constexpr (!layer<Network, I>::is_pool) {
            exchanged<I>(to + Network::weight_offset(I)) = weight<I>();
            view<Network::layers[I].outputs, 1>(to + Network::bias_offset(I)) = bias<I>();
        }
        if constexpr (I + 1 < Network::depth) copy_to<I + 1>(to);
    }

    flat_array<Network::parameters> numbers;

private:
    template <std::size_t I>
    using exchanged = Eigen::Map<Eigen::Matrix<float, static_cast<int>(Network::layers[I].outputs),
                                               static_cast<int>(layer<Network, I>::seen), Eigen::RowMajor>>;
    template <std::size_t I>
    void copy(const float* from) {
        if constexpr (!layer<Network, I>::is_pool) {
            weight<I>() = exchanged<I>(const_cast<float*>(from) + Network::weight_offset(I));
            bias<I>() = const_view<Network::layers[I].outputs, 1>(from + Network::bias_offset(I));
        }
        if constexpr (I + 1 < Network::depth) copy<I + 1>(from);
    }
};

template <class Network, std::size_t Samples, class Indices = std::make_index_sequence<Network::depth>>
struct layer_values;
template <class Network, std::size_t Samples, std::size_t... I>
struct layer_values<Network, Samples, std::index_sequence<I...>> {
    using outputs = std::tuple<matrix<Network::output_of(I).size(), Samples>...>;
    using patches = std::tuple<typename layer<Network, I>::patches...>;
};

template <class Network, std::size_t Samples>
class forward {
public:
    explicit forward(const float* parameters) : parameters_{parameters} {}

    const float* operator()(const float* samples) {
        run<0>(const_view<Network::inputs, Samples>(samples));
        return std::get<Network::depth - 1>(outputs_).data();
    }

protected:
    template <std::size_t I, class In>
    void run(const In& x) {
        using here = layer<Network, I>;
        auto& y = std::get<I>(outputs_);
        if constexpr (here::is_dense) {
            y.colwise() = parameters_.template bias<I>();
            y.noalias() += parameters_.template weight<I>() * x;
        } else {
            for (std::size_t j = 0; j < Samples; ++j) {
                const float* const from = x.data() + j * here::in.size();
                float* const to = y.data() + j * here::out.size();
                if constexpr (here::is_pool) {
                    here::pool(from, to);
                } else {
                    auto& patches = std::get<I>(patches_);
                    here::gather(from, patches);
                    view<here::of.outputs, here::positions> of_image(to);
                    of_image.colwise() = parameters_.template bias<I>();
                    of_image.noalias() += parameters_.template weight<I>() * patches;
                }
            }
        }
        activate<here::of.after>(y);
        if constexpr (I + 1 < Network::depth) run<I + 1>(y);
    }

    flat_parameters<Network> parameters_;
    typename layer_values<Network, Samples>::outputs outputs_;
    typename layer_values<Network, Samples>::patches patches_;
};

template <class Network, bench::optimizer Optimizer, std::size_t Batch>
class training : forward<Network, Batch> {
public:
    explicit training(const float* parameters) : forward<Network, Batch>{parameters} {}

    float step(const float* samples, const float* targets) {
        const const_view<Network::inputs, Batch> x(samples);
        (*this)(samples);
        constexpr std::size_t last = Network::depth - 1;
        const const_view<Network::outputs, Batch> target(targets);
        const float loss = differentiate_loss<Network::layers.back().after>(std::get<last>(this->outputs_), target,
                                                                            std::get<last>(gradients_));
        gradient_.numbers.setZero();
        backward<last>(x);
        update_(this->parameters_.numbers, gradient_.numbers);
        return loss;
    }

    void read(float* parameters) { this->parameters_.copy_to(parameters); }

private:
    template <std::size_t I, class In>
    void backward(const In& x) {
        if constexpr (I == 0) {
            backward_through<0>(x);
        } else {
            backward_through<I>(std::get<I - 1>(this->outputs_));
            backward<I - 1>(x);
        }
    }

    template <std::size_t I, class In>
    void backward_through(const In& x) {
        using here = layer<Network, I>;
        auto& dz = std::get<I>(gradients_);
        differentiate<here::of.after>(std::get<I>(this->outputs_), dz);
        if constexpr (here::is_dense) {
            gradient_.template bias<I>() = dz.rowwise().sum();
            gradient_.template weight<I>().noalias() = dz * x.transpose();
            if constexpr (I > 0)
                std::get<I - 1>(gradients_).noalias() = this->parameters_.template weight<I>().transpose() * dz;
        } else {
            if constexpr (I > 0) std::get<I - 1>(gradients_).setZero();
            for (std::size_t j = 0; j < Batch; ++j) image_backward<I>(x.data() + j * here::in.size(), j);
        }
    }

    template <std::size_t I>
    void image_backward(const float* x, std::size_t j) {
        using here = layer<Network, I>;
        float* const dy = std::get<I>(gradients_).data() + j * here::out.size();
        float* dx = nullptr;
        if constexpr (I > 0) dx = std::get<I - 1>(gradients_).data() + j * here::in.size();
        if constexpr (here::is_pool) {
            here::spread_to_largest(x, dy, dx);
        } else {
            auto& patches = std::get<I>(this->patches_);
            here::gather(x, patches);
            const const_view<here::of.outputs, here::positions> dz(dy);
            gradient_.template bias<I>() += dz.rowwise().sum();
            gradient_.template weight<I>().noalias() += dz * patches.transpose();
            if constexpr (I > 0) {
                patches.noalias() = this->parameters_.template weight<I>().transpose() * dz;
                here::scatter(patches, dx);
            }
        }
    }

    flat_parameters<Network> gradient_;
    typename layer_values<Network, Batch>::outputs gradients_;
    updater<Optimizer, Network::parameters> update_;
};

const bool registered = [] {
    bench::add_vision<forward, bench::encoder, bench::lenet>("eigen");
    bench::add_vision_batch<forward, bench::lenet>("eigen");
    bench::add_vision_training<training, bench::lenet>("eigen");
    return true;
}();

}  // namespace
