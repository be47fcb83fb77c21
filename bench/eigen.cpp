// Eigen with fixed sizes: one column for each sample, products without a temporary, activations as array expressions.
#include <cstddef>
#include <tuple>
#include <utility>

#include "eigen_contestant.hpp"

namespace {

/// Eigen has two kinds of products: `product` packs blocks or calls its matrix-vector kernel, `lazy` computes each
/// packet of outputs when it is needed. Which is faster depends on the shape.
enum class kind { product, lazy };

template <class Network, std::size_t Layer, kind Kind>
struct layer {
    static constexpr std::size_t inputs = Network::inputs_of(Layer), outputs = Network::layers[Layer].outputs;
    // A few outputs are computed as dot products, many as a sum of columns.
    static constexpr bool by_rows = outputs < 16 && inputs > 1 && Kind == kind::product;
    using weights = Eigen::Matrix<float, static_cast<int>(outputs), static_cast<int>(inputs),
                                  by_rows || outputs == 1 ? Eigen::RowMajor : Eigen::ColMajor>;

    weights weight;
    matrix<outputs, 1> bias;

    void set(const float* parameters) {
        using exchanged = Eigen::Matrix<float, static_cast<int>(outputs), static_cast<int>(inputs), Eigen::RowMajor>;
        weight = Eigen::Map<const exchanged>(parameters + Network::weight_offset(Layer));
        bias = const_view<outputs, 1>(parameters + Network::bias_offset(Layer));
    }

    template <class In, class Out>
    void forward(const In& x, Out& y) const {
        if constexpr (Kind == kind::lazy && Out::ColsAtCompileTime == 1) {
            y.noalias() = weight.lazyProduct(x) + bias;
        } else if constexpr (Kind == kind::lazy) {
            y.noalias() = weight.lazyProduct(x);
            y.colwise() += bias;
        } else {
            y.colwise() = bias;
            y.noalias() += weight * x;
        }
        activate<Network::layers[Layer].after>(y);
    }
};

template <class Network, kind Kind, class Indices = std::make_index_sequence<Network::depth>>
struct layers;
template <class Network, kind Kind, std::size_t... I>
struct layers<Network, Kind, std::index_sequence<I...>> {
    using type = std::tuple<layer<Network, I, Kind>...>;
    template <std::size_t Samples>
    using outputs = std::tuple<matrix<Network::layers[I].outputs, Samples>...>;
};

template <class Network, kind Kind, std::size_t Samples>
class forward {
public:
    explicit forward(const float* parameters) {
        std::apply([&](auto&... l) { (l.set(parameters), ...); }, layers_);
    }

    const float* operator()(const float* samples) {
        run<0>(const_view<Network::inputs, Samples>(samples));
        return std::get<Network::depth - 1>(outputs_).data();
    }

private:
    template <std::size_t I, class In>
    void run(const In& x) {
        auto& y = std::get<I>(outputs_);
        std::get<I>(layers_).forward(x, y);
        if constexpr (I + 1 < Network::depth) run<I + 1>(y);
    }

    typename layers<Network, Kind>::type layers_;
    typename layers<Network, Kind>::template outputs<Samples> outputs_;
};
template <class Network, std::size_t Samples>
using forward_product = forward<Network, kind::product, Samples>;
template <class Network, std::size_t Samples>
using forward_lazy = forward<Network, kind::lazy, Samples>;

/// Parameters, gradients and state are flat arrays and the layers are views of them, so an update is a few array
/// expressions.
template <class Network, bench::optimizer Optimizer, std::size_t Batch>
class training {
public:
    explicit training(const float* parameters) { copy<0>(parameters); }

    float step(const float* samples, const float* targets) {
        const const_view<Network::inputs, Batch> x(samples);
        const const_view<Network::outputs, Batch> target(targets);
        forward<0>(x);
        const float loss = differentiate_loss<Network::layers.back().after>(
            std::get<Network::depth - 1>(outputs_), target, std::get<Network::depth - 1>(gradients_));
        backward<Network::depth - 1>(x);
        update_(p_, g_);
        return loss;
    }

    void read(float* parameters) const { copy_back<0>(parameters); }

private:
    using flat = flat_array<Network::parameters>;
    template <std::size_t I>
    auto weight(flat& from) {
        return view<Network::layers[I].outputs, Network::inputs_of(I)>(from.data() + Network::weight_offset(I));
    }
    template <std::size_t I>
    auto bias(flat& from) {
        return view<Network::layers[I].outputs, 1>(from.data() + Network::bias_offset(I));
    }

    template <std::size_t I, class In>
    void forward(const In& x) {
        auto& y = std::get<I>(outputs_);
        y.colwise() = bias<I>(p_);
        y.noalias() += weight<I>(p_) * x;
        activate<Network::layers[I].after>(y);
        if constexpr (I + 1 < Network::depth) forward<I + 1>(y);
    }

    template <std::size_t I, class In>
    void backward(const In& x) {
        auto& dz = std::get<I>(gradients_);
        differentiate<Network::layers[I].after>(std::get<I>(outputs_), dz);
        bias<I>(g_) = dz.rowwise().sum();
        if constexpr (I == 0) {
            weight<I>(g_).noalias() = dz * x.transpose();
        } else {
            weight<I>(g_).noalias() = dz * std::get<I - 1>(outputs_).transpose();
            std::get<I - 1>(gradients_).noalias() = weight<I>(p_).transpose() * dz;
            backward<I - 1>(x);
        }
    }

    template <std::size_t I>
    void copy(const float* from) {
        for (std::size_t o = 0; o < Network::layers[I].outputs; ++o)
            for (std::size_t k = 0; k < Network::inputs_of(I); ++k)
                weight<I>(p_)(static_cast<int>(o), static_cast<int>(k)) =
                    from[Network::weight_offset(I) + o * Network::inputs_of(I) + k];
        bias<I>(p_) = const_view<Network::layers[I].outputs, 1>(from + Network::bias_offset(I));
        if constexpr (I + 1 < Network::depth) copy<I + 1>(from);
    }
    template <std::size_t I>
    void copy_back(float* to) const {
        for (std::size_t o = 0; o < Network::layers[I].outputs; ++o) {
            for (std::size_t k = 0; k < Network::inputs_of(I); ++k)
                to[Network::weight_offset(I) + o * Network::inputs_of(I) + k] =
                    p_[static_cast<int>(Network::weight_offset(I) + k * Network::layers[I].outputs + o)];
            to[Network::bias_offset(I) + o] = p_[static_cast<int>(Network::bias_offset(I) + o)];
        }
        if constexpr (I + 1 < Network::depth) copy_back<I + 1>(to);
    }

    flat p_, g_;
    updater<Optimizer, Network::parameters> update_;
    typename layers<Network, kind::product>::template outputs<Batch> outputs_, gradients_;
};

template <class Of>
struct function {
    static void run(const float* from, float* to, std::size_t) {
        constexpr int count = bench::internal::function_count;
        using numbers = Eigen::Array<float, count, 1>;
        Eigen::Map<numbers, Eigen::Aligned64> result{to};
        result = Of{}(Eigen::Map<const numbers, Eigen::Aligned64>{from});
    }
};

const bool registered = [] {
    using namespace bench;
    add_single<forward_product, tiny, policy, quadrotor, legged, digits>("eigen:product");
    add_single<forward_lazy, tiny, policy, quadrotor, legged, digits>("eigen:lazy");
    add_batches<forward_product, policy, digits>("eigen");
    add_all_training<training>("eigen");
    add_function<"exp", function>("eigen", [](const auto& x) { return x.exp(); });
    add_function<"tanh", function>("eigen", [](const auto& x) { return x.tanh(); });
    add_function<"sigmoid", function>("eigen", [](const auto& x) { return x.logistic(); });
    add_function<"log", function>("eigen", [](const auto& x) { return x.log(); });
    add_function<"softplus", function>("eigen", [](const auto& x) { return x.max(0.0f) + (-x.abs()).exp().log1p(); });
    add_function<"erf", function>("eigen", [](const auto& x) { return x.erf(); });
    return true;
}();

}  // namespace
