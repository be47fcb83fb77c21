#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>

#include <etch/core/problem.hpp>
#include <etch/data/sample_source.hpp>
#include <etch/loss/loss.hpp>
#include <etch/tensor/argmax.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// How many elements a target has for a loss; void stands for the loss that fits the last layer.
template <class Network, class Loss>
inline constexpr std::size_t target_size = target_count<Loss>(Network::outputs);
template <class Network>
inline constexpr std::size_t target_size<Network, void> = Network::outputs;

/// The data that a network is trained and evaluated on.
template <class Network, class Loss = void>
using data_of = data_view<Network::inputs, target_size<Network, Loss>, typename Network::value_type>;

/// The first elements of a span or an array, which must stay in place.
template <std::size_t Count, class Numbers>
constexpr auto first_of(const Numbers& numbers) noexcept {
    using T = std::remove_cvref_t<decltype(numbers[0])>;
    return std::span<const T, Count>{numbers.data(), Count};
}

/// The class of a target among those that `Outputs` outputs distinguish; `Outputs` if an index is out of range.
template <class Loss, std::size_t Outputs, class Target>
constexpr std::size_t true_class(const Target& target) noexcept {
    if constexpr (target_kind_of<Loss>() == target_kind::class_index)
        return target[0] >= 0 && target[0] < Outputs ? static_cast<std::size_t>(target[0]) : Outputs;
    else
        return etch::class_of(first_of<Outputs>(target));
}

/// Some elements of each target.
template <class Data, std::size_t From, std::size_t Count>
struct part_of_targets {
    using value_type = typename Data::value_type;
    const Data& data;

    [[nodiscard]] constexpr std::size_t size() const noexcept { return data.size(); }
    [[nodiscard]] constexpr auto target(std::size_t i) const noexcept {
        const auto target = data.target(i);
        std::array<value_type, Count> part;
        std::copy_n(target.data() + From, Count, part.begin());
        return part;
    }
};

/// The first target for which the loss is not defined.
template <class Loss, std::size_t Outputs, class Data>
constexpr problem check_targets([[maybe_unused]] const Data& data) noexcept {
    using T = typename Data::value_type;
    constexpr target_kind kind = target_kind_of<Loss>();
    if constexpr (requires { Loss::adds_losses; }) {
        problem first;
        Loss::for_each_part([&]<class Part, std::size_t From>() {
            if (!first.ok()) return;
            using own = part_of_targets<Data, From, Part::targets>;
            first = check_targets<typename Part::loss, Part::count>(own{data});
            if (!first.ok() && first.column != no_position) first.column += From;
        });
        return first;
    } else if constexpr (kind == target_kind::class_index) {
        for (std::size_t i = 0; i < data.size(); ++i) {
            const T index = data.target(i)[0];
            const std::size_t named = true_class<Loss, Outputs>(data.target(i));
            if (named == Outputs || static_cast<T>(named) != index)
                return {status::invalid_target, i, 0, static_cast<double>(index), Outputs};
        }
    } else if constexpr (kind != target_kind::numbers) {
        constexpr T slack = static_cast<T>(1e-3);  // for a sum of rounded probabilities
        for (std::size_t i = 0; i < data.size(); ++i) {
            const auto whole = data.target(i);
            const auto target = first_of<Outputs>(whole);
            T sum{0};
            for (std::size_t o = 0; o < target.size(); ++o) {
                if (!(target[o] >= 0 && target[o] <= 1))
                    return {status::invalid_target, i, o, static_cast<double>(target[o])};
                sum += target[o];
            }
            if (kind == target_kind::class_probabilities && !(sum >= 1 - slack && sum <= 1 + slack))
                return {status::invalid_target, i, no_position, static_cast<double>(sum)};
        }
    }
    return {};
}

/// How many values this input of a list of layers may have if it has to be an index: the first layer says so, or the
/// first in a branch, also behind a slice. 0 for other inputs. Without an input, whether there are indices at all.
template <class List, shape In, std::size_t I = 0>
constexpr std::size_t index_count(std::size_t input, bool any = false) noexcept {
    if constexpr (I < List::depth) {
        using L = typename List::template layer<I>;
        if constexpr (L::indices_below > 0) {
            return L::indices_below;
        } else if constexpr (requires { typename L::template list<In, 0>; }) {
            std::size_t count = 0;
            for_each_index<L::count>([&]<std::size_t B>() {
                count = (std::max)(count, index_count<typename L::template list<In, B>, In>(input, any));
            });
            return count;
        } else if constexpr (L::passes > 0) {
            const bool is_part = any || (input >= L::passes_from && input - L::passes_from < L::passes);
            return is_part ? index_count<List, L::output(In), I + 1>(input - L::passes_from, any) : 0;
        } else if constexpr (L::passes_through) {
            return index_count<List, In, I + 1>(input, any);
        }
    }
    return 0;
}

/// The first input that is not an index but has to be.
template <class Network, class Data>
constexpr problem check_indices([[maybe_unused]] const Data& data) noexcept {
    if constexpr (requires { typename Network::layers; }) {
        using T = typename Data::value_type;
        using layers = typename Network::layers;
        if constexpr (index_count<layers, layers::input_shape>(0, true) > 0)
            for (std::size_t i = 0; i < data.size(); ++i)
                for (std::size_t c = 0; c < Network::inputs; ++c) {
                    const T x = data.input(i)[c];
                    const std::size_t count = index_count<layers, layers::input_shape>(c);
                    const bool in_range = x >= 0 && x < static_cast<T>(count);
                    if (count > 0 && !(in_range && static_cast<T>(static_cast<std::size_t>(x)) == x))
                        return {status::invalid_index, i, c, static_cast<double>(x), count};
                }
    }
    return {};
}

}  // namespace etch::inline ETCH_VARIANT::internal
