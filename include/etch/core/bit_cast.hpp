#pragma once
#include <type_traits>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

/// The bits of `from` as a `To`: std::bit_cast, which WebAssembly's C++ library does not have yet.
template <class To, class From>
    requires(sizeof(To) == sizeof(From) && std::is_trivially_copyable_v<To> && std::is_trivially_copyable_v<From>)
[[nodiscard]] ETCH_INLINE constexpr To bit_cast(const From& from) noexcept {
    return __builtin_bit_cast(To, from);
}

}  // namespace etch::inline ETCH_VARIANT
