#pragma once
// A step of one array of a wavenet, for one sample, forward and backward.
#include <cstddef>
#include <cstdint>

#include <etch/layer/wavenet_array.hpp>
#include <etch/tensor/product.hpp>
#include <etch/tensor/rows.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// The rings of an array and the places of their oldest inputs, before and after a step. Outside training both are the
/// same memory.
template <class T>
struct wavenet_rings {
    const T *before, *places;
    T *after, *next_places;
};
/// The gradients of the rings: from the step after, and to the step before.
template <class T>
struct wavenet_ring_gradients {
    const T* after;
    T* before;
};

template <class Activation>
struct wavenet_gate {};
template <class F, class G>
struct wavenet_gate<gated<F, G>> {
    using first = F;
    using second = G;
};
/// The activations get no context.
struct no_context {};

/// dx += Wᵀ dz.
template <std::size_t Rows, std::size_t Columns, class T>
ETCH_NO_INLINE constexpr void add_transposed_product(const T* W, const T* dz, T* dx) noexcept {
    vector_view<T, Columns>{dx} += transpose(matrix_view<const T, Rows, Columns>{W}) * vector_view<const T, Rows>{dz};
}
/// dW += dz xᵀ, unless W is frozen and dW null.
template <std::size_t Rows, std::size_t Columns, class T>
ETCH_NO_INLINE constexpr void add_outer_product(const T* dz, const T* x, T* dW) noexcept {
    if (dW != nullptr)
        matrix_view<T, Rows, Columns>{dW} +=
            vector_view<const T, Rows>{dz} * transpose(vector_view<const T, Columns>{x});
}
template <std::size_t Size, class T>
ETCH_NO_INLINE constexpr void add_numbers(const T* from, T* to) noexcept {
    if (to != nullptr) vector_view<T, Size>{to} += vector_view<const T, Size>{from};
}

/// An array with `Inputs` inputs and a condition of `Condition` numbers, for `Steps` steps of a stream together, a
/// column of each matrix for each; a product has the same bits as that of one column. See wavenet for the formulas.
/// `Last`: no array follows, so nobody needs the output of its last layer.
template <class T, class Array, std::size_t Inputs, std::size_t Condition, bool Last, std::size_t Steps = 1>
struct wavenet_step {
    static constexpr std::size_t C = Array::channels, S = Array::sums, O = Array::outputs, layers = Array::layers;
    static constexpr auto& table = Array::template table<Inputs, Condition>;
    static constexpr std::size_t head_at = Array::template head_weights<Inputs, Condition>;
    static constexpr std::size_t head_length = Array::settings.head_length, head_remembered = Array::head_remembered;
    static constexpr std::size_t products = Last ? layers - 1 : layers;  ///< of how many layers the output is needed

    /// What a layer keeps for its backward pass: its input h, its sums z, of a gate both factors, and a. After the last
    /// one, its output. Outside training all layers have the same memory, and behind it that of what a kernel sees.
    static constexpr std::size_t z_at = C * Steps, factors_at = z_at + S * Steps;
    static constexpr std::size_t a_at = Array::is_gated ? factors_at + S * Steps : factors_at;
    static constexpr std::size_t block = a_at + C * Steps;
    static constexpr std::size_t kept(bool training) noexcept { return (training ? layers : 1) * block + C * Steps; }
    static constexpr std::size_t output_at(bool training) noexcept { return training ? layers * block : 0; }
    /// What a backward pass needs: the gradients of the sum, of h, of a and of z.
    static constexpr std::size_t dsum_at = 0, dh_at = C, da_at = 2 * C, dz_at = 3 * C, for_backward = 3 * C + S;

    /// `sum` has the sum of the arrays before, and after it that of this one's layers too.
    template <bool Training>
    ETCH_INLINE static constexpr void forward(const T* weights, const wavenet_rings<T>& rings, const T* input,
                                              const T* condition, T* memory, T* sum, T* output) noexcept {
        steps<C>(memory) = weight<C, Inputs>(weights) * seen<Inputs>(input);
        for (std::size_t i = 0; i < layers; ++i) {
            const wavenet_layer& of = table[i];
            T *const h = memory + (Training ? i * block : 0), *const z = h + z_at, *const a = h + a_at;
            const std::size_t first = ring_place(rings.places[i], of.remembered);
            const T *W = weights + of.weights, *const past = rings.before + of.ring;
            steps<S>(z) = weight<S, Condition>(weights + mixin_of(of)) * seen<Condition>(condition) +
                          from<S>(weights + bias_of(of));
            for (std::size_t t = 0; t < of.length; ++t, W += S * C)  // the last depends on the layer before
                steps<S>(z) = weight<S, C>(W) * seen<C>(seen_at(of, first, t, past, h, memory + block)) + seen<S>(z);
            remember(h, first, of.remembered, rings.after + of.ring, rings.next_places[i]);
            activate<Training>(h);
            steps<C>(sum) += seen<C>(a);
            if (i < products) {
                const T* const U = weights + product_of(of);
                steps<C>(Training ? h + block : h) = weight<C, C>(U) * seen<C>(a) + (seen<C>(h) + from<C>(U + C * C));
            }
        }
        head(weights + head_at, rings, sum, memory + block, output);
    }

    /// Adds to `gradients`, those of the weights, unless they are frozen and it is null, to `dcondition` and to
    /// `dinput`. `work` has the gradient of the last layer's output at dh_at, unless the array is the last, and gets
    /// that of what the sum began from at dsum_at.
    ETCH_INLINE static constexpr void backward(const T* weights, T* gradients, const wavenet_rings<T>& rings,
                                               const wavenet_ring_gradients<T>& dring, const T* input,
                                               const T* condition, T* dcondition, T* memory, const T* sum,
                                               const T* doutput, T* work, T* dinput) noexcept {
        T *const dsum = work + dsum_at, *const dh = work + dh_at, *const da = work + da_at, *const dz = work + dz_at;
        const auto gradient = [gradients](std::size_t at) { return gradients == nullptr ? nullptr : gradients + at; };
        head_backward(weights + head_at, gradient(head_at), rings, dring, sum, doutput, dsum);
        if constexpr (Last) to<C>(dh).fill(0);
        for (std::size_t i = layers; i-- > 0;) {
            const wavenet_layer& of = table[i];
            T *const h = memory + i * block, *const a = h + a_at;
            copy_numbers<C>(static_cast<const T*>(dsum), da);
            if (i < products) {
                const std::size_t U = product_of(of);
                add_outer_product<C, C>(dh, a, gradient(U));
                add_numbers<C>(dh, gradient(U + C * C));
                add_transposed_product<C, C>(weights + U, dh, da);
            }
            activation_backward(h, da, dz);
            add_outer_product<S, Condition>(dz, condition, gradient(mixin_of(of)));
            add_numbers<S>(dz, gradient(bias_of(of)));
            add_transposed_product<S, Condition>(weights + mixin_of(of), dz, dcondition);

            const std::size_t first = ring_place(rings.places[i], of.remembered);
            const T *const past = rings.before + of.ring, *const dnow = dring.after + of.ring + C * first;
            T* const dpast = dring.before + of.ring;
            to<C>(dpast + C * first).fill(0);  // from the step after this one it has h
            for (std::size_t t = 0; t < of.length; ++t) {
                const bool is_now = t + 1 == of.length;
                const std::size_t W = of.weights + t * S * C, place = is_now ? 0 : C * place_of(of, first, t);
                add_outer_product<S, C>(dz, is_now ? h : past + place, gradient(W));
                add_transposed_product<S, C>(weights + W, dz, is_now ? dh : dpast + place);
            }
            add_numbers<C>(dnow, dh);
        }
        add_outer_product<C, Inputs>(dh, input, gradients);
        add_transposed_product<C, Inputs>(weights, dh, dinput);
    }

private:
    template <std::size_t Rows, std::size_t Columns>
    ETCH_INLINE static constexpr matrix_view<const T, Rows, Columns> weight(const T* numbers) noexcept {
        return matrix_view<const T, Rows, Columns>{numbers};
    }
    /// So many numbers of each step.
    template <std::size_t Rows>
    ETCH_INLINE static constexpr matrix_view<const T, Rows, Steps> seen(const T* numbers) noexcept {
        return matrix_view<const T, Rows, Steps>{numbers};
    }
    template <std::size_t Rows>
    ETCH_INLINE static constexpr matrix_view<T, Rows, Steps> steps(T* numbers) noexcept {
        return matrix_view<T, Rows, Steps>{numbers};
    }
    template <std::size_t Size>
    ETCH_INLINE static constexpr vector_view<const T, Size> from(const T* numbers) noexcept {
        return vector_view<const T, Size>{numbers};
    }
    template <std::size_t Size>
    ETCH_INLINE static constexpr vector_view<T, Size> to(T* numbers) noexcept {
        return vector_view<T, Size>{numbers};
    }

    // Where a layer's weights are: the matrices of the convolution, the oldest place first, its bias, the mixin, the
    // matrix of the 1 x 1 product and its bias.
    ETCH_INLINE static constexpr std::size_t bias_of(const wavenet_layer& of) noexcept {
        return of.weights + S * C * of.length;
    }
    ETCH_INLINE static constexpr std::size_t mixin_of(const wavenet_layer& of) noexcept { return bias_of(of) + S; }
    ETCH_INLINE static constexpr std::size_t product_of(const wavenet_layer& of) noexcept {
        return mixin_of(of) + S * Condition;
    }
    /// The place in its ring of what its kernel sees t-th.
    ETCH_INLINE static constexpr std::size_t place_of(const wavenet_layer& of, std::size_t first,
                                                      std::size_t t) noexcept {
        return ring_after(first, t * of.dilation, of.remembered);
    }

    /// What the kernel sees t-th, in each step: h itself, or what it was before. That lies in the ring, in one piece if
    /// no step is in the block and the ring does not end between; otherwise it is gathered in `to`.
    ETCH_INLINE static constexpr const T* seen_at(const wavenet_layer& of, std::size_t first, std::size_t t,
                                                  const T* past, const T* h, [[maybe_unused]] T* to) noexcept {
        if (t + 1 == of.length) return h;
        const std::size_t place = place_of(of, first, t);
        if constexpr (Steps == 1)
            return past + C * place;
        else
            return gathered(past, place, of.remembered, (of.length - 1 - t) * of.dilation, h, to);
    }
    /// The inputs of `ago` steps before each, of which the first is at `place` in the ring.
    static constexpr const T* gathered(const T* past, std::size_t place, std::size_t remembered, std::size_t ago,
                                       const T* h, T* to) noexcept {
        if (ago >= Steps && place + Steps <= remembered) return past + C * place;
        const std::size_t before = ago < Steps ? ago : Steps;
        for (std::size_t n = 0; n < Steps; ++n)
            copy_numbers<C>(n < before ? past + C * ring_after(place, n, remembered) : h + C * (n - before),
                            to + C * n);
        return to;
    }
    /// Writes h of each step into the ring, and where its oldest input is then.
    ETCH_INLINE static constexpr void remember(const T* h, std::size_t first, std::size_t remembered, T* ring,
                                               T& next_place) noexcept {
        for (std::size_t n = 0; n < Steps; ++n) {
            if (n > 0) first = ring_after(first, 1, remembered);
            copy_numbers<C>(h + C * n, ring + C * first);
        }
        next_place = next_ring_place<T>(first, remembered);
    }

    template <bool Training>
    ETCH_INLINE static constexpr void activate(T* h) noexcept {
        using activation = typename Array::activation;
        constexpr no_context none;
        const auto z = seen<S>(h + z_at);
        if constexpr (!Array::is_gated) {
            steps<C>(h + a_at) = activation::forward(none, z);
        } else {
            const auto first = rows<0, C>(z), second = rows<C, C>(z);
            if constexpr (Training) {
                T* const factors = h + factors_at;
                to<C>(factors) = wavenet_gate<activation>::first::forward(none, first);
                to<C>(factors + C) = wavenet_gate<activation>::second::forward(none, second);
                to<C>(h + a_at) = hadamard(from<C>(factors), from<C>(factors + C));
            } else {
                steps<C>(h + a_at) = hadamard(wavenet_gate<activation>::first::forward(none, first),
                                              wavenet_gate<activation>::second::forward(none, second));
            }
        }
    }
    ETCH_INLINE static constexpr void activation_backward(const T* h, const T* da, T* dz) noexcept {
        using activation = typename Array::activation;
        constexpr no_context none;
        const T *const z = h + z_at, *const factors = h + factors_at;
        if constexpr (!Array::is_gated) {
            to<C>(dz) = activation::backward(none, from<C>(z), from<C>(h + a_at), from<C>(da));
        } else {
            using gate = wavenet_gate<activation>;
            to<C>(dz) =
                gate::first::backward(none, from<C>(z), from<C>(factors), hadamard(from<C>(da), from<C>(factors + C)));
            to<C>(dz + C) = gate::second::backward(none, from<C>(z + C), from<C>(factors + C),
                                                   hadamard(from<C>(da), from<C>(factors)));
        }
    }

    /// The head sees the sum of the layers, and with a longer kernel those of the steps before.
    ETCH_INLINE static constexpr void head(const T* W, const wavenet_rings<T>& rings, const T* sum,
                                           [[maybe_unused]] T* memory, T* output) noexcept {
        if constexpr (Array::settings.head_bias) {
            const T* const b = W + O * C * head_length;
            for (std::size_t n = 0; n < Steps; ++n) copy_numbers<O>(b, output + O * n);
        } else {
            steps<O>(output).fill(0);
        }
        if constexpr (head_length == 1) {
            steps<O>(output) = weight<O, C>(W) * seen<C>(sum) + seen<O>(output);
        } else {
            constexpr wavenet_layer as_layer{head_length, 1, head_remembered, 0, 0};
            const T* const past = rings.before + Array::layer_rings;
            const std::size_t first = ring_place(rings.places[layers], head_remembered);
            for (std::size_t t = 0; t < head_length; ++t, W += O * C)
                steps<O>(output) =
                    weight<O, C>(W) * seen<C>(seen_at(as_layer, first, t, past, sum, memory)) + seen<O>(output);
            remember(sum, first, head_remembered, rings.after + Array::layer_rings, rings.next_places[layers]);
        }
    }
    ETCH_INLINE static constexpr void head_backward(const T* W, T* dW, const wavenet_rings<T>& rings,
                                                    [[maybe_unused]] const wavenet_ring_gradients<T>& dring,
                                                    const T* sum, const T* doutput, T* dsum) noexcept {
        const auto gradient = [dW](std::size_t at) { return dW == nullptr ? nullptr : dW + at; };
        constexpr std::size_t now = head_remembered * O * C;
        if constexpr (Array::settings.head_bias) add_numbers<O>(doutput, gradient(O * C * head_length));
        if constexpr (head_length == 1) {
            to<C>(dsum).fill(0);
        } else {
            const T* const past = rings.before + Array::layer_rings;
            T* const dpast = dring.before + Array::layer_rings;
            const std::size_t first = ring_place(rings.places[layers], head_remembered);
            copy_numbers<C>(dring.after + Array::layer_rings + C * first, dsum);
            to<C>(dpast + C * first).fill(0);
            for (std::size_t t = 0; t < head_remembered; ++t) {
                add_outer_product<O, C>(doutput, past + head_place(first, t), gradient(t * O * C));
                add_transposed_product<O, C>(W + t * O * C, doutput, dpast + head_place(first, t));
            }
        }
        add_outer_product<O, C>(doutput, sum, gradient(now));
        add_transposed_product<O, C>(W + now, doutput, dsum);
    }
    ETCH_INLINE static constexpr std::size_t head_place(std::size_t first, std::size_t t) noexcept {
        return C * ring_after(first, t, head_remembered);
    }
};

}  // namespace etch::inline ETCH_VARIANT::internal
