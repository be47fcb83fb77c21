#pragma once
#include <cstddef>
#include <utility>

#include <etch/simd/lanes.hpp>

/// Calls f with every number of lanes of type T that the target has, 1 included.
template <class T, class F>
void for_each_width(F f) {
    [&]<std::size_t... Power>(std::index_sequence<Power...>) {
        const auto one = [&]<std::size_t Size>() {
            if constexpr (etch::has_lanes<T, Size>) f.template operator()<Size>();
        };
        (one.template operator()<std::size_t{1} << Power>(), ...);
    }(std::make_index_sequence<5>{});
}
