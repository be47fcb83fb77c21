#pragma once
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <etch/network/summary.hpp>

namespace etch::inline ETCH_VARIANT {

/// A list of networks from which a search chooses one. They have the same inputs and outputs.
///
///     using sizes = etch::candidates<narrow, wide, deep>;
template <class First, class... Rest>
struct candidates {
    static_assert(((First::inputs == Rest::inputs && First::outputs == Rest::outputs) && ...),
                  "etch: candidates must have the same number of inputs and of outputs");
    static_assert((std::is_same_v<typename First::value_type, typename Rest::value_type> && ...),
                  "etch: candidates must have the same element type");

    using value_type = typename First::value_type;
    static constexpr std::size_t count = 1 + sizeof...(Rest);
    static constexpr std::size_t inputs = First::inputs, outputs = First::outputs;

    template <std::size_t I>
    using network = std::tuple_element_t<I, std::tuple<First, Rest...>>;

    /// Calls f.template operator()<I>() for each, in order.
    template <class F>
    static constexpr void for_each(F&& f) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (f.template operator()<I>(), ...);
        }(std::make_index_sequence<count>{});
    }
};

}  // namespace etch::inline ETCH_VARIANT
