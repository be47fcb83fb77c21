#pragma once
#include <array>
#include <cstddef>
#include <string_view>

#include <etch/tensor/rows.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// A name as a template argument.
template <std::size_t Size>
struct part_name {
    char text[Size] = {};
    constexpr part_name(const char (&from)[Size]) noexcept {
        for (std::size_t i = 0; i < Size; ++i) text[i] = from[i];
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, Size - 1}; }
};

}  // namespace internal

/// Some rows of a vector, with a name: see parts.
template <internal::part_name Name, std::size_t Count>
struct part {
    static_assert(Count > 0, "etch: a part has at least one number");
    static constexpr std::string_view name = Name.view();
    static constexpr std::size_t count = Count;
};

/// Names for the rows of a network's input or output, one part below the other.
///
///     using heads = etch::parts<etch::part<"mean", 4>, etch::part<"value", 1>>;
///     static_assert(heads::size == policy::outputs);
///     const auto y = net(x);                           // of one sample or of a batch
///     const float value = heads::of<"value">(y)[0];    // a view of these rows, which can be assigned to
template <class... Parts>
class parts {
    static constexpr std::array<std::string_view, sizeof...(Parts)> names{Parts::name...};
    static constexpr std::array<std::size_t, sizeof...(Parts)> counts{Parts::count...};

    static constexpr std::size_t index(std::string_view name) noexcept {
        std::size_t i = 0;
        while (i < names.size() && names[i] != name) ++i;
        return i;
    }
    static constexpr bool all_differ = [] {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (index(names[i]) != i) return false;
        return true;
    }();
    static_assert(all_differ, "etch: two parts have the same name");

public:
    /// The number of rows of all parts together.
    static constexpr std::size_t size = (Parts::count + ... + 0);

    template <internal::part_name Name>
    static constexpr std::size_t count = [] {
        constexpr std::size_t i = index(Name.view());
        static_assert(i < names.size(), "etch: there is no part with this name");
        return i < names.size() ? counts[i] : 0;
    }();
    /// The part's first row.
    template <internal::part_name Name>
    static constexpr std::size_t first = [] {
        std::size_t row = 0;
        for (std::size_t i = 0; i < names.size() && names[i] != Name.view(); ++i) row += counts[i];
        return row;
    }();

    /// The rows of a part.
    template <internal::part_name Name, Expression E>
    [[nodiscard]] ETCH_INLINE static constexpr auto of(E&& e) noexcept {
        static_assert(std::remove_cvref_t<E>::rows == size,
                      "etch: the parts must have as many rows in total as the matrix that they are taken from");
        return rows<first<Name>, count<Name>>(e);
    }
};

}  // namespace etch::inline ETCH_VARIANT
