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
#include <etch/data/one_hot.hpp>
#include <etch/data/parse_number.hpp>
#include <etch/network/predict.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// The value of a name that is a number; nothing if it is text. A comma is read as a decimal point.
inline std::optional<double> number_in(std::string name) {
    std::replace(name.begin(), name.end(), ',', '.');
    double number = 0;
    if (parse_number(name, number).code != status::ok) return std::nullopt;
    return number;
}

}  // namespace internal

/// The names of classes, in the order of the columns that stand for them.
class class_list {
public:
    class_list() = default;
    class_list(std::initializer_list<std::string> names) : names_{names} {}
    explicit class_list(std::vector<std::string> names) : names_{std::move(names)} {}

    /// Every name once, sorted, so that the columns do not depend on the order of the samples: by value if all names
    /// are numbers (0 1 2 ... 10 11; 0.5 1.5 10), otherwise as text, byte by byte (10 before 9, Z before a).
    [[nodiscard]] static class_list of(std::vector<std::string> labels) {
        std::sort(labels.begin(), labels.end());
        labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
        std::vector<std::pair<double, std::string>> numbers;
        for (const std::string& label : labels) {
            const auto number = internal::number_in(label);
            if (!number) return class_list{std::move(labels)};
            numbers.emplace_back(*number, label);
        }
        // Equal numbers: 1 before 1.0, and integers that round to the same double in their own order.
        std::sort(numbers.begin(), numbers.end(), [](const auto& a, const auto& b) {
            if (a.first != b.first) return a.first < b.first;
            if (a.second.size() != b.second.size()) return a.second.size() < b.second.size();
            return a.second < b.second;
        });
        for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = std::move(numbers[i].second);
        return class_list{std::move(labels)};
    }
    [[nodiscard]] class_list sorted() const { return of(names_); }

    /// Adds a name, unless it is in the list.
    void add(std::string name) {
        if (!find(name)) names_.push_back(std::move(name));
    }

    [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
    [[nodiscard]] bool empty() const noexcept { return names_.empty(); }
    [[nodiscard]] const std::string& operator[](std::size_t column) const noexcept { return names_[column]; }
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] bool operator==(const class_list&) const = default;

    /// The column of a name.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const noexcept {
        const auto found = std::find(names_.begin(), names_.end(), name);
        if (found == names_.end()) return std::nullopt;
        return static_cast<std::size_t>(found - names_.begin());
    }

    /// Writes a name as a target. unknown_class leaves the target unchanged.
    template <class T, std::size_t Outputs>
    status encode(std::string_view name, std::span<T, Outputs> target) const noexcept {
        const auto column = find(name);
        return column ? one_hot(*column, target) : status::unknown_class;
    }

    /// The name for a target or a network's output; empty if there are fewer names than columns.
    template <class Numbers>
    [[nodiscard]] std::string_view decode(const Numbers& target) const noexcept {
        return name(class_of(target));
    }
    /// The name of a class index, as `predict` returns it; empty if there is none.
    [[nodiscard]] std::string_view name(std::size_t index) const noexcept {
        return index < size() ? std::string_view{names_[index]} : std::string_view{};
    }

private:
    std::vector<std::string> names_;
};

/// The name of the class that a network predicts for a sample; empty if the list has no name for it.
template <class Network, class Sample>
[[nodiscard]] std::string_view predict(const Network& net, const Sample& sample, const class_list& classes) noexcept
    requires(!std::is_array_v<Sample>)
{
    return classes.name(predict(net, sample));
}
template <class Network, class Number, std::size_t N>
[[nodiscard]] std::string_view predict(const Network& net, const Number (&sample)[N],
                                       const class_list& classes) noexcept
    requires(std::is_arithmetic_v<Number>)
{
    return classes.name(predict(net, sample));
}
template <class Network>
[[nodiscard]] std::string_view predict(
    const Network& net, const internal::written_number<typename Network::value_type> (&sample)[Network::inputs],
    const class_list& classes) noexcept {
    return classes.name(internal::predict_written(net, sample));
}

}  // namespace etch::inline ETCH_VARIANT
