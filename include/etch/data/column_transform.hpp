#pragma once
#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <etch/core/finite.hpp>
#include <etch/core/status.hpp>
#include <etch/data/data_set.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// The common part of all column transforms: fitted on one set, usually the training part, then applied to it and to
/// others. A derived class has `learn(numbers)`, which computes its statistics from rows of `Columns` finite numbers
/// and changes nothing if it fails, and `forward(x, column)`, in double. One that can be undone also has `backward(y,
/// column)`. All of it is all-or-nothing: unless the result is ok, neither the statistics nor the data have changed.
template <class Derived, std::size_t Columns, class T>
class column_transform {
    static_assert(Columns > 0, "etch: a transformation needs at least one column");

public:
    static constexpr std::size_t columns = Columns;

    /// Learns from a set's inputs, or from its targets. non_finite_input and non_finite_target name the sample
    /// and its column, other problems the column.
    template <Samples Set>
    problem fit(const Set& training) {
        static_assert(Set::input_size == Columns,
                      "etch: the samples have a different number of inputs than this transform has columns");
        return fit_rows(training.view().inputs(), status::non_finite_input);
    }
    template <Samples Set>
    problem fit_targets(const Set& training) {
        static_assert(Set::output_size == Columns,
                      "etch: the samples have a different number of targets than this transform has columns");
        return fit_rows(training.view().targets(), status::non_finite_target);
    }

    [[nodiscard]] bool fitted() const noexcept { return fitted_; }

    /// Changes a set's inputs, or its targets, in place. Errors: not_fitted, or the first sample that is not finite
    /// before or after.
    template <std::size_t Outputs>
    problem apply(data_set<Columns, Outputs, T>& set) const {
        return apply_rows<true>(set.inputs(), status::non_finite_input);
    }
    template <std::size_t Inputs>
    problem apply_targets(data_set<Inputs, Columns, T>& set) const {
        return apply_rows<true>(set.targets(), status::non_finite_target);
    }
    /// One sample's inputs, or one target.
    problem apply(std::span<T, Columns> numbers) const { return apply_rows<true>(numbers, status::non_finite_input); }

protected:
    column_transform() = default;
    ~column_transform() = default;
    column_transform(const column_transform&) = default;
    column_transform& operator=(const column_transform&) = default;

    template <bool Forward>
    problem apply_rows(std::span<T> numbers, status non_finite) const {
        if (!fitted_) return {status::not_fitted};
        std::vector<T> result(numbers.size());
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const double x = static_cast<double>(numbers[i]);
            double y;
            if constexpr (Forward) {
                y = derived().forward(x, i % Columns);
            } else {
                y = derived().backward(x, i % Columns);
            }
            result[i] = static_cast<T>(y);
            if (!is_finite(x) || !is_finite(result[i])) return {non_finite, i / Columns, i % Columns};
        }
        std::copy(result.begin(), result.end(), numbers.begin());
        return {};
    }

private:
    problem fit_rows(std::span<const T> numbers, status non_finite) {
        if (numbers.empty()) return {status::empty_set};
        if (numbers.size() % Columns != 0) return {status::size_mismatch, numbers.size() / Columns};
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            if (!is_finite(numbers[i])) return {non_finite, i / Columns, i % Columns};
        }
        const problem result = static_cast<Derived&>(*this).learn(numbers);
        if (result.ok()) fitted_ = true;
        return result;
    }

    [[nodiscard]] const Derived& derived() const noexcept { return static_cast<const Derived&>(*this); }

    bool fitted_ = false;
};

/// A transform that can be undone.
template <class Derived, std::size_t Columns, class T>
class invertible_transform : public column_transform<Derived, Columns, T> {
public:
    /// Undoes apply: a data_set or single numbers in the original units again, to within rounding.
    template <std::size_t Outputs>
    problem inverse(data_set<Columns, Outputs, T>& set) const {
        return this->template apply_rows<false>(set.inputs(), status::non_finite_input);
    }
    template <std::size_t Inputs>
    problem inverse_targets(data_set<Inputs, Columns, T>& set) const {
        return this->template apply_rows<false>(set.targets(), status::non_finite_target);
    }
    problem inverse(std::span<T, Columns> numbers) const {
        return this->template apply_rows<false>(numbers, status::non_finite_input);
    }

protected:
    invertible_transform() = default;
    ~invertible_transform() = default;
    invertible_transform(const invertible_transform&) = default;
    invertible_transform& operator=(const invertible_transform&) = default;
};

}  // namespace etch::inline ETCH_VARIANT::internal
