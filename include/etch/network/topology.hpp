#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <etch/core/bit_cast.hpp>
#include <etch/network/network.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

template <class L>
struct spelling;

/// Text composed by the compiler. What does not fit is only counted, so that `text<0>` measures.
template <std::size_t Capacity>
struct text {
    std::array<char, Capacity> characters{};
    std::size_t size = 0;

    constexpr text& append(char c) noexcept {
        if (size < Capacity) characters[size] = c;
        ++size;
        return *this;
    }
    constexpr text& append(std::string_view from) noexcept {
        for (const char c : from) append(c);
        return *this;
    }
    constexpr text& append_integer(std::integral auto number) noexcept {
        if (number < 0) {
            append('-');
            if (number / 10 != 0) append_integer(-(number / 10));
            return append(static_cast<char>('0' - number % 10));
        }
        if (number / 10 != 0) append_integer(number / 10);
        return append(static_cast<char>('0' + number % 10));
    }
    /// What stands in a type list: a layer, as C++ spells it.
    template <class L>
    constexpr void append_entry() noexcept {
        spelling<L>::append(*this);
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters.data(), size}; }
    /// As much of it as fits.
    [[nodiscard]] constexpr std::string_view shown() const noexcept {
        return {characters.data(), size < Capacity ? size : Capacity};
    }
};

/// Entries between commas.
struct separated {
    bool first = true;
    constexpr void next(auto& to) noexcept {
        if (!first) to.append(", ");
        first = false;
    }
};

constexpr void append_argument(auto& to, separated& list, auto argument) noexcept {
    if constexpr (std::same_as<decltype(argument), weight_format>) {
        list.next(to);
        to.append("bf16");
    } else if constexpr (requires { option_name(argument); }) {  // such as gru_reset
        list.next(to);
        to.append(option_name(argument));
    } else if constexpr (std::integral<decltype(argument)>) {
        list.next(to);
        to.append_integer(+argument);  // bool: 0 or 1
    } else if constexpr (std::is_enum_v<decltype(argument)>) {
        append_argument(to, list, static_cast<std::underlying_type_t<decltype(argument)>>(argument));
    } else if constexpr (std::floating_point<decltype(argument)>) {
        using bits = std::conditional_t<sizeof(argument) == 8, std::int64_t, std::int32_t>;
        append_argument(to, list, bit_cast<bits>(argument));
    }  // an initializer does not affect outputs
}

/// How a layer is written: its name, and its template arguments. A layer with arguments of several kinds has a member
/// `spell` that writes them.
template <class L>
struct spelling {
    static constexpr void append(auto& to) noexcept {
        if constexpr (requires { L::spell(to); })
            L::spell(to);
        else
            to.append(L::name);
    }
};
template <template <auto...> class L, auto... Arguments>
struct spelling<L<Arguments...>> {
    static constexpr void append(auto& to) noexcept {
        to.append(L<Arguments...>::name);
        separated list;
        to.append('<');
        (append_argument(to, list, Arguments), ...);
        to.append('>');
    }
};
template <class... Layers>
constexpr void append_layers(auto& to) noexcept {
    separated list;
    ((list.next(to), spelling<Layers>::append(to)), ...);
}

template <template <class...> class L, class... Inner>
struct spelling<L<Inner...>> {
    static constexpr void append(auto& to) noexcept {
        to.append(L<Inner...>::name).append('<');
        append_layers<Inner...>(to);
        to.append('>');
    }
};

template <class Network>
struct network_spelling;
template <class T, class... Layers>
struct network_spelling<basic_network<T, Layers...>> {
    template <std::size_t Capacity>
    static constexpr text<Capacity> write() noexcept {
        text<Capacity> to;
        append_layers<Layers...>(to);
        return to;
    }
    static constexpr auto characters = write<write<0>().size>();
};

}  // namespace internal

/// The type list of a network as text, as C++ spells it: "input<2>, dense<8>, tanh, dense<1>, sigmoid". Numbers among a
/// layer's template arguments are always written, even if they are the default: an enumeration as its value, a float as
/// the integer with the same bits; initializers are left out. See docs/weights.md.
template <class Network>
inline constexpr std::string_view topology = internal::network_spelling<Network>::characters.view();

namespace internal {

/// A topology, character by character, without what does not change its numbers: ", bf16" or ", stored<bf16>" at the
/// end of a layer's arguments, and the "frozen<" and ">" around a layer.
class plain_topology {
public:
    static constexpr int end = -1;

    explicit constexpr plain_topology(std::string_view text) noexcept : rest_{text} {}

    /// The next character; -1 at the end.
    constexpr int next() noexcept {
        for (;;) {
            if (rest_.starts_with(", bf16>")) rest_.remove_prefix(6);
            if (rest_.starts_with(", stored<bf16>>")) rest_.remove_prefix(14);
            if (begins_layer_ && rest_.starts_with("frozen<")) {
                rest_.remove_prefix(7);
                open(true);
                continue;
            }
            if (rest_.empty()) return end;
            const char c = rest_.front();
            rest_.remove_prefix(1);
            begins_layer_ = c == ' ' || c == '<';
            if (c == '<') open(false);
            if (c == '>' && close()) continue;
            return static_cast<unsigned char>(c);
        }
    }

private:
    // A bit for each open bracket, the innermost lowest; beyond 64, the outer ones are taken as ordinary.
    constexpr void open(bool frozen) noexcept { frozen_ = frozen_ << 1 | (frozen ? 1u : 0u); }
    constexpr bool close() noexcept {
        const bool frozen = (frozen_ & 1) != 0;
        frozen_ >>= 1;
        return frozen;
    }

    std::string_view rest_;
    std::uint64_t frozen_ = 0;
    bool begins_layer_ = true;
};

}  // namespace internal

/// Whether two texts mean the same layers. How their weights are stored, dense<8> or dense<8, bf16>, and which of them
/// are frozen makes no difference.
[[nodiscard]] constexpr bool same_topology(std::string_view a, std::string_view b) noexcept {
    internal::plain_topology first{a}, second{b};
    for (;;) {
        const int c = first.next();
        if (c != second.next()) return false;
        if (c == first.end) return true;
    }
}

}  // namespace etch::inline ETCH_VARIANT
