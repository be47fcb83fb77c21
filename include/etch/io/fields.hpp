#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include <etch/core/finite.hpp>
#include <etch/io/hexadecimal.hpp>

// The fields of an aggregate, one after the other, as text: the options of an optimizer, the progress of a fit. Field
// by field, since the padding between them is undefined, and std::size_t does not have the same size everywhere.
namespace etch::inline ETCH_VARIANT::internal {

inline constexpr std::size_t max_fields = 10;

/// Stands for any field of A while they are counted.
template <class A>
struct any_field_of {
    template <class Field>
        requires(!std::same_as<Field, A>)
    constexpr operator Field() const noexcept;
};

template <class A, std::size_t... I>
constexpr bool has_fields(std::index_sequence<I...>) noexcept {
    return requires { A{(static_cast<void>(I), any_field_of<A>{})...}; };
}

/// How many fields A has, counted up to one more than the maximum.
template <class A, std::size_t Count = 0>
constexpr std::size_t field_count() noexcept {
    if constexpr (Count <= max_fields && has_fields<A>(std::make_index_sequence<Count + 1>{}))
        return field_count<A, Count + 1>();
    else
        return Count;
}

/// Calls f with each field, in order.
template <class A>
constexpr void for_each_field(A& aggregate, auto f) noexcept {
    constexpr std::size_t count = field_count<std::remove_const_t<A>>();
    static_assert(count <= max_fields, "etch: a checkpoint saves options of up to ten fields");
    [[maybe_unused]] const auto each = [&f](auto&... fields) { (f(fields), ...); };
    if constexpr (count == 1) {
        auto& [a] = aggregate;
        each(a);
    } else if constexpr (count == 2) {
        auto& [a, b] = aggregate;
        each(a, b);
    } else if constexpr (count == 3) {
        auto& [a, b, c] = aggregate;
        each(a, b, c);
    } else if constexpr (count == 4) {
        auto& [a, b, c, d] = aggregate;
        each(a, b, c, d);
    } else if constexpr (count == 5) {
        auto& [a, b, c, d, e] = aggregate;
        each(a, b, c, d, e);
    } else if constexpr (count == 6) {
        auto& [a, b, c, d, e, g] = aggregate;
        each(a, b, c, d, e, g);
    } else if constexpr (count == 7) {
        auto& [a, b, c, d, e, g, h] = aggregate;
        each(a, b, c, d, e, g, h);
    } else if constexpr (count == 8) {
        auto& [a, b, c, d, e, g, h, i] = aggregate;
        each(a, b, c, d, e, g, h, i);
    } else if constexpr (count == 9) {
        auto& [a, b, c, d, e, g, h, i, j] = aggregate;
        each(a, b, c, d, e, g, h, i, j);
    } else if constexpr (count == 10) {
        auto& [a, b, c, d, e, g, h, i, j, k] = aggregate;
        each(a, b, c, d, e, g, h, i, j, k);
    }
}

/// Calls f with each number of an aggregate and of nested aggregates.
template <class A>
constexpr void for_each_number(A& aggregate, auto f) noexcept {
    using type = std::remove_const_t<A>;
    if constexpr (std::is_arithmetic_v<type>) {
        f(aggregate);
    } else {
        static_assert(std::is_aggregate_v<type>,
                      "etch: a checkpoint saves options that are numbers, or aggregates of numbers");
        for_each_field(aggregate, [&f](auto& field) { for_each_number(field, f); });
    }
}

/// Eight bytes per number: the bits of a double, or an integer.
template <class A>
constexpr void append_fields(auto& to, const A& aggregate) noexcept {
    for_each_number(aggregate, [&to]<class T>(const T& number) {
        if constexpr (std::floating_point<T>)
            append_hexadecimal(to, static_cast<double>(number));
        else
            append_hexadecimal(to, static_cast<std::uint64_t>(number));
    });
}

/// Whether all numbers are finite.
template <class A>
[[nodiscard]] constexpr bool has_finite_fields(const A& aggregate) noexcept {
    bool finite = true;
    for_each_number(aggregate, [&finite]<class T>(const T& number) {
        if constexpr (std::floating_point<T>) finite &= is_finite(number);
    });
    return finite;
}

/// Reads what was written; false if the text is different, or a number is not finite or too large for its field.
template <class A>
[[nodiscard]] constexpr bool take_fields(std::string_view text, A& to) noexcept {
    std::size_t count = 0;
    bool good = true;
    for_each_number(to, [&]<class T>(T& number) {
        if constexpr (std::floating_point<T>) {
            double bits = 0;
            good = good && take_hexadecimal(text, count, bits);
            number = static_cast<T>(bits);
        } else {
            std::uint64_t bits = 0;
            good = good && take_hexadecimal(text, count, bits);
            number = static_cast<T>(bits);
            good = good && static_cast<std::uint64_t>(number) == bits;
        }
        ++count;
    });
    return good && text.size() == count * hexadecimal_digits<std::uint64_t> && has_finite_fields(to);
}

}  // namespace etch::inline ETCH_VARIANT::internal
