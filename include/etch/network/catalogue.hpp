#pragma once
// All layers of etch. A new layer is a file in layer/ and a row here; tests name most other places that
// lack it, CONTRIBUTING.md ("Where else a new layer goes") has all.
#include <cstddef>

#include <etch/layer/attention.hpp>
#include <etch/layer/average_pool.hpp>
#include <etch/layer/batch_norm.hpp>
#include <etch/layer/causal_conv_1d.hpp>
#include <etch/layer/clip.hpp>
#include <etch/layer/conv_1d.hpp>
#include <etch/layer/conv_2d.hpp>
#include <etch/layer/conv_transpose_1d.hpp>
#include <etch/layer/conv_transpose_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/elu.hpp>
#include <etch/layer/embedding.hpp>
#include <etch/layer/fast_tanh.hpp>
#include <etch/layer/film.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/layer/gated.hpp>
#include <etch/layer/gelu.hpp>
#include <etch/layer/group_norm.hpp>
#include <etch/layer/gru.hpp>
#include <etch/layer/hard_sigmoid.hpp>
#include <etch/layer/identity.hpp>
#include <etch/layer/input.hpp>
#include <etch/layer/last_step.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/log_softmax.hpp>
#include <etch/layer/lstm.hpp>
#include <etch/layer/max_pool.hpp>
#include <etch/layer/normalize.hpp>
#include <etch/layer/prelu.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/silu.hpp>
#include <etch/layer/simple_rnn.hpp>
#include <etch/layer/slice.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/softplus.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/layer/unstandardize.hpp>
#include <etch/layer/upsample.hpp>
#include <etch/layer/wavenet.hpp>
#include <etch/network/bidirectional.hpp>
#include <etch/network/parallel.hpp>
#include <etch/network/residual.hpp>
#include <etch/network/unrolled.hpp>

namespace etch::inline ETCH_VARIANT {

/// One layer of a catalogue. `L` has its default arguments, or small ones if it has no defaults: `Required` is how many
/// arguments a type list must give. `Input` is a shape that it accepts.
template <class L, std::size_t Required = 0, class Input = input<6>>
struct catalogue_row {
    using layer = L;
    using example_input = Input;
    static constexpr std::size_t required = Required;
};

/// A list of layers for everything that must know all of them: readers of topologies, tables and tests.
template <class... Rows>
struct catalogue {
    static constexpr std::size_t size = sizeof...(Rows);

    /// Calls f.template operator()<Row>() for each row.
    template <class F>
    static constexpr void for_each(F&& f) {
        (f.template operator()<Rows>(), ...);
    }
};

// clang-format off
using all_layers = catalogue<
    catalogue_row<flatten, 0, input<2, 3>>,
    catalogue_row<dense<1>, 1>,
    catalogue_row<conv_1d<2>, 1, input<2, 4>>,
    catalogue_row<conv_2d<2>, 1, input<2, 4, 3>>,
    catalogue_row<causal_conv_1d<2>, 1>,
    catalogue_row<conv_transpose_1d<2>, 1, input<2, 4>>,
    catalogue_row<conv_transpose_2d<2>, 1, input<2, 4, 3>>,
    catalogue_row<max_pool<2>, 1, input<2, 4, 3>>,
    catalogue_row<average_pool<2>, 1, input<2, 4, 3>>,
    catalogue_row<global_average_pool, 0, input<2, 4, 3>>,
    catalogue_row<upsample<2>, 1, input<2, 4, 3>>,
    catalogue_row<residual<identity>, 1>,
    catalogue_row<gru<1>, 1>,
    catalogue_row<lstm<1>, 1>,
    catalogue_row<simple_rnn<1>, 1>,
    catalogue_row<unrolled<gru<2>>, 1, input<2, 3>>,
    catalogue_row<bidirectional<gru<2>>, 1, input<2, 3>>,
    catalogue_row<last_step, 0, input<2, 3>>,
    catalogue_row<parallel<branch<dense<2>>>, 1>,
    catalogue_row<slice<0, 2>, 2>,
    catalogue_row<attention<1>, 1, input<2, 3>>,
    catalogue_row<embedding<3, 2>, 2>,
    catalogue_row<gated<tanh, sigmoid>, 2>,
    catalogue_row<film>,
    catalogue_row<wavenet<wavenet_array<2, 1, dilations<1>>>, 1>,
    // activations
    catalogue_row<identity>,
    catalogue_row<relu>,
    catalogue_row<leaky_relu<>>,
    catalogue_row<elu<>>,
    catalogue_row<selu>,
    catalogue_row<gelu>,
    catalogue_row<silu>,
    catalogue_row<softplus>,
    catalogue_row<tanh>,
    catalogue_row<sigmoid>,
    catalogue_row<hard_tanh>,
    catalogue_row<hard_sigmoid>,
    catalogue_row<hard_swish>,
    catalogue_row<clamp<>>,
    catalogue_row<prelu<>>,
    catalogue_row<softmax>,
    catalogue_row<log_softmax>,
    catalogue_row<fast_tanh>,
    catalogue_row<fast_sigmoid>,
    // statistics of the training data
    catalogue_row<standardize>,
    catalogue_row<normalize<>>,
    catalogue_row<unstandardize>,
    catalogue_row<clip>,
    // for training
    catalogue_row<dropout<1>, 1>,
    catalogue_row<batch_norm<>, 0, input<2, 4, 3>>,
    catalogue_row<layer_norm<>>,
    catalogue_row<group_norm<2>, 1, input<2, 4, 3>>,
    catalogue_row<frozen<dense<2>>, 1>>;
// clang-format on

}  // namespace etch::inline ETCH_VARIANT
