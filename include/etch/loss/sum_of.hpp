#pragma once
#include <cstddef>
#include <type_traits>
#include <utility>

#include <etch/loss/loss.hpp>
#include <etch/tensor/parts.hpp>

namespace etch::inline ETCH_VARIANT {

/// A loss of Count of the outputs, From, From + 1, ..., in sum_of. Its weight is Numerator / Denominator.
template <std::size_t From, std::size_t Count, class L, int Numerator = 1, int Denominator = 1>
struct on {
    static_assert(Count > 0, "etch: on<From, Count, Loss> needs at least one output");
    static_assert(Numerator > 0 && Denominator > 0, "etch: the weight of a loss must be positive");

    using loss = L;
    static constexpr std::size_t first = From, count = Count, targets = internal::target_count<L>(Count);

    /// The loss or its gradient, multiplied by the weight.
    template <class E>
    ETCH_INLINE static constexpr auto weighted(E&& e) noexcept {
        using T = typename std::remove_cvref_t<E>::value_type;
        if constexpr (Numerator == Denominator)
            return std::forward<E>(e);
        else
            return (static_cast<T>(Numerator) / static_cast<T>(Denominator)) * std::forward<E>(e);
    }
};

/// The same by the name of a part: on_part<heads, "value", mean_squared_error, 1, 2>.
template <class Parts, internal::part_name Name, class L, int Numerator = 1, int Denominator = 1>
using on_part = on<Parts::template first<Name>, Parts::template count<Name>, L, Numerator, Denominator>;

/// Losses of different outputs, added: for a network with several heads, such as a policy and a value.
///
///     L = Σ wi Li(pi, yi),   ∂L/∂pi = wi ∂Li/∂pi        pi: the outputs that loss i sees
///
///     sum_of<on<0, 4, cross_entropy>, on<4, 1, mean_squared_error, 1, 2>>      // 4 logits, and half the value's error
///
/// The parts are listed in the order of their outputs; outputs that no part uses have no gradient. A target consists of
/// the targets of the losses, one below the other. Here, too, losses that can be fused with an activation, such as
/// cross_entropy with softmax, get the logits: end the layers without that activation; `argmax` of the logits is the
/// class.
template <class... Parts>
struct sum_of {
    static constexpr const char* name = "sum_of";
    static constexpr std::size_t count = sizeof...(Parts);
    static constexpr bool adds_losses = true;  // each checks its own targets
    static_assert(count > 0, "etch: sum_of needs at least one loss: sum_of<on<0, 4, huber<>>, ...>");

    /// The least number of outputs that the network must have.
    static constexpr std::size_t least_outputs = [] {
        std::size_t end = 0;
        ((end = Parts::first + Parts::count), ...);
        return end;
    }();

    static constexpr std::size_t targets(std::size_t) { return (Parts::targets + ...); }

    template <class LastLayer>
    static constexpr void(check)() {
        static_assert((check_part<typename Parts::loss, LastLayer>() && ...));
    }

    template <class P>
    ETCH_INLINE static constexpr auto value(const P& p, const auto& y) {
        static_assert(least_outputs <= P::rows, "etch: sum_of has a loss of outputs that the network does not have");
        tensor<typename P::value_type, 1, P::columns> sum{};
        for_each_part([&]<class Part, std::size_t Target>() ETCH_INLINE_LAMBDA {
            sum = sum +
                  Part::weighted(Part::loss::value(rows<Part::first, Part::count>(p), rows<Target, Part::targets>(y)));
        });
        return sum;
    }
    template <class P>
    ETCH_INLINE static constexpr auto gradient(const P& p, const auto& y) {
        tensor<typename P::value_type, P::rows, P::columns> all{};
        for_each_part([&]<class Part, std::size_t Target>() ETCH_INLINE_LAMBDA {
            rows<Part::first, Part::count>(all) =
                Part::weighted(Part::loss::gradient(rows<Part::first, Part::count>(p), rows<Target, Part::targets>(y)));
        });
        return all;
    }

    /// f.operator()<Part, First>() for each part, where First is the first row of its targets.
    template <class F>
    ETCH_INLINE static constexpr void for_each_part(const F& f) {
        go_on<0, Parts...>(f);
    }

private:
    // A constant, since clang prints a condition in full before the message.
    static constexpr bool in_order = [] {
        std::size_t end = 0;
        bool all = true;
        ((all = all && Parts::first >= end, end = Parts::first + Parts::count), ...);
        return all;
    }();
    static_assert(in_order,
                  "etch: the losses of sum_of must be in the order of their outputs, and no two may see the same one");

    template <class L, class LastLayer>
    static constexpr bool check_part() {
        if constexpr (requires { typename L::fused_activation; }) {
            constexpr bool activated = internal::is_fused<L, LastLayer>() ||
                                       ends_in<LastLayer>(std::type_identity<typename L::fused_activation>{});
            static_assert(
                !activated,
                "etch: sum_of passes logits to cross_entropy and the like: leave out the softmax or sigmoid at "
                "the end of the network or branch");
        } else if constexpr (requires { L::template check<LastLayer>(); }) {
            L::template check<LastLayer>();
        }
        return true;
    }
    /// Whether a branch of the layer ends in the activation.
    template <class LastLayer, class Activation>
    static constexpr bool ends_in(std::type_identity<Activation>) {
        if constexpr (requires { LastLayer::template a_branch_ends_in<Activation>(); })
            return LastLayer::template a_branch_ends_in<Activation>();
        else
            return false;
    }
    template <class LastLayer, class... Activations>
    static constexpr bool ends_in(std::type_identity<either<Activations...>>) {
        return (ends_in<LastLayer>(std::type_identity<Activations>{}) || ...);
    }

    template <std::size_t First, class Part, class... Rest, class F>
    ETCH_INLINE static constexpr void go_on(const F& f) {
        f.template operator()<Part, First>();
        if constexpr (sizeof...(Rest) > 0) go_on<First + Part::targets, Rest...>(f);
    }
};

}  // namespace etch::inline ETCH_VARIANT
