// oneDNN: an inner product for each layer with the activation as its post-operation, softmax apart; the library chooses
// the layout of the weights. Primitives and memories are made once.
#include <cstddef>
#include <unordered_map>
#include <vector>

#include <dnnl.hpp>

#include "contestant.hpp"

namespace {

using dims = dnnl::memory::dims;

dnnl::memory::dim dim(std::size_t n) { return static_cast<dnnl::memory::dim>(n); }

struct step {
    dnnl::primitive run;
    std::unordered_map<int, dnnl::memory> arguments;
};

bool has_post_operation(bench::activation after) {
    return after != bench::activation::none && after != bench::activation::softmax;
}

dnnl::algorithm algorithm_of(bench::activation after) {
    switch (after) {
        case bench::activation::relu: return dnnl::algorithm::eltwise_relu;
        case bench::activation::elu: return dnnl::algorithm::eltwise_elu;
        case bench::activation::tanh: return dnnl::algorithm::eltwise_tanh;
        default: return dnnl::algorithm::eltwise_logistic;
    }
}

template <class Network, std::size_t Samples>
class forward {
public:
    explicit forward(const float* parameters) {
        using tag = dnnl::memory::format_tag;
        constexpr auto f32 = dnnl::memory::data_type::f32;
        constexpr auto inference = dnnl::prop_kind::forward_inference;
        input_ = dnnl::memory({{dim(Samples), dim(Network::inputs)}, f32, tag::nc}, engine_, nullptr);
        dnnl::memory x = input_;
        for (std::size_t i = 0; i < Network::depth; ++i) {
            const bench::dense layer = Network::layers[i];
            const dims shape{dim(layer.outputs), dim(Network::inputs_of(i))};
            const dnnl::memory::desc any(shape, f32, tag::any), given(shape, f32, tag::oi);
            const dnnl::memory::desc bias_desc({dim(layer.outputs)}, f32, tag::x);
            const dnnl::memory::desc y_desc({dim(Samples), dim(layer.outputs)}, f32, tag::nc);
            dnnl::primitive_attr attributes;
            if (has_post_operation(layer.after)) {
                dnnl::post_ops operations;
                operations.append_eltwise(1.0f, algorithm_of(layer.after),
                                          layer.after == bench::activation::elu ? 1.0f : 0.0f, 0.0f);
                attributes.set_post_ops(operations);
            }
            const dnnl::inner_product_forward::primitive_desc chosen({inference, x.get_desc(), any, bias_desc, y_desc},
                                                                     attributes, engine_);

            std::vector<float> weight(parameters + Network::weight_offset(i),
                                      parameters + Network::weight_offset(i) + Network::weights_of(i));
            dnnl::memory from(given, engine_, weight.data()), to(chosen.weights_desc(), engine_);
            dnnl::reorder(from, to).execute(stream_, from, to);
            stream_.wait();
            dnnl::memory bias(bias_desc, engine_);
            auto* numbers = static_cast<float*>(bias.get_data_handle());
            for (std::size_t o = 0; o < layer.outputs; ++o) numbers[o] = parameters[Network::bias_offset(i) + o];

            dnnl::memory y(y_desc, engine_);
            steps_.push_back({dnnl::inner_product_forward(chosen),
                              {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, to}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, y}}});
            if (layer.after == bench::activation::softmax)
                steps_.push_back(
                    {dnnl::softmax_forward({{inference, y_desc, 1}, engine_}), {{DNNL_ARG_SRC, y}, {DNNL_ARG_DST, y}}});
            x = y;
        }
        answers_ = static_cast<const float*>(x.get_data_handle());
    }

    const float* operator()(const float* samples) {
        input_.set_data_handle(const_cast<float*>(samples));  // it only reads them
        for (const step& next : steps_) next.run.execute(stream_, next.arguments);
        stream_.wait();
        return answers_;
    }

private:
    dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_{engine_};
    dnnl::memory input_;
    std::vector<step> steps_;
    const float* answers_ = nullptr;
};

const bool registered = [] {
    using namespace bench;
    add_single<forward, tiny, policy, quadrotor, legged, digits>("onednn");
    add_batches<forward, policy, digits>("onednn");
    return true;
}();

}  // namespace
