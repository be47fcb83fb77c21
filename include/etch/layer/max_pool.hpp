#pragma once
#include <limits>

#include <etch/layer/pooling.hpp>

namespace etch::inline ETCH_VARIANT {

/// The largest element under a window, for each channel and each position of the window inside the image.
///
///     forward     y  = max of the x under the window
///     backward    dx = dy at the first of the largest x in each window (line by line), added up; 0 elsewhere
///
/// Shapes: x is {channels, width, height}, y is {channels, (width - Width) / Stride + 1, (height - Height) / Stride +
/// 1}, rounded down: what is left over on the right and at the bottom is not seen. Signals of {channels, length} are
/// images of height 1. The stride is the window's size unless the option stride<X, Y> is given, and the option
/// padding<Left, Right, Top, Bottom> lets the window reach over the edges, where nothing is: max_pool<3, 3, stride<2>,
/// padding<1>>. NaN is never the largest, unless it is the first in its window; of a window that begins outside,
/// outside is the first, and a NaN in it is passed over. The gradient is PyTorch's.
template <std::size_t Width, std::size_t Height = Width, class... Options>
struct max_pool : internal::pooling_layer<max_pool<Width, Height, Options...>, Width, Height, Options...> {
    static constexpr const char* name = "max_pool";
    static constexpr saved_values saved_for_backward = saved_values::input;

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const X& x) {
        return max_pool::template fold<larger_of>(layer, x, outside<typename X::value_type>);
    }

    template <class Context, class X, class DY>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const X& x, const auto& /*y*/, const DY& dy) {
        using T = typename DY::value_type;
        using add = gradient<T, Context::input, X::columns>;
        const T* const seen = max_pool::template bordered<Context::input>(layer, x);
        return typename max_pool::template bordered_gradient<T, Context::input, X::columns, add>{
            get<1>(layer.scratch).data(), add{seen, dy.data()}};
    }

private:
    struct larger_of {
        ETCH_INLINE constexpr auto operator()(auto most, auto next) const noexcept { return larger(next, most); }
    };
    template <class T>
    static constexpr T outside = -std::numeric_limits<T>::infinity();

    /// Adds dy at the first of the largest elements in each window.
    template <class T, shape In, std::size_t Samples>
    struct gradient {
        static constexpr shape image = max_pool::whole(In);
        static constexpr std::size_t rows = image.extent[0];
        using layout = internal::patch_layout<image, max_pool::window_on(In), rows>;

        const T *x, *dy;

        constexpr void operator()(T* dx) const noexcept {
            for (std::size_t j = 0; j < layout::positions * Samples; ++j)
                add_position(x + layout::start(j), dy + j * rows, dx + layout::start(j));
        }

    private:
        /// `from` is the window's first element in x, `to` in dx.
        ETCH_INLINE static constexpr void add_position(const T* from, const T* dy_column, T* to) noexcept {
            internal::for_each_register<T, rows>([&]<class V>(std::size_t row) ETCH_INLINE_LAMBDA {
                using pack = typename V::pack;
                pack most = V::load(from + row), place(T{0});
                for (std::size_t k = 1; k < layout::size; ++k) {
                    const pack next = V::load(from + layout::offset[k] + row);
                    place = select(next > most, pack(static_cast<T>(k)), place);
                    most = larger(next, most);
                }
                const pack gradient_of_most = V::load(dy_column + row);
                for (std::size_t k = 0; k < layout::size; ++k) {
                    T* const at = to + layout::offset[k] + row;
                    const pack here = select(place == pack(static_cast<T>(k)), gradient_of_most, pack(T{0}));
                    internal::store_pack<V>(V::load(at) + here, at);
                }
            });
        }
    };
};

}  // namespace etch::inline ETCH_VARIANT
