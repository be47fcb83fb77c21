// oneDNN: a convolution, pooling or inner product for each layer with the activation as its post-operation, softmax
// apart. The library chooses the layouts of weights and of the images between layers, with reorders where two layers
// chose differently; inputs and outputs are arrays of floats as for everyone. Primitives and memories are made once.
#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

#include <dnnl.hpp>

#include "contestant.hpp"

namespace {

using dims = dnnl::memory::dims;
using tag = dnnl::memory::format_tag;

constexpr auto f32 = dnnl::memory::data_type::f32;
constexpr auto inference = dnnl::prop_kind::forward_inference;

dnnl::memory::dim dim(std::size_t n) { return static_cast<dnnl::memory::dim>(n); }

struct step {
    dnnl::primitive run;
    std::unordered_map<int, dnnl::memory> arguments;
};

template <class Network, std::size_t Samples>
class forward {
public:
    explicit forward(const float* parameters) {
        input_ = dnnl::memory({image_dims(Network::input), f32, tag::nhwc}, engine_, nullptr);
        dnnl::memory x = input_;
        for (std::size_t i = 0; i < Network::depth; ++i) {
            x = Network::layers[i].what == bench::image_layer::max_pool ? add_pool(i, x)
                                                                        : add_product(i, x, parameters);
            if (Network::layers[i].after == bench::activation::softmax)
                steps_.push_back({dnnl::softmax_forward({{inference, x.get_desc(), 1}, engine_}),
                                  {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, x}}});
        }
        const dnnl::memory::desc plain({dim(Samples), dim(Network::outputs)}, f32, tag::nc);
        answers_ = static_cast<const float*>(in_layout(x, plain).get_data_handle());
    }

    const float* operator()(const float* samples) {
        input_.set_data_handle(const_cast<float*>(samples));  // it only reads them
        for (const step& next : steps_) next.run.execute(stream_, next.arguments);
        stream_.wait();
        return answers_;
    }

private:
    static dims image_dims(bench::extents of) {
        return {dim(Samples), dim(of.channels), dim(of.height), dim(of.width)};
    }

    /// The same numbers in the layout that a primitive chose.
    dnnl::memory in_layout(const dnnl::memory& x, const dnnl::memory::desc& wanted) {
        if (x.get_desc() == wanted) return x;
        dnnl::memory to(wanted, engine_);
        steps_.push_back({dnnl::reorder(x, to), {{DNNL_ARG_FROM, x}, {DNNL_ARG_TO, to}}});
        return to;
    }

    dnnl::memory add_pool(std::size_t i, const dnnl::memory& x) {
        const bench::image_layer layer = Network::layers[i];
        const dims window{dim(layer.height), dim(layer.width)}, stride{dim(layer.stride), dim(layer.stride)};
        const dnnl::memory::desc any(image_dims(Network::output_of(i)), f32, tag::any);
        const dnnl::pooling_forward::primitive_desc chosen(
            {inference, dnnl::algorithm::pooling_max, x.get_desc(), any, stride, window, {0, 0}, {0, 0}}, engine_);
        dnnl::memory y(chosen.dst_desc(), engine_);
        steps_.push_back({dnnl::pooling_forward(chosen), {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}}});
        return y;
    }

    dnnl::memory add_product(std::size_t i, const dnnl::memory& x, const float* parameters) {
        const bench::image_layer layer = Network::layers[i];
        const bench::extents in = Network::input_of(i), out = Network::output_of(i);
        dnnl::primitive_attr attributes;
        if (layer.after == bench::activation::relu) {
            dnnl::post_ops operations;
            operations.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
            attributes.set_post_ops(operations);
        }
        const dnnl::memory::desc bias_desc({dim(layer.outputs)}, f32, tag::x);
        if (layer.what == bench::image_layer::dense) {
            const bool sees_image = in.width * in.height > 1;
            const dims weights = sees_image ? dims{dim(layer.outputs), dim(in.channels), dim(in.height), dim(in.width)}
                                            : dims{dim(layer.outputs), dim(in.channels)};
            const dims seen = sees_image ? image_dims(in) : dims{dim(Samples), dim(in.channels)};
            const dnnl::inner_product_forward::primitive_desc chosen(
                {inference,
                 {seen, f32, tag::any},
                 {weights, f32, tag::any},
                 bias_desc,
                 {{dim(Samples), dim(layer.outputs)}, f32, tag::any}},
                attributes, engine_);
            return add(i, chosen, dnnl::inner_product_forward(chosen), {weights, f32, sees_image ? tag::ohwi : tag::oi},
                       x, parameters);
        }
        const dims weights{dim(layer.outputs), dim(in.channels), dim(layer.height), dim(layer.width)};
        const dims stride{out.height > 1 ? dim(layer.stride) : 1, dim(layer.stride)};
        const dims padding{dim(layer.padding), dim(layer.padding)};
        const dnnl::convolution_forward::primitive_desc chosen({inference,
                                                                dnnl::algorithm::convolution_direct,
                                                                {image_dims(in), f32, tag::any},
                                                                {weights, f32, tag::any},
                                                                bias_desc,
                                                                {image_dims(out), f32, tag::any},
                                                                stride,
                                                                padding,
                                                                padding},
                                                               attributes, engine_);
        return add(i, chosen, dnnl::convolution_forward(chosen), {weights, f32, tag::ohwi}, x, parameters);
    }

    template <class Chosen>
    dnnl::memory add(std::size_t i, const Chosen& chosen, dnnl::primitive run, const dnnl::memory::desc& given,
                     const dnnl::memory& x, const float* parameters) {
        std::vector<float> weight(parameters + Network::weight_offset(i),
                                  parameters + Network::weight_offset(i) + Network::weights_of(i));
        dnnl::memory from(given, engine_, weight.data()), to(chosen.weights_desc(), engine_);
        dnnl::reorder(from, to).execute(stream_, from, to);
        stream_.wait();
        dnnl::memory bias(chosen.bias_desc(), engine_);
        auto* const numbers = static_cast<float*>(bias.get_data_handle());
        for (std::size_t o = 0; o < Network::layers[i].outputs; ++o)
            numbers[o] = parameters[Network::bias_offset(i) + o];

        const dnnl::memory source = in_layout(x, chosen.src_desc());
        dnnl::memory y(chosen.dst_desc(), engine_);
        steps_.push_back({std::move(run),
                          {{DNNL_ARG_SRC, source}, {DNNL_ARG_WEIGHTS, to}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, y}}});
        return y;
    }

    dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_{engine_};
    dnnl::memory input_;
    std::vector<step> steps_;
    const float* answers_ = nullptr;
};

const bool registered = [] {
    bench::add_vision<forward, bench::encoder, bench::lenet>("onednn");
    bench::add_vision_batch<forward, bench::lenet>("onednn");
    return true;
}();

}  // namespace
