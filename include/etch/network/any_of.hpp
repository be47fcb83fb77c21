#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <variant>

#include <etch/network/topology.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

template <class N>
inline constexpr bool is_network = false;
template <class T, class... Layers>
inline constexpr bool is_network<basic_network<T, Layers...>> = true;

/// Whether whoever asks one of the networks can ask them all.
template <class First, class... Rest>
inline constexpr bool are_interchangeable = ((Rest::inputs == First::inputs && Rest::outputs == First::outputs &&
                                              std::same_as<typename Rest::value_type, typename First::value_type>) &&
                                             ...);

template <class... Networks>
inline constexpr bool have_own_topologies = [] {
    constexpr std::array<std::string_view, sizeof...(Networks)> texts{topology<Networks>...};
    for (std::size_t i = 0; i < texts.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (texts[i] == texts[j]) return false;
    return true;
}();

}  // namespace internal

/// One of several networks, which one is known when the program runs: a game ships brains of three sizes, and the file
/// tells which it is.
///
///     etch::any_of<small, medium, large> brain;                           // small, all weights zero
///     if (const auto loaded = etch::load(brain, bytes); !loaded.ok()) ... // io/any_of.hpp: now what the file holds
///     const auto steering = brain(senses);                                // as a network is called
///
/// It holds the network itself: no heap, no virtual call; trivially copyable, as large as the largest of them and an
/// index. Which network answers is asked once a call, a sample or a batch, by comparing the index: 0.4 ns of the 14 that
/// 2-8-1 takes, and nothing that can be measured of the 160 of 17-64-64-6 (the benchmark's contestant etch_any).
///
/// Does not compile: "etch: any_of<...> is a list of networks", "etch: the networks of any_of<...> need the same inputs,
/// outputs and value_type", "etch: the networks of any_of<...> must differ in their layers".
template <class... Networks>
class any_of {
    static_assert(sizeof...(Networks) > 0 && (internal::is_network<Networks> && ...),
                  "etch: any_of<...> is a list of networks");
    static_assert(
        internal::are_interchangeable<Networks...>,
        "etch: the networks of any_of<...> need the same inputs, outputs and value_type, so that whoever asks "
        "need not know which of them answers");
    static_assert(internal::have_own_topologies<Networks...>,
                  "etch: the networks of any_of<...> must differ in their layers, else a file could not tell which of "
                  "them it is for");

    using networks = std::variant<Networks...>;
    using first = std::variant_alternative_t<0, networks>;

public:
    using value_type = typename first::value_type;
    static constexpr std::size_t inputs = first::inputs, outputs = first::outputs;
    static constexpr std::size_t count = sizeof...(Networks);
    static constexpr std::array<std::string_view, count> topologies{etch::topology<Networks>...};

    /// The first of them, all parameters zero.
    constexpr any_of() noexcept = default;

    template <class Network>
        requires(std::same_as<Network, Networks> || ...)
    constexpr any_of(const Network& net) noexcept : held_{net} {}
    template <class Network>
        requires(std::same_as<Network, Networks> || ...)
    constexpr any_of& operator=(const Network& net) noexcept {
        held_ = net;
        return *this;
    }
    /// From here on a Network, all parameters zero: for weights that are loaded.
    template <class Network>
        requires(std::same_as<Network, Networks> || ...)
    constexpr Network& emplace() noexcept {
        return held_.template emplace<Network>();
    }

    /// Which one it is, and its type list as text.
    [[nodiscard]] constexpr std::size_t index() const noexcept { return held_.index(); }
    [[nodiscard]] constexpr std::string_view topology() const noexcept { return topologies[index()]; }

    /// The network where it is a Network, else nullptr.
    template <class Network>
    [[nodiscard]] constexpr Network* get_if() noexcept {
        return std::get_if<Network>(&held_);
    }
    template <class Network>
    [[nodiscard]] constexpr const Network* get_if() const noexcept {
        return std::get_if<Network>(&held_);
    }

    /// f(network), for the one it is; its result must be of one type for all of them.
    template <class F>
    ETCH_INLINE constexpr decltype(auto) visit(F&& f) {
        return visit_from<0>(held_, f);
    }
    template <class F>
    ETCH_INLINE constexpr decltype(auto) visit(F&& f) const {
        return visit_from<0>(held_, f);
    }

    /// The answer to one sample or to a batch, as the network itself gives it: see basic_network.
    template <class Sample>
        requires(!std::is_array_v<Sample>)
    [[nodiscard]] ETCH_INLINE constexpr auto operator()(const Sample& sample) const noexcept {
        return visit([&sample](const auto& net) ETCH_INLINE_LAMBDA { return net(sample); });
    }
    template <std::size_t N>
    [[nodiscard]] ETCH_INLINE constexpr auto operator()(const value_type (&sample)[N]) const noexcept {
        return visit([&sample](const auto& net) ETCH_INLINE_LAMBDA { return net(sample); });
    }

    /// The same network, and equal numbers everywhere.
    [[nodiscard]] friend constexpr bool operator==(const any_of& a, const any_of& b) noexcept {
        return a.index() == b.index() &&
               a.visit([&b]<class Network>(const Network& net) { return net == *b.get_if<Network>(); });
    }

private:
    /// A chain of comparisons: std::visit would call through a table, and throw where a variant holds nothing. This one
    /// always holds a network, since copying one cannot fail.
    template <std::size_t I>
    ETCH_INLINE static constexpr decltype(auto) visit_from(auto& held, auto& f) {
        if constexpr (I + 1 < count)
            if (held.index() != I) return visit_from<I + 1>(held, f);
        return f(*std::get_if<I>(&held));
    }

    networks held_{};
};

}  // namespace etch::inline ETCH_VARIANT
