#pragma once
// What the transposed convolutions of images and of signals have in common.
#include <array>
#include <cstddef>

#include <etch/layer/convolution.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Both passes of a transposed convolution to Filters filters; see conv_transpose_2d for the formulas. Of.border is
/// what is cut off around the output. The weight W is that of the convolution that leads from the output back to the
/// input: channels x (filters of a group * places).
template <std::size_t Filters, window_settings Of>
struct transposed_convolution {
    static constexpr sliding_window window = Of.window;
    static constexpr std::size_t places = window.width * window.height, filters_of_group = Filters / Of.groups;
    static constexpr affine_weights weights_as =
        Of.groups == 1 ? affine_weights::columns_of_features : affine_weights::none;

    /// The output before its border is cut off.
    static constexpr shape whole(shape image) {
        return {Filters, (image.extent[1] - 1) * window.stride_x + window.covered_width(),
                (image.extent[2] - 1) * window.stride_y + window.covered_height()};
    }
    static constexpr bool leaves_something(shape image) {
        const shape all = whole(image);
        return all.extent[1] > Of.border.left + Of.border.right && all.extent[2] > Of.border.top + Of.border.bottom;
    }
    static constexpr bool divides(shape image) { return image.extent[0] % Of.groups == 0 && Filters % Of.groups == 0; }
    static constexpr bool takes(shape image) { return image.rank == 3 && leaves_something(image) && divides(image); }

    static constexpr shape output(shape image) {
        if (image.rank != 3 || !leaves_something(image)) return {Filters, 1, 1};
        const shape all = whole(image);
        return {Filters, all.extent[1] - Of.border.left - Of.border.right,
                all.extent[2] - Of.border.top - Of.border.bottom};
    }
    /// The filters that each channel reaches.
    static constexpr std::size_t reached_filters() { return filters_of_group > 0 ? filters_of_group : 1; }
    static constexpr std::size_t multiply_adds(shape image) { return image.size() * reached_filters() * places; }

    /// `kernels` has the extents of the weight, the channels first.
    static constexpr std::array<parameter, 2> parameters(shape kernels, extent_order in_file) {
        const std::size_t reached = kernels.size() / kernels.extent[0];
        const std::size_t seen = (kernels.extent[0] + Of.groups - 1) / Of.groups * places;
        return kernel_parameters(kernels, in_file, Filters, seen, reached);
    }

    /// The whole output, if a part is cut off, and the transpose of the weight.
    static constexpr std::array<named_tensor, 2> scratch(shape image, std::size_t columns, bool /*training*/) {
        const bool cuts = image.rank == 3 && !Of.border.none();
        return {named_tensor{"whole output", {cuts ? whole(image).size() * columns : 0}},
                named_tensor{"transposed weight", {image.extent[0] * reached_filters() * places}}};
    }

    /// `uncut` and `transposed` are the parts of the scratch memory.
    template <shape Image, class Context, class A, class T>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const A& a, T* uncut, T* transposed) {
        const auto& [W, b] = layer.parameters;
        if constexpr (takes(Image))
            return spread<T, Image, A::columns>{W.data(), b.data(), a.data(), transposed, uncut};
        else
            return tensor<T, output(Image).size(), A::columns>{};  // so that there is only one error
    }

    /// The gradient of the input is what the convolution makes of dz.
    template <shape Image, class Context, class A, class DZ, class T>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const A& a, const DZ& dz, T* uncut,
                                               T* /*transposed*/) {
        using adjoint = convolution<Image.extent[0], Of>;
        constexpr shape all = whole(Image);
        const auto& [W, b] = layer.parameters;
        const auto& [dW, db] = layer.gradients;
        const auto seen = adjoint::template with_border<output(Image)>(dz, uncut);
        const matrix_view<const T, Image.extent[0], Image.size() / Image.extent[0] * A::columns> by_place{a.data()};
        adjoint::template add_weight_gradient<all>(dW, seen, by_place);
        db += sum_columns(matrix_view<const T, Filters, DZ::rows * DZ::columns / Filters>{dz.data()});
        return adjoint::template through_window<all>(W, seen, constant<T>{T{0}});
    }

private:
    /// b everywhere, and at each position of the input Wᵀ a, added to the outputs under the kernel.
    template <class T, shape Image, std::size_t Samples>
    struct spread : expression {
        using value_type = T;
        static constexpr shape cut = output(Image), all = whole(Image);
        static constexpr std::size_t rows = Filters, columns = cut.size() / Filters * Samples, partial_sums = 1;

        const T *weight, *bias, *a;
        T *transposed, *uncut;

        constexpr spread(const T* weight_, const T* bias_, const T* a_, T* transposed_, T* uncut_) noexcept
            : weight{weight_}, bias{bias_}, a{a_}, transposed{transposed_}, uncut{uncut_} {}

        constexpr void assign_to(const matrix_view<T, rows, columns>& to) const noexcept {
            if constexpr (Of.border.none()) {
                add_to(to.data());
            } else {
                add_to(uncut);
                remove_border<cut, Of.border, Samples>(static_cast<const T*>(uncut), to.data());
            }
        }

    private:
        ETCH_INLINE constexpr void add_to(T* memory) const noexcept {
            const vector_view<const T, Filters> b{bias};
            for (std::size_t j = 0; j < all.size() / Filters * Samples; ++j)
                vector_view<T, Filters>{memory + j* Filters} = b;
            spread_patches<all, window, Of.groups, Image.extent[0]>::template add<Samples>(weight, transposed, a,
                                                                                           memory);
        }
    };
};

}  // namespace etch::inline ETCH_VARIANT::internal
