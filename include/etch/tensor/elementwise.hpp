#pragma once
#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <etch/tensor/operand.hpp>

namespace etch::inline ETCH_VARIANT {

/// The table of operations: each is a function of lanes.
namespace operation {
struct plus {
    ETCH_INLINE constexpr auto operator()(auto a, auto b) const noexcept { return a + b; }
};
struct minus {
    ETCH_INLINE constexpr auto operator()(auto a, auto b) const noexcept { return a - b; }
};
struct times {
    ETCH_INLINE constexpr auto operator()(auto a, auto b) const noexcept { return a * b; }
};
struct divides {
    ETCH_INLINE constexpr auto operator()(auto a, auto b) const noexcept { return a / b; }
};
struct negate {
    ETCH_INLINE constexpr auto operator()(auto a) const noexcept { return -a; }
};
/// a * b + c, a * b - c and c - a * b: one rounding under the first numeric contract.
struct times_plus {
    ETCH_INLINE constexpr auto operator()(auto a, auto b, auto c) const noexcept { return fma(a, b, c); }
};
struct times_minus {
    ETCH_INLINE constexpr auto operator()(auto a, auto b, auto c) const noexcept { return fma(a, b, -c); }
};
struct minus_times {
    ETCH_INLINE constexpr auto operator()(auto a, auto b, auto c) const noexcept { return fma(-a, b, c); }
};
}  // namespace operation

/// One number, repeated in any shape.
template <class T>
struct constant : expression {
    using value_type = T;
    static constexpr std::size_t rows = 1, columns = 1, partial_sums = 1;
    T number;

    explicit constexpr constant(T n) noexcept : number{n} {}

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t, std::size_t) const noexcept {
        tile<V, P, C> result;
        ETCH_UNROLL(c, C)
            ETCH_UNROLL(p, P) result.value[c][p] = typename V::pack(number);
        return result;
    }
};

namespace internal {

/// About how many operations a function of lanes takes: its own member if there is one, otherwise 1.
template <class Operation>
constexpr std::size_t operations_of() noexcept {
    if constexpr (requires { Operation::operations; })
        return Operation::operations;
    else
        return 1;
}

/// A function of at least this many operations is compiled once, in a loop over the registers of a tile of several
/// columns, instead of for each register: the tile then passes through memory, which costs little compared to the work,
/// there is much less code, and the function's constants stay in registers.
inline constexpr std::size_t operations_worth_a_loop = 8;

/// For targets whose registers contain one number: applies the function to each of `count` numbers, in place, by a loop
/// in a separate function. The function's constants then stay in registers, and its code exists once in a program, not
/// once for each pack.
template <class Operation, class T>
ETCH_NO_INLINE constexpr void map_in_place(const Operation& apply, T* number, std::size_t count) noexcept {
    for (T* const end = number + count; number != end; ++number) *number = apply(lanes<T, 1>(*number)).value;
}

/// The operands of an expression, by number. (In a std::tuple each would cost a dozen functions, which every compiler
/// has to write out or to inline.)
template <class... Operands>
struct operand_list;
template <class A>
struct operand_list<A> {
    A first;
};
template <class A, class B>
struct operand_list<A, B> {
    A first;
    B second;
};
template <class A, class B, class C>
struct operand_list<A, B, C> {
    A first;
    B second;
    C third;
};
template <class A, class B, class C, class... More>
struct operand_list<A, B, C, More...> {
    A first;
    B second;
    C third;
    operand_list<More...> others;

    ETCH_INLINE constexpr operand_list(const A& a, const B& b, const C& c, const More&... more) noexcept
        : first{a}, second{b}, third{c}, others{more...} {}
};
template <std::size_t I, class List>
ETCH_INLINE constexpr const auto& operand_of(const List& list) noexcept {
    if constexpr (I == 0)
        return list.first;
    else if constexpr (I == 1)
        return list.second;
    else if constexpr (I == 2)
        return list.third;
    else
        return operand_of<I - 3>(list.others);
}

}  // namespace internal

/// A function applied element by element: every sum, difference, activation and derivative is one of these. Operands
/// with one row or one column are repeated.
template <class Indices, class Operation, class... Operands>
struct map_expression;
template <std::size_t... I, class Operation, class... Operands>
struct map_expression<std::index_sequence<I...>, Operation, Operands...> : expression {
    using value_type = typename decltype(internal::operand_list<Operands...>::first)::value_type;
    static constexpr std::size_t rows = (std::max)({Operands::rows...});
    static constexpr std::size_t columns = (std::max)({Operands::columns...});
    static constexpr std::size_t partial_sums = (std::max)({Operands::partial_sums...});
    static constexpr std::size_t widest = (std::min)({Operands::widest...});
    static constexpr std::size_t operations = (internal::operations_of<Operation>() + ... + Operands::operations);
    static constexpr std::size_t run_length = sizeof...(Operands) == 1 ? (Operands::run_length + ...) : 0;

    // Each is compared with the result: a row and a column may both fit the result but not each other.
    static_assert((Fills<Operands, value_type, rows, columns> && ...),
                  "etch: the operands of an elementwise operation need the same shape and element type, "
                  "or one row or column to repeat");

    [[no_unique_address]] Operation operation;
    internal::operand_list<Operands...> operands;

    ETCH_INLINE constexpr map_expression(Operation op, const Operands&... o) noexcept : operation{op}, operands{o...} {}

    ETCH_INLINE constexpr void prepare() const noexcept { (internal::operand_of<I>(operands).prepare(), ...); }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        return combine<V, P, C>(
            internal::broadcast_tile<rows, columns, V, P, C>(internal::operand_of<I>(operands), row, column)...);
    }

    /// All rows of V::count columns, each register a row.
    template <class V>
    ETCH_INLINE tile<V, 1, rows> beside(std::size_t column) const noexcept {
        return combine<V, 1, rows>(internal::operand_of<I>(operands).template beside<V>(column)...);
    }

    /// An expensive function, on targets whose registers contain one number: first the operand, then the function in
    /// place.
    template <class Destination>
        requires(Stored<Destination> && sizeof...(Operands) == 1 && widest_lanes<value_type> == 1 &&
                 rows * columns > 1 && internal::operations_of<Operation>() >= internal::operations_worth_a_loop)
    ETCH_INLINE constexpr void assign_to(Destination to) const noexcept {
        (internal::assign(to, internal::operand_of<I>(operands)), ...);
        internal::map_in_place(operation, to.data(), rows * columns);
    }

private:
    template <class V, std::size_t P, std::size_t C, class... Tiles>
    ETCH_INLINE constexpr tile<V, P, C> combine(const Tiles&... tiles) const noexcept {
        if constexpr (P == 1 && C == 1) {
            return {{{operation(tiles.value[0][0]...)}}};
        } else {
            tile<V, P, C> result;
            if constexpr (C > 1 && internal::operations_of<Operation>() >= internal::operations_worth_a_loop) {
                for (std::size_t c = 0; c < C; ++c)
                    for (std::size_t p = 0; p < P; ++p) result.value[c][p] = operation(tiles.value[c][p]...);
            } else {
                ETCH_UNROLL(c, C)
                    ETCH_UNROLL(p, P) result.value[c][p] = operation(tiles.value[c][p]...);
            }
            return result;
        }
    }
};

/// The function applied to every element of the operands. It takes and returns lanes.
template <class Operation, class... Operands>
    requires(Expression<Operands> && ...)
ETCH_INLINE constexpr auto map(Operation operation, Operands&&... operands) noexcept {
    return map_expression<std::index_sequence_for<Operands...>, Operation, internal::operand_t<Operands>...>{
        operation, internal::as_operand<Operands>(operands)...};
}

namespace internal {

template <class E>
inline constexpr bool is_times = false;
template <class A, class B>
inline constexpr bool is_times<map_expression<std::index_sequence<0, 1>, operation::times, A, B>> = true;

template <class E>
inline constexpr bool takes_start = false;  // a matrix product that can still start from a summand: see product.hpp

/// a * b + c from the node a * b: the multiply that feeds an add becomes one explicit fma.
template <class Operation, class Times, class C>
ETCH_INLINE constexpr auto fuse(Operation operation, const Times& times, const C& c) noexcept {
    using A = std::remove_cvref_t<decltype(operand_of<0>(times.operands))>;
    using B = std::remove_cvref_t<decltype(operand_of<1>(times.operands))>;
    return map_expression<std::index_sequence<0, 1, 2>, Operation, A, B, C>{operation, operand_of<0>(times.operands),
                                                                            operand_of<1>(times.operands), c};
}

}  // namespace internal

template <Expression A, Expression B>
    requires(!internal::takes_start<std::remove_cvref_t<A>> && !internal::takes_start<std::remove_cvref_t<B>>)
ETCH_INLINE constexpr auto operator+(A&& a, B&& b) noexcept {
    if constexpr (internal::is_times<std::remove_cvref_t<A>>)
        return internal::fuse(operation::times_plus{}, a, internal::as_operand<B>(b));
    else if constexpr (internal::is_times<std::remove_cvref_t<B>>)
        return internal::fuse(operation::times_plus{}, b, internal::as_operand<A>(a));
    else
        return map(operation::plus{}, std::forward<A>(a), std::forward<B>(b));
}

template <Expression A, Expression B>
ETCH_INLINE constexpr auto operator-(A&& a, B&& b) noexcept {
    if constexpr (internal::is_times<std::remove_cvref_t<A>>)
        return internal::fuse(operation::times_minus{}, a, internal::as_operand<B>(b));
    else if constexpr (internal::is_times<std::remove_cvref_t<B>>)
        return internal::fuse(operation::minus_times{}, b, internal::as_operand<A>(a));
    else
        return map(operation::minus{}, std::forward<A>(a), std::forward<B>(b));
}

/// The elementwise product, a ⊙ b in textbooks. (`*` between matrices is the matrix product.)
template <Expression A, Expression B>
ETCH_INLINE constexpr auto hadamard(A&& a, B&& b) noexcept {
    return map(operation::times{}, std::forward<A>(a), std::forward<B>(b));
}

template <Expression A, Expression B>
ETCH_INLINE constexpr auto operator/(A&& a, B&& b) noexcept {
    return map(operation::divides{}, std::forward<A>(a), std::forward<B>(b));
}

template <Expression A>
ETCH_INLINE constexpr auto operator-(A&& a) noexcept {
    return map(operation::negate{}, std::forward<A>(a));
}

// A plain number and an expression. The number is converted to the expression's element type.
template <class E>
using element_of = typename std::remove_cvref_t<E>::value_type;

template <Expression E>
ETCH_INLINE constexpr auto operator*(std::type_identity_t<element_of<E>> number, E&& e) noexcept {
    return hadamard(constant<element_of<E>>{number}, std::forward<E>(e));
}
template <Expression E>
ETCH_INLINE constexpr auto operator*(E&& e, std::type_identity_t<element_of<E>> number) noexcept {
    return hadamard(constant<element_of<E>>{number}, std::forward<E>(e));
}
template <Expression E>
ETCH_INLINE constexpr auto operator+(E&& e, std::type_identity_t<element_of<E>> number) noexcept {
    return std::forward<E>(e) + constant<element_of<E>>{number};
}
template <Expression E>
ETCH_INLINE constexpr auto operator+(std::type_identity_t<element_of<E>> number, E&& e) noexcept {
    return std::forward<E>(e) + constant<element_of<E>>{number};
}
template <Expression E>
ETCH_INLINE constexpr auto operator-(E&& e, std::type_identity_t<element_of<E>> number) noexcept {
    return std::forward<E>(e) - constant<element_of<E>>{number};
}
template <Expression E>
ETCH_INLINE constexpr auto operator-(std::type_identity_t<element_of<E>> number, E&& e) noexcept {
    return constant<element_of<E>>{number} - std::forward<E>(e);
}
template <Expression E>
ETCH_INLINE constexpr auto operator/(E&& e, std::type_identity_t<element_of<E>> number) noexcept {
    return std::forward<E>(e) / constant<element_of<E>>{number};
}
template <Expression E>
ETCH_INLINE constexpr auto operator/(std::type_identity_t<element_of<E>> number, E&& e) noexcept {
    return constant<element_of<E>>{number} / std::forward<E>(e);
}

}  // namespace etch::inline ETCH_VARIANT
