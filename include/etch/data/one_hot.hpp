#pragma once
#include <algorithm>
#include <cstddef>
#include <span>

#include <etch/core/status.hpp>
#include <etch/data/data_view.hpp>
#include <etch/tensor/argmax.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {
constexpr std::size_t classes_told_by(std::size_t outputs) noexcept { return outputs == 1 ? 2 : outputs; }
}  // namespace internal

/// How many classes a target of `Outputs` numbers distinguishes: one output is the probability of the second of two.
template <std::size_t Outputs>
inline constexpr std::size_t class_count = internal::classes_told_by(Outputs);

/// Writes a label as a target: 1 in its column and 0 elsewhere or, if the target is one number, the label itself.
/// unknown_class for a label that is not below class_count; the target is then unchanged.
template <class T, std::size_t Outputs>
constexpr status one_hot(std::size_t label, std::span<T, Outputs> target) noexcept {
    const std::size_t classes = target.size() == 1 ? 2 : target.size();
    if (label >= classes) return status::unknown_class;
    std::fill(target.begin(), target.end(), T{0});
    if (target.size() == 1) {
        target[0] = static_cast<T>(label);
    } else {
        target[label] = T{1};
    }
    return status::ok;
}

/// Reports missing_class with the first class that has no sample in the set, and which a network could therefore not
/// learn.
template <std::size_t Inputs, std::size_t Outputs, class T>
constexpr problem check_classes(data_view<Inputs, Outputs, T> set) noexcept {
    bool seen[class_count<Outputs>] = {};
    for (std::size_t i = 0; i < set.size(); ++i) seen[class_of(set.target(i))] = true;
    for (std::size_t c = 0; c < class_count<Outputs>; ++c) {
        if (!seen[c]) return {.code = status::missing_class, .column = c};
    }
    return {};
}
constexpr problem check_classes(const Samples auto& set) noexcept { return check_classes(set.view()); }

}  // namespace etch::inline ETCH_VARIANT
