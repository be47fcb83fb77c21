#pragma once
#include <cstddef>

#include <etch/core/message_text.hpp>
#include <etch/core/status.hpp>

namespace etch::inline ETCH_VARIANT {

/// Whether the bytes of a file are well-formed, and the first byte that is not.
struct [[nodiscard]] parse_result {
    status code = status::ok;
    std::size_t byte = 0;

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return ok(); }
    [[nodiscard]] constexpr bool operator==(const parse_result&) const noexcept = default;
    [[nodiscard]] constexpr bool operator==(status other) const noexcept { return code == other; }
    [[nodiscard]] constexpr message_text message() const noexcept {
        if (ok()) return describe(code);
        return internal::sentence("byte ", byte, ": ", describe(code));
    }
};

}  // namespace etch::inline ETCH_VARIANT
