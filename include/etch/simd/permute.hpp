#pragma once
// Permuting lanes, on targets with instructions for it: several columns of a matrix in one register.
#include <cstddef>
#include <cstdint>

#include <etch/simd/subregister.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Whether the target can move any lane to any position.
template <class V>
inline constexpr bool can_permute = false;
template <class T, std::size_t N>
    requires(has_lanes<T, N>)
inline constexpr bool can_permute<lanes<T, N>> =
    requires(lanes<T, N> v, lanes<std::int32_t, N> index) { instruction::permute(v.native(), index.native()); };

/// Lane i of the result is lane index[i].
template <class T, std::size_t N>
ETCH_INLINE lanes<T, N> permute(lanes<T, N> of, lanes<std::int32_t, N> index) noexcept {
    return {instruction::permute(of.native(), index.native())};
}
/// The register that begins with lane By of two consecutive ones.
template <std::size_t By, class V>
ETCH_INLINE V shifted(V first, V next) noexcept {
    return {instruction::shifted<By>(first.native(), next.native())};
}
/// Eight numbers; further lanes of wider registers are undefined. `like` only determines the type of register.
template <class V>
ETCH_INLINE V load_eight(V like, const float* from) noexcept {
    return {instruction::load_eight(like.native(), from)};
}

/// The first Count lanes in a register To; the others are zero.
template <std::size_t To, std::size_t Count, class T, std::size_t N>
ETCH_INLINE lanes<T, To> extend(lanes<T, N> numbers) noexcept {
    static_assert(Count <= N && N <= To);
    if constexpr (Count == To) {
        return numbers;
    } else if constexpr (requires(lanes<T, To> more) { instruction::extend<Count>(numbers.native(), more.native()); }) {
        return {instruction::extend<Count>(numbers.native(), typename lanes<T, To>::native_type{})};
    } else if constexpr (N == To) {
        return blend_first<Count>(numbers, lanes<T, To>(T{0}));
    } else {
        T from[N], to[To] = {};
        numbers.store(from);
        for (std::size_t i = 0; i < Count; ++i) to[i] = from[i];
        return lanes<T, To>::load(to);
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal
