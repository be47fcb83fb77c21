#pragma once
// Permuting lanes, on targets with instructions for it: several columns of a matrix in one register.
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

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

// ---- registers as the rows of a matrix ------------------------------------------------------------------------------

/// Whether the target can take lanes from two registers at once.
template <class V>
inline constexpr bool can_interleave = false;
template <class T, std::size_t N>
    requires(has_lanes<T, N>)
inline constexpr bool can_interleave<lanes<T, N>> = requires(lanes<T, N> v, lanes<std::int32_t, N> index) {
    instruction::permute_two(v.native(), v.native(), index.native());
};

/// How registers that hold two matrices column by column, of First and of Second rows, become one that holds the
/// matrix with the rows of both. Register `To` of the result is made in `steps` permutations of what there is so far
/// and one more register.
template <std::size_t Lanes, std::size_t First, std::size_t Second, std::size_t To>
struct interleaving {
    static constexpr std::size_t rows = First + Second;

    struct place {
        std::size_t source, lane;  ///< sources: the registers of the first matrix, then those of the second
    };
    static constexpr place place_of(std::size_t lane) noexcept {
        const std::size_t column = (To * Lanes + lane) / rows, row = (To * Lanes + lane) % rows;
        const std::size_t element = row < First ? column * First + row : column * Second + row - First;
        return {(row < First ? 0 : First) + element / Lanes, element % Lanes};
    }

    struct list {
        std::array<std::size_t, rows> source{};
        std::size_t count = 0;

        constexpr void add(std::size_t next) noexcept {
            for (std::size_t i = 0; i < count; ++i)
                if (source[i] == next) return;
            source[count++] = next;
        }
    };
    static constexpr list sources = [] {
        list all;
        for (std::size_t i = 0; i < Lanes; ++i) all.add(place_of(i).source);
        return all;
    }();
    static constexpr std::size_t steps = sources.count > 1 ? sources.count - 1 : 1;

    /// Lanes of the first source and of the second, then of what there is so far and of the next.
    template <std::size_t Step>
    static constexpr std::array<std::int32_t, Lanes> index = [] {
        std::array<std::int32_t, Lanes> all{};
        for (std::size_t i = 0; i < Lanes; ++i) {
            const place from = place_of(i);
            const bool is_next = sources.count > 1 && from.source == sources.source[Step + 1];
            const bool is_first = Step == 0 && from.source == sources.source[0];
            all[i] = static_cast<std::int32_t>(is_next ? Lanes + from.lane : is_first ? from.lane : i);
        }
        return all;
    }();
};

/// From registers that hold a row of a matrix each to registers that hold its columns one after the other.
template <std::size_t Rows, class T, std::size_t N>
ETCH_INLINE void interleave(lanes<T, N>* registers) noexcept {
    if constexpr (Rows > 1) {
        using V = lanes<T, N>;
        constexpr std::size_t first = Rows / 2, second = Rows - first;
        interleave<first>(registers);
        interleave<second>(registers + first);
        V result[Rows];
        [&]<std::size_t... To>(std::index_sequence<To...>) ETCH_INLINE_LAMBDA {
            const auto one = [&]<class Plan>(V& to, Plan) ETCH_INLINE_LAMBDA {
                [&]<std::size_t... Step>(std::index_sequence<Step...>) ETCH_INLINE_LAMBDA {
                    to = registers[Plan::sources.source[0]];
                    ((to = {instruction::permute_two(
                          to.native(), registers[Plan::sources.source[Plan::sources.count > 1 ? Step + 1 : 0]].native(),
                          lanes<std::int32_t, N>::load(Plan::template index<Step>.data()).native())}),
                     ...);
                }(std::make_index_sequence<Plan::steps>{});
            };
            (one(result[To], interleaving<N, first, second, To>{}), ...);
        }(std::make_index_sequence<Rows>{});
        ETCH_UNROLL(i, Rows) registers[i] = result[i];
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal
