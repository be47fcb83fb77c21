#pragma once
#include <array>
#include <cstddef>
#include <tuple>
#include <utility>

#include <etch/layer/layer.hpp>
#include <etch/layer/wavenet_step.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Where an array begins among the weights, the rings, the places of their oldest inputs, what a pass keeps of a
/// sample, and what a backward pass works with.
struct wavenet_begins {
    std::size_t weights = 0, rings = 0, places = 0, kept = 0, work = 0;
};

}  // namespace internal

/// The WaveNet of Neural Amp Modeler, for streams: arrays of dilated causal convolutions, each of which also sees a
/// condition, the network's input x. What the layers of an array make of both, a, is summed for its head, whose output
/// the sum of the next array starts from; the output of the last head, times head_scale, is y.
///
///     forward     h  = R x                                 (an array after the first: R times the h of that one)
///                 z  = [W h(t - (K - 1) D); ...; W h(t - D); W h(t)] + b + M x      in each layer, with its D and K
///                 a  = f(z)                                or f(z1) ⊙ g(z2), for gated<f, g>
///                 s  = s + a                               in the first array from 0 on
///                 h' = h + U a + c                         what the next layer gets
///                 s' = H s + b                             (what the next array starts from, or the output)
///                 y  = head_scale s'
///     backward    ds = Hᵀ ds',  da = ds + Uᵀ dh',  dz = da ⊙ f'(z),  dx gets Mᵀ dz
///                 dh = dh' + Wᵀ dz + what later steps pass back,  dx or the dh' of the array before gets Rᵀ dh
///                 dW = dz hᵀ,  dM = dz xᵀ,  dU = dh' aᵀ,  ...        (summed over the samples and the steps)
///
/// Shapes: x is {inputs}, and y has as many numbers as the head of the last array has outputs. The head of each other
/// array has as many outputs as the next one has channels. Neural Amp Modeler's A1 "standard" is
///
///     network<input<1>, wavenet<wavenet_array<16, 8, dilations_up_to<512>>,
///                               wavenet_array<8, 1, dilations_up_to<512>, head_bias>>>
///
/// Parameters are named by array and layer: "0.rechannel.weight" (R), then for each layer "0.0.conv.weight" (W: sums,
/// channels, place in the kernel, the oldest first), "0.0.conv.bias", "0.0.mixin.weight" (M), "0.0.layer1x1.weight"
/// (U), "0.0.layer1x1.bias" (c), then "0.head.weight" (H) and "0.head.bias"; at the end "head_scale", which is 1 unless
/// a file has another one, and is not trained. The output of the last layer of the last array is used nowhere: its U
/// and c get no gradient.
///
/// The state is a ring of its last (K - 1) D inputs for each layer, and for a head with a kernel, and the place in each
/// of the oldest one. A step takes the same time for every dilation; a block of steps is computed with matrices of a
/// column per step, and has the same bits. Training copies the rings in each step, since each needs its own.
/// Source: A. van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016; A. Wright, E. Damskägg,
/// V. Välimäki, "Real-Time Black-Box Modelling with Recurrent Neural Networks", 2019 (as a model of an amplifier).
template <class... Arrays>
struct wavenet : layer_defaults {
    static_assert(sizeof...(Arrays) > 0 && (internal::is_wavenet_array<Arrays> && ...),
                  "etch: wavenet is made of arrays: wavenet<wavenet_array<16, 8, dilations_up_to<512>>, ...>");

    static constexpr const char* name = "wavenet";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr std::size_t arrays = sizeof...(Arrays);

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.rank == 1, "etch: wavenet gets one step of a stream after the other: input<channels>");
        static_assert(heads_fit,
                      "etch: the head of an array of wavenet must have as many outputs as the next array has channels");
        static_assert(((Arrays::most_remembered < internal::ring_limit) && ...),
                      "etch: wavenet remembers less than 2^24 steps");
    }

    static constexpr shape output(shape) { return {array_at<arrays - 1>::outputs}; }

    template <shape In>
    static constexpr auto parameters() {
        return all_parameters<In.size()>;
    }
    template <shape In>
    static constexpr std::array<named_tensor, 2> state() {
        constexpr internal::wavenet_begins all = begins<In.size(), true>[arrays];
        return {named_tensor{"inputs", {all.rings}}, named_tensor{"oldest", {all.places}}};
    }
    template <shape In>
    static constexpr std::size_t multiply_adds() {
        std::size_t all = outputs;
        for_each_array([&]<std::size_t I>() {
            all += array_at<I>::multiply_adds(inputs_of<I, In.size()>, In.size(), I + 1 == arrays);
        });
        return all;
    }

    /// What the arrays keep, in training of each sample, and the outputs of the last head; in training also the
    /// gradients of those and of x, and what a backward pass works with.
    template <shape In, std::size_t Columns, bool Training>
    static constexpr std::array<named_tensor, 4> scratch() {
        constexpr internal::wavenet_begins all = begins<In.size(), Training>[arrays];
        return {named_tensor{"kept", {all.kept, Training ? Columns : 1}}, named_tensor{"heads", {outputs, Columns}},
                named_tensor{"gradient of x", {Training ? In.size() * Columns : 0}},
                named_tensor{"work", {Training ? all.work + outputs : 0}}};
    }

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const X& x) {
        const auto& heads = get<1>(layer.scratch);
        for (std::size_t j = 0; j < X::columns; ++j) forward_steps<1>(layer, x.data() + j * X::rows, j);
        return get<tensors - 1>(layer.parameters)[0] * heads;
    }

    template <shape In>
    static constexpr bool takes_blocks() {
        return true;
    }
    template <shape In, std::size_t Steps>
    static constexpr std::array<named_tensor, 2> block_scratch() {
        return {named_tensor{"kept", {begins<In.size(), false, Steps>[arrays].kept}},
                named_tensor{"heads", {outputs, Steps}}};
    }
    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward_block(const Context& layer, const X& x) {
        const auto& heads = get<1>(layer.scratch);
        forward_steps<X::columns>(layer, x.data(), 0);
        return get<tensors - 1>(layer.parameters)[0] * heads;
    }

    template <class Context, class DY>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const auto& x, const auto& /*y*/, const DY& dy) {
        using T = typename Context::number;
        constexpr std::size_t inputs = Context::input.size();
        const matrix_view<T, inputs, DY::columns> dx{get<2>(layer.scratch).data()};
        for (std::size_t j = 0; j < DY::columns; ++j)
            step_backward(layer, x.data() + j * inputs, dy.data() + j * outputs, dx.data() + j * inputs, j);
        return dx;
    }

private:
    template <std::size_t I>
    using array_at = std::tuple_element_t<I, std::tuple<Arrays...>>;
    static constexpr std::size_t outputs = array_at<arrays - 1>::outputs;
    static constexpr std::size_t tensors = (Arrays::tensors + ... + 1);

    template <class F>
    ETCH_INLINE static constexpr void for_each_array(const F& f) noexcept {
        [&]<std::size_t... I>(std::index_sequence<I...>)
            ETCH_INLINE_LAMBDA { (f.template operator()<I>(), ...); }(std::make_index_sequence<arrays>{});
    }

    /// What array I gets: x, or the output of the last layer before.
    template <std::size_t I, std::size_t Inputs>
    static constexpr std::size_t inputs_of = std::array{Inputs, Arrays::channels...}[I];

    template <std::size_t I, class T, std::size_t Inputs, std::size_t Steps = 1>
    using step_of = internal::wavenet_step<T, array_at<I>, inputs_of<I, Inputs>, Inputs, I + 1 == arrays, Steps>;

    static constexpr bool heads_fit = [] {
        constexpr std::size_t channels[] = {Arrays::channels...}, heads[] = {Arrays::outputs...};
        bool all = true;
        for (std::size_t i = 0; i + 1 < arrays; ++i) all = all && heads[i] == channels[i + 1];
        return all;
    }();

    template <std::size_t Inputs, bool Training, std::size_t Steps = 1>
    static constexpr std::array<internal::wavenet_begins, arrays + 1> begins = [] {
        std::array<internal::wavenet_begins, arrays + 1> all{};
        for_each_array([&]<std::size_t I>() {
            using array = array_at<I>;
            using step = step_of<I, float, Inputs, Steps>;
            all[I + 1] = {all[I].weights + array::template weights<inputs_of<I, Inputs>, Inputs>,
                          all[I].rings + array::rings, all[I].places + array::places,
                          all[I].kept + step::kept(Training) + array::channels * Steps,
                          all[I].work + step::for_backward};
        });
        return all;
    }();

    template <std::size_t Inputs>
    static constexpr std::array<parameter, tensors> all_parameters = [] {
        std::array<parameter, tensors> all{};
        parameter* to = all.data();
        for_each_array(
            [&]<std::size_t I>() { to = array_at<I>::name_parameters(to, I, inputs_of<I, Inputs>, Inputs); });
        *to = {.name = "head_scale", .extents = {1}, .initializer = ones, .role = parameter_role::frozen};
        return all;
    }();

    /// The rings of array I, of sample j.
    template <std::size_t I, class Context>
    ETCH_INLINE static constexpr auto rings_of(const Context& layer, std::size_t j) noexcept {
        constexpr auto& all = begins<Context::input.size(), Context::training>;
        const auto& [rings, places] = layer.state;
        const auto& [next_rings, next_places] = layer.next_state;
        const std::size_t ring = j * rings.rows + all[I].rings, place = j * places.rows + all[I].places;
        return internal::wavenet_rings<typename Context::number>{rings.data() + ring, places.data() + place,
                                                                 next_rings.data() + ring, next_places.data() + place};
    }

    /// Where array I keeps the sum for its head, which begins as the output of the head before.
    template <std::size_t I, class Context, std::size_t Steps = 1, class T>
    ETCH_INLINE static constexpr T* sum_of(T* kept) noexcept {
        constexpr std::size_t inputs = Context::input.size();
        return kept + begins<inputs, Context::training, Steps>[I].kept +
               step_of<I, T, inputs, Steps>::kept(Context::training);
    }

    /// Steps of sample j, of which x is the first input: one, or a block.
    template <std::size_t Steps, class Context, class T>
    ETCH_INLINE static constexpr void forward_steps(const Context& layer, const T* x, std::size_t j) noexcept {
        using number = typename Context::number;
        constexpr bool training = Context::training;
        constexpr std::size_t inputs = Context::input.size();
        constexpr auto& all = begins<inputs, training, Steps>;
        if constexpr (training) {
            const auto& before = get<0>(layer.state);
            internal::copy_numbers<all[arrays].rings>(before.data() + j * before.rows,
                                                      get<0>(layer.next_state).data() + j * before.rows);
        }
        number* const kept = get<0>(layer.scratch).data() + (training ? j * all[arrays].kept : 0);
        const number* const weights = get<0>(layer.parameters).data();
        vector_view<number, array_at<0>::channels * Steps>{sum_of<0, Context, Steps>(kept)}.fill(0);
        for_each_array([&]<std::size_t I>() ETCH_INLINE_LAMBDA {
            using step = step_of<I, number, inputs, Steps>;
            const number* from = x;
            number* to = get<1>(layer.scratch).data() + j * outputs;
            if constexpr (I > 0)
                from = kept + all[I - 1].kept + step_of<I - 1, number, inputs, Steps>::output_at(training);
            if constexpr (I + 1 < arrays) to = sum_of<I + 1, Context, Steps>(kept);
            step::template forward<training>(weights + all[I].weights, rings_of<I>(layer, j), from, x,
                                             kept + all[I].kept, sum_of<I, Context, Steps>(kept), to);
        });
    }

    template <class Context, class T>
    ETCH_INLINE static constexpr void step_backward(const Context& layer, const T* x, const T* dy,
                                                    typename Context::number* dx, std::size_t j) noexcept {
        using number = typename Context::number;
        constexpr std::size_t inputs = Context::input.size();
        constexpr auto& all = begins<inputs, true>;
        constexpr std::size_t rings = all[arrays].rings, places = all[arrays].places;
        const number* const dafter = get<0>(layer.grad_next_state).data() + j * rings;
        number* const dbefore = get<0>(layer.grad_state).data() + j * rings;
        internal::copy_numbers<rings>(dafter, dbefore);
        vector_view<number, places>{get<1>(layer.grad_state).data() + j * places}.fill(0);

        number* const kept = get<0>(layer.scratch).data() + j * all[arrays].kept;
        number *const work = get<3>(layer.scratch).data(), *const dheads = work + all[arrays].work;
        const number* const weights = get<0>(layer.parameters).data();
        number* gradients = nullptr;
        if constexpr (requires { get<0>(layer.gradients).data(); }) gradients = get<0>(layer.gradients).data();
        vector_view<number, outputs>{dheads} =
            get<tensors - 1>(layer.parameters)[0] * vector_view<const number, outputs>{dy};
        vector_view<number, inputs>{dx}.fill(0);
        for_each_array([&]<std::size_t Reversed>() ETCH_INLINE_LAMBDA {
            constexpr std::size_t I = arrays - 1 - Reversed;
            using step = step_of<I, number, inputs>;
            const number *from = x, *doutput = dheads;
            number *const of_step = work + all[I].work, *dfrom = dx;
            if constexpr (I > 0) {
                using former = step_of<I - 1, number, inputs>;
                from = kept + all[I - 1].kept + former::output_at(true);
                dfrom = work + all[I - 1].work + former::dh_at;
                vector_view<number, former::C>{dfrom}.fill(0);
            }
            if constexpr (I + 1 < arrays) doutput = work + all[I + 1].work + step::dsum_at;
            step::backward(weights + all[I].weights, gradients == nullptr ? nullptr : gradients + all[I].weights,
                           rings_of<I>(layer, j), {dafter + all[I].rings, dbefore + all[I].rings}, from, x, dx,
                           kept + all[I].kept, sum_of<I, Context>(kept), doutput, of_step, dfrom);
        });
    }
};

}  // namespace etch::inline ETCH_VARIANT
