#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>

#include <etch/core/config.hpp>
#include <etch/optimizer/optimizer.hpp>
#include <etch/simd/lanes.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// The arrays that an update walks over; slot s of parameter i is state[s * count + i].
template <class T>
struct update_arrays {
    T* parameters;
    const T* gradients;
    T* state;
    std::size_t count;
};

/// Updates the parameters from `first` on, Packs times Width together, as long as that many are left; returns where it
/// stopped. All loads come before all stores, since the compiler cannot know that the arrays do not overlap; for the
/// same reason the constants are a copy, which stays in registers.
template <class Rule, std::size_t Width, std::size_t Packs, class T>
ETCH_INLINE constexpr std::size_t update_from(std::size_t first, const update_arrays<T> a,
                                              const typename Rule::template constants<T> c) noexcept {
    using pack = lanes<T, Width>;
    const std::size_t end = a.count - (a.count - first) % (Packs * Width);
    for (std::size_t i = first; i < end; i += Packs * Width) {
        pack parameter[Packs], gradient[Packs];
        std::array<pack, Rule::state_slots> state[Packs];
        ETCH_UNROLL(p, Packs) {
            const std::size_t at = i + p * Width;
            parameter[p] = pack::load(a.parameters + at);
            gradient[p] = pack::load(a.gradients + at);
            ETCH_UNROLL(s, Rule::state_slots) state[p][s] = pack::load(a.state + s * a.count + at);
        }
        ETCH_UNROLL(p, Packs) Rule::update(parameter[p], gradient[p], state[p], c);
        ETCH_UNROLL(p, Packs) {
            const std::size_t at = i + p * Width;
            parameter[p].store(a.parameters + at);
            ETCH_UNROLL(s, Rule::state_slots) state[p][s].store(a.state + s * a.count + at);
        }
    }
    return end;
}

/// The tail, with narrower and narrower lanes.
template <class Rule, std::size_t Width, class T>
ETCH_INLINE constexpr void update_tail(std::size_t first, const update_arrays<T>& arrays,
                                       const typename Rule::template constants<T>& c) noexcept {
    const std::size_t next = update_from<Rule, Width, 1>(first, arrays, c);
    if constexpr (Width > 1) update_tail<Rule, lanes_up_to<T>(Width / 2)>(next, arrays, c);
}

}  // namespace internal

/// One update of all parameters, in one pass.
/// - `constants`: `rule.at(step, rate)` of this update.
/// - `gradients`: as many as parameters; `state`: Rule::state_slots times as many, slot after slot, zero before the
///   first update. Nothing is checked, and the arrays must not overlap.
/// - Numerics: each parameter's result depends on no other, so its bits are the same at every width.
template <Optimizer Rule, class T>
constexpr void apply_update(const Rule& /*rule*/, const typename Rule::template constants<T>& constants,
                            std::span<T> parameters, std::span<const std::type_identity_t<T>> gradients,
                            std::span<std::type_identity_t<T>> state) noexcept {
    const internal::update_arrays<T> arrays{parameters.data(), gradients.data(), state.data(), parameters.size()};
    if (ETCH_CONSTANT_EVALUATED) {
        internal::update_from<Rule, 1, 1>(0, arrays, constants);
    } else {
        constexpr std::size_t width = lanes_up_to<T>(8);
        constexpr std::size_t packs = 2;
        internal::update_tail<Rule, width>(internal::update_from<Rule, width, packs>(0, arrays, constants), arrays,
                                           constants);
    }
}

}  // namespace etch::inline ETCH_VARIANT
