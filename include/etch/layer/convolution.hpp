#pragma once
// What the convolutions of images, of signals and of streams have in common.
#include <array>
#include <cstddef>
#include <utility>

#include <etch/layer/layer.hpp>
#include <etch/layer/window_options.hpp>
#include <etch/tensor/block_view.hpp>
#include <etch/tensor/grouped_product.hpp>
#include <etch/tensor/patches.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// The gradient of images that were seen through a window: at each position, Wᵀ dz, added to the elements that it saw.
/// It is accumulated where it is stored, row by row of positions and, in each, place by place of the window. W and its
/// transpose are Filters x seen, dz has a column per position; for a transposed convolution this is the forward pass.
template <shape Image, sliding_window Window, std::size_t Groups, std::size_t Filters>
struct spread_patches {
    using layout = patch_layout<Image, Window, Groups>;
    static constexpr std::size_t channels = layout::channels, of_group = layout::seen_channels, seen = layout::size;
    static constexpr std::size_t across = layout::across, filters_of_group = Filters / Groups;
    static constexpr bool needs_transposed = of_group > 1;

    template <std::size_t Images, class T>
    static constexpr void add(const T* weight, [[maybe_unused]] T* transposed, const T* dz_line, T* to) noexcept {
        if constexpr (needs_transposed)
            matrix_view<T, seen, Filters>{transposed} = transpose(matrix_view<const T, Filters, seen>{weight});
        for (std::size_t image = 0; image < Images; ++image)
            for (std::size_t y = 0; y < layout::down; ++y, dz_line += Filters * across) {
                T* const corner = to + image * Image.size() + y * layout::to_next_line;
                for (std::size_t ky = 0; ky < Window.height; ++ky)
                    for (std::size_t kx = 0; kx < Window.width; ++kx)
                        add_place(weight, transposed, dz_line, kx + Window.width * ky,
                                  corner + ky * Window.dilation_y * layout::line + kx * Window.dilation_x * channels);
            }
    }

private:
    template <class T>
    ETCH_INLINE static constexpr void add_place(const T* weight, [[maybe_unused]] const T* transposed, const T* dz,
                                                std::size_t place, T* to) noexcept {
        if constexpr (of_group == 1 && filters_of_group == 1) {
            matrix_at<channels, across, layout::to_next>(to) += hadamard(
                matrix_view<const T, channels, across>{dz}, vector_view<const T, channels>{weight + place * channels});
        } else {
            for (std::size_t g = 0; g < Groups; ++g) {
                const auto of_dz = matrix_at<filters_of_group, across, Filters>(dz + g * filters_of_group);
                const auto of_image = matrix_at<of_group, across, layout::to_next>(to + g * of_group);
                if constexpr (of_group == 1)
                    of_image +=
                        tensor_view<const T, 1, filters_of_group>{weight + place * Filters + g * filters_of_group} *
                        of_dz;
                else
                    of_image += matrix_at<of_group, filters_of_group, seen>(transposed + place * of_group +
                                                                            g * filters_of_group * seen) *
                                of_dz;
            }
        }
    }
};

/// The weight and the bias of a kernel: each output sees, and each input reaches so many of the other.
constexpr std::array<parameter, 2> kernel_parameters(shape kernels, extent_order in_file, std::size_t filters,
                                                     std::size_t seen, std::size_t reached,
                                                     weight_format format = weight_format::number) noexcept {
    return {parameter{.name = "weight",
                      .extents = kernels,
                      .initializer = automatic,
                      .role = is_packed(format) ? parameter_role::frozen : parameter_role::trained,
                      .format = format,
                      .fan_in = seen,
                      .fan_out = reached,
                      .in_file = in_file},
            parameter{.name = "bias", .extents = {filters}, .fan_in = seen, .fan_out = reached}};
}

/// Both passes of a convolution with Filters filters, over images of {channels, width, height}; see conv_2d for the
/// formulas. Each function takes the shape of the image, so that a layer may call something else an image.
template <std::size_t Filters, window_settings Of>
struct convolution {
    static constexpr sliding_window window = Of.window;
    static constexpr std::size_t places = window.width * window.height;
    static constexpr affine_weights weights_as = is_packed(Of.format)                 ? affine_weights::none
                                                 : Of.groups == 1 && Of.border.none() ? affine_weights::rows_and_columns
                                                                                      : affine_weights::rows;
    /// Whether the weights can be stored in the format: a product of groups reads them as numbers.
    static constexpr bool stores_weights = Of.groups == 1 || !is_packed(Of.format);

    static constexpr bool fits(shape image) { return window.fits(Of.border.around(image)); }
    static constexpr bool divides(shape image) { return image.extent[0] % Of.groups == 0 && Filters % Of.groups == 0; }
    static constexpr bool takes(shape image) {
        return image.rank == 3 && fits(image) && divides(image) && stores_weights;
    }

    static constexpr shape output(shape image) {
        if (image.rank != 3 || !fits(image)) return {Filters, 1, 1};
        const shape whole = Of.border.around(image);
        return {Filters, window.across(whole), window.down(whole)};
    }
    /// The channels that each filter sees.
    static constexpr std::size_t seen_channels(std::size_t channels) {
        return channels < Of.groups ? 1 : channels / Of.groups;
    }
    static constexpr std::size_t multiply_adds(shape image) {
        return output(image).size() * seen_channels(image.extent[0]) * places;
    }

    /// `kernels` has the extents of the weight, the filters first.
    static constexpr std::array<parameter, 2> parameters(shape kernels, extent_order in_file) {
        return kernel_parameters(kernels, in_file, Filters, kernels.size() / Filters, Filters / Of.groups * places,
                                 Of.format);
    }

    /// The images with their border, if there is one; in training the transpose of the weight.
    static constexpr std::array<named_tensor, 2> scratch(shape image, std::size_t columns, bool training) {
        const std::size_t padded = Of.border.none() ? 0 : Of.border.around(image).size() * columns;
        const std::size_t weights = Filters * seen_channels(image.extent[0]) * places;
        return {named_tensor{"images with border", {padded}},
                named_tensor{"transposed weight", {training ? weights : 0}}};
    }

    /// `padded` and `transposed` are the parts of the scratch memory.
    template <shape Image, class Context, class A, class T>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const A& a, T* padded, T* /*transposed*/) {
        const auto& [W, b] = layer.parameters;
        if constexpr (!takes(Image)) {
            return tensor<T, output(Image).size(), Context::columns>{};  // so that there is only one error
        } else {
            constexpr shape whole = Of.border.around(Image);
            return through_window<whole>(W, with_border<Image>(a, padded), b);
        }
    }

    template <shape Image, class Context, class A, class DZ, class T>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const A& a, const DZ& dz, T* padded,
                                               T* transposed) {
        constexpr shape whole = Of.border.around(Image);
        const auto& [W, b] = layer.parameters;
        const auto& [dW, db] = layer.gradients;
        const auto images = with_border<Image>(a, padded);
        const matrix_view<const T, Filters, DZ::rows * DZ::columns / Filters> by_place{dz.data()};
        add_weight_gradient<whole>(dW, images, by_place);
        db += sum_columns(by_place);
        if constexpr (window == sliding_window{} && Of.border.none() && Of.groups == 1)
            return transpose(matrix_view<const T, Filters, Image.extent[0]>{W.data()}, transposed) * by_place;
        else
            return input_gradient<T, Image, A::columns>{W.data(), dz.data(), transposed, padded};
    }

    /// The images with zeros around them; without a border, they themselves.
    template <shape Image, class A, class T>
    ETCH_INLINE static constexpr auto with_border(const A& a, [[maybe_unused]] T* padded) {
        return matrix_view<const T, Of.border.around(Image).size(), A::columns>{
            internal::with_border<Image, Of.border, A::columns>(std::as_const(a).data(), padded)};
    }

    /// W patches(images) + b, a column per position.
    template <shape Image, class Weight, class Images, class Start>
    ETCH_INLINE static constexpr auto through_window(const Weight& W, const Images& images, const Start& b) {
        if constexpr (Of.groups == 1) {
            return W * patches<Image, window>(images) + b;
        } else {
            using Seen = decltype(grouped_patches_of<Image>(images));
            return grouped_product_expression<operand_t<const Weight&>, Seen, operand_t<const Start&>>{
                W, grouped_patches_of<Image>(images), b};
        }
    }

    /// Adds dz patches(images)ᵀ.
    template <shape Image, class Images, class DZ>
    ETCH_INLINE static constexpr void add_weight_gradient(const auto& dW, const Images& images, const DZ& dz) {
        if constexpr (Of.groups == 1)
            add_line_by_line<Image, Images::columns>(dW, images.data(), dz.data());
        else
            dW += grouped_gradient_expression<DZ, decltype(grouped_patches_of<Image>(images))>{
                dz, grouped_patches_of<Image>(images)};
    }

private:
    template <shape Image, class Images>
    ETCH_INLINE static constexpr auto grouped_patches_of(const Images& images) {
        using T = typename Images::value_type;
        return grouped_patches<T, Image, window, Of.groups, Images::columns, Filters>{images.data()};
    }
    /// One row of positions after the other: what the kernel covers as it moves along the width is an image with the
    /// kernel's height, whose patches begin `channels` elements apart.
    template <shape Image, std::size_t Images, class T>
    static constexpr void add_line_by_line(const auto& dW, const T* images, const T* dz_line) {
        constexpr std::size_t to_next_line = Image.extent[0] * Image.extent[1] * window.stride_y;
        constexpr std::size_t across = window.across(Image), down = window.down(Image);
        constexpr shape lines{Image.extent[0], Image.extent[1], window.covered_height()};
        for (std::size_t image = 0; image < Images; ++image)
            for (std::size_t y = 0; y < down; ++y, dz_line += Filters * across) {
                const vector_view<const T, lines.size()> seen{images + image * Image.size() + y * to_next_line};
                dW += matrix_view<const T, Filters, across>{dz_line} * transpose(patches<lines, window>(seen));
            }
    }

    /// The gradient of the input.
    template <class T, shape Image, std::size_t Images>
    struct input_gradient : expression {
        using value_type = T;
        static constexpr std::size_t rows = Image.extent[0], columns = Image.size() / rows * Images, partial_sums = 1;

        const T *weight, *dz;
        T *transposed, *padded;

        constexpr input_gradient(const T* weight_, const T* dz_, T* transposed_, T* padded_) noexcept
            : weight{weight_}, dz{dz_}, transposed{transposed_}, padded{padded_} {}

        constexpr void assign_to(const matrix_view<T, rows, columns>& to) const noexcept {
            constexpr shape whole = Of.border.around(Image);
            using spread = spread_patches<whole, window, Of.groups, Filters>;
            gradient_within_border<Image, Of.border, Images>(
                to.data(), padded, [this](T* memory) { spread::template add<Images>(weight, transposed, dz, memory); });
        }
    };
};

/// What conv_1d, conv_2d and their transposes have in common as layers. `Kernel` has both passes, on images; Rank is 3
/// for a layer on images, and 2 for one on signals, which are images of height 1.
template <class Layer, template <std::size_t, window_settings> class Kernel, std::size_t Filters, sliding_window Window,
          std::size_t Rank, class... Options>
struct convolution_layer : layer_defaults {
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool recuts = true;

    static constexpr shape output(shape input) {
        const shape image = kernel::output(image_of(input));
        return Rank == 3 ? image : shape{Filters, image.extent[1]};
    }

    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return kernel::multiply_adds(image_of(In));
    }

    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        return kernel::scratch(image_of(In), Columns, Training);
    }

    template <class Context>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const auto& a) {
        const auto& [first, second] = layer.scratch;
        return kernel::template forward<image_of(Context::input)>(layer, a, first.data(), second.data());
    }

    template <class Context>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const auto& a, const auto& /*z*/, const auto& dz) {
        const auto& [first, second] = layer.scratch;
        return kernel::template backward<image_of(Context::input)>(layer, a, dz, first.data(), second.data());
    }

    /// For the topology: its arguments are not only numbers.
    static constexpr void spell(auto& to) noexcept {
        if constexpr (Rank == 3)
            spell_window_layer(to, Layer::name, {Filters, Window.width, Window.height}, settings, defaults, true);
        else
            spell_window_layer(to, Layer::name, {Filters, Window.width}, settings, defaults, false);
    }

protected:
    static constexpr window_settings defaults{Window};
    static constexpr window_settings settings =
        Rank == 3 ? settings_from<Options...>(defaults) : settings_along_length<Options...>(defaults);
    using kernel = Kernel<Filters, settings>;

    static constexpr shape image_of(shape input) { return Rank == 3 ? input : as_image(input); }

    /// L with the weights in this format; with groups it stays as it is.
    template <template <class...> class L, auto Format>
    using stored_form =
        typename convolution_stored<L, is_same_value<Format, bf16> && settings.groups == 1, void(), Options...>::type;

public:
    static constexpr affine_weights weights_as = kernel::weights_as;
};

}  // namespace etch::inline ETCH_VARIANT::internal
