#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
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

/// Whether all of the networks can be called in the same way.
template <class First, class... Rest>
inline constexpr bool are_interchangeable = ((Rest::inputs == First::inputs && Rest::outputs == First::outputs &&
                                              std::same_as<typename Rest::value_type, typename First::value_type>) &&
                                             ...);

/// Network::states<Columns>, written so that Columns can be deduced.
template <class Network, std::size_t Columns>
using states_of = network_state<Network, typename Network::value_type, Network::layers::totals.state, Columns>;

template <class... Networks>
inline constexpr bool have_own_topologies = [] {
    constexpr std::array<std::string_view, sizeof...(Networks)> texts{topology<Networks>...};
    for (std::size_t i = 0; i < texts.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (texts[i] == texts[j]) return false;
    return true;
}();

}  // namespace internal

/// One of several networks, chosen at run time: a game ships brains of three sizes, and the file determines which one
/// is used.
///
///     etch::any_of<small, medium, large> brain;                           // small, all weights zero
///     if (const auto loaded = etch::load(brain, bytes); !loaded.ok()) ... // io/any_of.hpp: now the one in the file
///     const auto steering = brain(senses);                                // as a network is called
///
/// It contains the network itself: no heap, no virtual call; trivially copyable, and as large as the largest of the
/// networks plus an index. Each call, with a sample or a batch, compares the index once: 0.4 ns of the 14 that 2-8-1
/// takes, and nothing measurable of the 160 of 17-64-64-6 (the benchmark's contestant etch_any).
///
/// Does not compile: "etch: any_of<...> is a list of networks", "etch: the networks of any_of<...> need the same
/// inputs, outputs and value_type", "etch: the networks of any_of<...> must differ in their layers".
template <class... Networks>
class any_of {
    static_assert(sizeof...(Networks) > 0 && (internal::is_network<Networks> && ...),
                  "etch: any_of<...> is a list of networks");
    static_assert(
        internal::are_interchangeable<Networks...>,
        "etch: the networks of any_of<...> need the same inputs, outputs and value_type, so that callers need "
        "not know which of them it is");
    static_assert(
        internal::have_own_topologies<Networks...>,
        "etch: the networks of any_of<...> must differ in their layers, otherwise a file could be for several "
        "of them");

    using networks = std::variant<Networks...>;
    using first = std::variant_alternative_t<0, networks>;

public:
    using value_type = typename first::value_type;
    static constexpr std::size_t inputs = first::inputs, outputs = first::outputs;
    static constexpr std::size_t count = sizeof...(Networks);
    static constexpr std::array<std::string_view, count> topologies{etch::topology<Networks>...};

    /// The first of the networks, all parameters zero.
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
    /// Switches to a Network, all parameters zero: for weights that are loaded.
    template <class Network>
        requires(std::same_as<Network, Networks> || ...)
    constexpr Network& emplace() noexcept {
        return held_.template emplace<Network>();
    }

    /// Which network it is, and its type list as text.
    [[nodiscard]] constexpr std::size_t index() const noexcept { return held_.index(); }
    [[nodiscard]] constexpr std::string_view topology() const noexcept { return topologies[index()]; }

    /// The network if it is a Network, otherwise nullptr.
    template <class Network>
    [[nodiscard]] constexpr Network* get_if() noexcept {
        return std::get_if<Network>(&held_);
    }
    template <class Network>
    [[nodiscard]] constexpr const Network* get_if() const noexcept {
        return std::get_if<Network>(&held_);
    }

    /// f(network), for the one that it is; f must return the same type for all of them.
    template <class F>
    ETCH_INLINE constexpr decltype(auto) visit(F&& f) {
        return visit_from<0>(held_, f);
    }
    template <class F>
    ETCH_INLINE constexpr decltype(auto) visit(F&& f) const {
        return visit_from<0>(held_, f);
    }

    /// The output for one sample or the outputs for a batch, as from the network itself: see basic_network.
    template <class Sample>
        requires(!std::is_array_v<Sample>)
    [[nodiscard]] ETCH_INLINE constexpr auto operator()(const Sample& sample) const noexcept {
        static_assert(
            !has_state || std::is_void_v<Sample>,
            "etch: a network of any_of<...> carries a state from step to step: pass one, as in brain(x, state), "
            "where state begins as brain.initial_state()");
        if constexpr (has_state)
            return vector<value_type, outputs>{};
        else
            return visit([&sample](const auto& net) ETCH_INLINE_LAMBDA { return net(sample); });
    }
    template <std::size_t N>
    [[nodiscard]] ETCH_INLINE constexpr auto operator()(const value_type (&sample)[N]) const noexcept {
        return (*this)(std::span<const value_type, N>{sample});
    }

    /// The state that the networks carry from step to step: that of one of them; it belongs to the caller. A copy is a
    /// snapshot, an assignment a rollback. For a batch it has one column per sample.
    template <std::size_t Columns>
    using states = std::variant<typename Networks::template states<Columns>...>;
    using state = states<1>;
    static constexpr bool has_state = (Networks::has_state || ...);

    /// The initial state of the current network.
    template <std::size_t Columns = 1>
    [[nodiscard]] constexpr states<Columns> initial_state() const noexcept {
        return visit([]<class Network>(const Network&) {
            return states<Columns>{std::in_place_type<typename Network::template states<Columns>>};
        });
    }

    /// One step, as with the network itself. Returns nothing, with the state unchanged, if the state is that of another
    /// one of the networks, as after another one was loaded: then start again from initial_state().
    ///
    ///     auto state = brain.initial_state();
    ///     if (const auto steering = brain(senses, state)) steer(*steering);
    template <class Sample, std::size_t Columns>
        requires(!std::is_array_v<Sample>)
    [[nodiscard]] ETCH_INLINE constexpr auto operator()(
        const Sample& sample, std::variant<internal::states_of<Networks, Columns>...>& at) const noexcept {
        using answer = std::optional<decltype(std::declval<const first&>()(sample, std::get<0>(at)))>;
        return step_from<0>(*this, at, answer{}, [&sample](const auto& net, auto& own) ETCH_INLINE_LAMBDA {
            return answer{net(sample, own)};
        });
    }
    template <std::size_t N>
    [[nodiscard]] ETCH_INLINE constexpr auto operator()(const value_type (&sample)[N], state& at) const noexcept {
        return (*this)(std::span<const value_type, N>{sample}, at);
    }

    /// Many steps of one sample, as with the network itself. Errors, with nothing changed: size_mismatch; wrong_state
    /// if the state is that of another one of the networks.
    constexpr status operator()(std::span<const value_type> from, std::span<value_type> to, state& at) const noexcept {
        return step_from<0>(*this, at, status::wrong_state,
                            [&](const auto& net, auto& own) { return net(from, to, own); });
    }

    /// The same network, with all numbers equal.
    [[nodiscard]] friend constexpr bool operator==(const any_of& a, const any_of& b) noexcept {
        return a.index() == b.index() &&
               a.visit([&b]<class Network>(const Network& net) { return net == *b.get_if<Network>(); });
    }

private:
    /// A chain of comparisons: std::visit would call through a table, and throw if the variant is valueless. This one
    /// never is, since copying a network cannot fail.
    template <std::size_t I>
    ETCH_INLINE static constexpr decltype(auto) visit_from(auto& held, auto& f) {
        if constexpr (I + 1 < count)
            if (held.index() != I) return visit_from<I + 1>(held, f);
        return f(*std::get_if<I>(&held));
    }

    /// f(network, its state) for the current network if the state belongs to it; otherwise `otherwise`.
    template <std::size_t I, class Result, class F>
    ETCH_INLINE static constexpr Result step_from(const any_of& of, auto& at, Result otherwise, const F& f) noexcept {
        if constexpr (I + 1 < count)
            if (of.held_.index() != I) return step_from<I + 1>(of, at, otherwise, f);
        auto* const own = std::get_if<I>(&at);
        return own == nullptr ? otherwise : f(*std::get_if<I>(&of.held_), *own);
    }

    networks held_{};
};

}  // namespace etch::inline ETCH_VARIANT
