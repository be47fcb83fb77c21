#pragma once
#include <etch/layer/layer.hpp>
#include <etch/tensor/block_view.hpp>
#include <etch/tensor/patches.hpp>
#include <etch/tensor/recut.hpp>

namespace etch::inline ETCH_VARIANT {

/// The convolution of images: at each position where the kernel is completely inside the image, Filters outputs, each a
/// weighted sum of all elements under the kernel, with the same weights everywhere.
///
///     forward     z  = W patches(a) + b         one column per position
///     backward    dW = dz patches(a)ᵀ           (summed over positions and samples)
///                 db = dz                       (summed likewise)
///                 da = dz convolved with the flipped kernel: at each position, Wᵀ dz, added to the elements under it
///
/// Shapes: a is {channels, width, height}, z is {Filters, width - KernelWidth + 1, height - KernelHeight + 1}, W is
/// Filters x (channels * KernelWidth * KernelHeight), b is Filters. Column k of W is for channel + channels * (x +
/// KernelWidth * y) of the kernel. In files W is [Filters, channels, y, x], as in PyTorch; Keras has [y, x, channels,
/// Filters]. Cost per sample: one multiply-add per element of W and position; twice as many backward. The weights are
/// initialized as for dense. The stride is 1, without padding.
template <std::size_t Filters, std::size_t KernelWidth = 3, std::size_t KernelHeight = KernelWidth>
struct conv_2d : layer_defaults {
    static_assert(Filters > 0 && KernelWidth > 0 && KernelHeight > 0,
                  "etch: conv_2d<Filters, KernelWidth, KernelHeight> needs at least one of each");

    static constexpr const char* name = "conv_2d";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool recuts = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.rank == 3, "etch: conv_2d needs images for its input: input<channels, width, height>");
        static_assert(In.rank != 3 || fits(In),
                      "etch: conv_2d needs images at least as wide and as high as its kernel");
    }

    static constexpr shape output(shape input) {
        if (!fits(input)) return {Filters, 1, 1};
        return {Filters, input.extent[1] - KernelWidth + 1, input.extent[2] - KernelHeight + 1};
    }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        constexpr std::size_t seen = In.extent[0] * KernelWidth * KernelHeight;
        constexpr std::size_t reached = Filters * KernelWidth * KernelHeight;
        shape kernels{Filters, In.extent[0], KernelWidth};
        kernels.extent[kernels.rank++] = KernelHeight;
        return {parameter{.name = "weight",
                          .extents = kernels,
                          .initializer = automatic,
                          .fan_in = seen,
                          .fan_out = reached,
                          .in_file = {0, 1, 3, 2}},
                parameter{.name = "bias", .extents = {Filters}, .fan_in = seen, .fan_out = reached}};
    }

    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return output(In).size() * In.extent[0] * KernelWidth * KernelHeight;
    }

    template <class Context>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const auto& a) {
        const auto& [W, b] = layer.parameters;
        if constexpr (fits(Context::input))
            return W * patches<Context::input, KernelWidth, KernelHeight>(a) + b;
        else
            return tensor<typename Context::number, Filters, Context::columns>{};  // so that there is only one error
    }

    template <class Context, class A, class DZ>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const A& a, const auto& /*z*/, const DZ& dz) {
        using T = typename DZ::value_type;
        constexpr shape in = Context::input;
        const auto& [W, b] = layer.parameters;
        const auto& [transposed] = layer.scratch;
        const matrix_view<const T, Filters, DZ::rows * DZ::columns / Filters> by_place{dz.data()};
        add_gradients<in, A::columns>(layer, a.data(), by_place);
        if constexpr (KernelWidth * KernelHeight == 1)
            return transpose(W, transposed.data()) * by_place;
        else
            return input_gradient<T, in, A::columns>{W.data(), dz.data(), transposed.data()};
    }

    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        if constexpr (Training)
            return std::array{named_tensor{"transposed weight", {In.extent[0] * KernelWidth * KernelHeight, Filters}}};
        else
            return std::array<named_tensor, 0>{};
    }

private:
    static constexpr bool fits(shape input) {
        return input.rank == 3 && input.extent[1] >= KernelWidth && input.extent[2] >= KernelHeight;
    }

    /// One row of positions after the other: what the kernel covers as it moves along the width is an image with the
    /// kernel's height, whose patches begin `channels` elements apart.
    template <shape In, std::size_t Samples, class T, class DZ>
    static constexpr void add_gradients(const auto& layer, const T* a, const DZ& dz) {
        constexpr std::size_t line = In.extent[0] * In.extent[1];
        constexpr shape out = output(In), seen{In.extent[0], In.extent[1], KernelHeight};
        const auto& [dW, db] = layer.gradients;
        const T* dz_line = dz.data();
        for (std::size_t sample = 0; sample < Samples; ++sample)
            for (std::size_t y = 0; y < out.extent[2]; ++y, dz_line += Filters * out.extent[1]) {
                const vector_view<const T, seen.size()> lines{a + sample * In.size() + y * line};
                dW += matrix_view<const T, Filters, out.extent[1]>{dz_line} *
                      transpose(patches<seen, KernelWidth, KernelHeight>(lines));
            }
        db += sum_columns(dz);
    }

    /// The gradient of the input, accumulated where it is stored: row by row of positions and, in each, element by
    /// element of the kernel.
    template <class T, shape In, std::size_t Samples>
    struct input_gradient : expression {
        using value_type = T;
        static constexpr std::size_t channels = In.extent[0], line = channels * In.extent[1];
        static constexpr std::size_t seen = channels * KernelWidth * KernelHeight;
        static constexpr std::size_t rows = channels, columns = In.size() / channels * Samples, partial_sums = 1;

        const T *weight, *dz;
        T* transposed;

        explicit constexpr input_gradient(const T* weight_, const T* dz_, T* transposed_) noexcept
            : weight{weight_}, dz{dz_}, transposed{transposed_} {}

        constexpr void assign_to(const matrix_view<T, rows, columns>& to) const noexcept {
            constexpr shape out = output(In);
            if constexpr (channels > 1)
                matrix_view<T, seen, Filters>{transposed} = transpose(matrix_view<const T, Filters, seen>{weight});
            to.fill(0);
            const T* dz_line = dz;
            for (std::size_t sample = 0; sample < Samples; ++sample)
                for (std::size_t y = 0; y < out.extent[2]; ++y, dz_line += Filters * out.extent[1]) {
                    T* const corner = to.data() + sample * In.size() + y * line;
                    for (std::size_t ky = 0; ky < KernelHeight; ++ky)
                        for (std::size_t kx = 0; kx < KernelWidth; ++kx)
                            matrix_view<T, channels, out.extent[1]>{corner + ky* line + kx* channels} +=
                                turned(kx + KernelWidth * ky) * matrix_view<const T, Filters, out.extent[1]>{dz_line};
                }
        }

    private:
        /// Wᵀ for one element of the kernel: channels x Filters.
        ETCH_INLINE constexpr auto turned(std::size_t of_kernel) const noexcept {
            if constexpr (channels == 1)
                return tensor_view<const T, 1, Filters>{weight + of_kernel * Filters};
            else
                return block_view<const T, channels, Filters, seen>{transposed + of_kernel * channels};
        }
    };
};

}  // namespace etch::inline ETCH_VARIANT
