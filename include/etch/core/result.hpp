#pragma once
#include <concepts>
#include <string_view>
#include <type_traits>

#include <etch/core/status.hpp>

namespace etch::inline ETCH_VARIANT {

/// What every result type has: a status, `ok()` and the same as a condition, and a message for a person with the
/// position, option or numbers that it knows.
///
///     if (!result) return std::puts(result.message().c_str()), 1;
///
/// `message()` is a message_text, or a std::string if the result is only used on the host. A function that has only a
/// status to report, such as a write into a buffer, returns a plain `status`.
template <class R>
concept Result = requires(const R& result) {
    requires std::same_as<std::remove_const_t<decltype(R::code)>, status>;
    { result.ok() } -> std::same_as<bool>;
    { result.message() } -> std::convertible_to<std::string_view>;
    { result.message().c_str() } -> std::same_as<const char*>;
    requires std::constructible_from<bool, const R&> && !std::convertible_to<const R&, bool>;
};

}  // namespace etch::inline ETCH_VARIANT
