#pragma once
#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <etch/core/status.hpp>
#include <etch/data/data_view.hpp>

namespace etch::inline ETCH_VARIANT {

/// How many classes a target of `Outputs` numbers tells apart: one output is the probability of the second of two.
template <std::size_t Outputs>
inline constexpr std::size_t class_count = Outputs == 1 ? 2 : Outputs;

/// Writes a label as a target: 1 in its column and 0 elsewhere, or, where the target is one number, the label itself.
/// A label that is not below class_count is an unknown_class and leaves the target as it was.
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

/// The class that a target or a network's output stands for: its largest column, the first of equal ones; of a single
/// number, whether it is at least 1/2. Numbers is anything with size() and [], such as a span, an array, a vector.
template <class Numbers>
constexpr std::size_t class_of(const Numbers& numbers) noexcept {
    if (numbers.size() == 1) return numbers[0] >= 0.5 ? 1 : 0;
    std::size_t best = 0;
    for (std::size_t i = 1; i < numbers.size(); ++i) {
        if (numbers[i] > numbers[best]) best = i;
    }
    return best;
}

/// Says missing_class and the first class of which the set has no sample: a network cannot learn it from here.
template <std::size_t Inputs, std::size_t Outputs, class T>
constexpr problem check_classes(data_view<Inputs, Outputs, T> set) noexcept {
    bool seen[class_count<Outputs>] = {};
    for (std::size_t i = 0; i < set.size(); ++i) seen[class_of(set.target(i))] = true;
    for (std::size_t c = 0; c < class_count<Outputs>; ++c) {
        if (!seen[c]) return {status::missing_class, c};
    }
    return {};
}
constexpr problem check_classes(const Samples auto& set) noexcept { return check_classes(set.view()); }

/// The names of classes in the order of the columns that stand for them.
class class_list {
public:
    class_list() = default;
    class_list(std::initializer_list<std::string> names) : names_{names} {}
    explicit class_list(std::vector<std::string> names) : names_{std::move(names)} {}

    /// Every name once, sorted, so that the columns do not depend on the order of the samples.
    [[nodiscard]] static class_list of(std::vector<std::string> labels) {
        std::sort(labels.begin(), labels.end());
        labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
        return class_list{std::move(labels)};
    }
    [[nodiscard]] class_list sorted() const { return of(names_); }

    /// A further name, unless it is there.
    void add(std::string name) {
        if (!find(name)) names_.push_back(std::move(name));
    }

    [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
    [[nodiscard]] bool empty() const noexcept { return names_.empty(); }
    [[nodiscard]] const std::string& operator[](std::size_t column) const noexcept { return names_[column]; }

    /// The column of a name.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const noexcept {
        const auto found = std::find(names_.begin(), names_.end(), name);
        if (found == names_.end()) return std::nullopt;
        return static_cast<std::size_t>(found - names_.begin());
    }

    /// A name as a target. unknown_class leaves the target as it was.
    template <class T, std::size_t Outputs>
    status encode(std::string_view name, std::span<T, Outputs> target) const noexcept {
        const auto column = find(name);
        return column ? one_hot(*column, target) : status::unknown_class;
    }

    /// The name that a target or a network's output stands for; empty where there are fewer names than columns.
    template <class Numbers>
    [[nodiscard]] std::string_view decode(const Numbers& target) const noexcept {
        const std::size_t column = class_of(target);
        return column < size() ? std::string_view{names_[column]} : std::string_view{};
    }

private:
    std::vector<std::string> names_;
};

}  // namespace etch
