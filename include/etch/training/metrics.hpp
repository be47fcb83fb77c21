#pragma once
#include <array>
#include <cmath>
#include <cstddef>

#include <etch/core/problem.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// a / b, or 0 if b is 0.
constexpr double ratio(std::size_t a, std::size_t b) noexcept {
    return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

/// The message of a report whose code is not only about data.
constexpr message_text report_message(const problem& found) noexcept {
    if (found.code == status::non_finite_loss)
        return sentence("sample ", found.sample, ": the network's output or its loss is NaN or infinite");
    return found.message();
}

}  // namespace internal

/// How well a network distinguishes classes. It contains counts, from which every score follows.
///
///     precision_c = right_c / predicted_c        recall_c = right_c / true_c
///     f1_c = 2 right_c / (predicted_c + true_c)
///
/// right_c are the samples of class c that were predicted as c. If a denominator is 0, so is the score, as in
/// scikit-learn (zero_division=0); the macro scores are plain means over all classes, including those without a sample.
/// Cost: 8 (classes² + classes) bytes, no heap.
template <std::size_t Classes>
struct [[nodiscard]] classification_report {
    static_assert(Classes >= 2, "etch: a classification needs at least two classes");
    static constexpr std::size_t classes = Classes;

    status code = status::ok;          ///< if it is not ok, nothing was counted
    std::size_t sample = 0;            ///< the sample at fault, if one is
    std::size_t column = no_position;  ///< and its input or target, if one is
    std::size_t count = 0;             ///< samples evaluated
    double loss = 0;                   ///< their mean
    /// confusion[t][p]: how many samples of class t were predicted as class p.
    std::array<std::array<std::size_t, Classes>, Classes> confusion{};
    /// rank_counts[k]: for how many samples the true class had the (k+1)-th largest score; among equal scores the first
    /// is counted as larger.
    std::array<std::size_t, Classes> rank_counts{};

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return ok(); }
    [[nodiscard]] constexpr message_text message() const noexcept {
        return internal::report_message({code, sample, column});
    }

    [[nodiscard]] constexpr double accuracy() const noexcept { return top_k(1); }
    /// The share of samples whose class was among the k largest scores.
    [[nodiscard]] constexpr double top_k(std::size_t k) const noexcept {
        std::size_t right = 0;
        for (std::size_t i = 0; i < k && i < Classes; ++i) right += rank_counts[i];
        return internal::ratio(right, count);
    }

    /// How many samples are of class c, and how many were predicted as c.
    [[nodiscard]] constexpr std::size_t support(std::size_t c) const noexcept {
        std::size_t sum = 0;
        for (std::size_t n : confusion[c]) sum += n;
        return sum;
    }
    [[nodiscard]] constexpr std::size_t predicted(std::size_t c) const noexcept {
        std::size_t sum = 0;
        for (const auto& row : confusion) sum += row[c];
        return sum;
    }

    [[nodiscard]] constexpr double precision(std::size_t c) const noexcept {
        return internal::ratio(confusion[c][c], predicted(c));
    }
    [[nodiscard]] constexpr double recall(std::size_t c) const noexcept {
        return internal::ratio(confusion[c][c], support(c));
    }
    [[nodiscard]] constexpr double f1(std::size_t c) const noexcept {
        return internal::ratio(2 * confusion[c][c], predicted(c) + support(c));
    }

    [[nodiscard]] constexpr double macro_precision() const noexcept {
        return mean_of([this](std::size_t c) { return precision(c); });
    }
    [[nodiscard]] constexpr double macro_recall() const noexcept {
        return mean_of([this](std::size_t c) { return recall(c); });
    }
    [[nodiscard]] constexpr double macro_f1() const noexcept {
        return mean_of([this](std::size_t c) { return f1(c); });
    }

    /// Adds a sample.
    constexpr void add(std::size_t truth, std::size_t prediction, std::size_t rank_of_truth) noexcept {
        ++confusion[truth][prediction];
        ++rank_counts[rank_of_truth];
        ++count;
    }

private:
    template <class Score>
    [[nodiscard]] constexpr double mean_of(Score score) const noexcept {
        double sum = 0;
        for (std::size_t c = 0; c < Classes; ++c) sum += score(c);
        return sum / static_cast<double>(Classes);
    }
};

/// How close a network's outputs are to their targets: for each output, with e = p - y over the samples,
///
///     mae = mean |e|        mse = mean e²        rmse = √mse
///     r2  = 1 - Σ e² / Σ (y - mean y)²
///
/// If a target column is constant, r2 is 1 if every prediction is exact, otherwise 0, as in scikit-learn (also for a
/// single sample). Without an index: over all outputs, the mean of mae, mse and r2, and the root of that mse. Numerics:
/// sums in double, in the order of the samples.
template <std::size_t Outputs>
struct [[nodiscard]] regression_report {
    static constexpr std::size_t outputs = Outputs;

    status code = status::ok;          ///< if it is not ok, nothing was summed
    std::size_t sample = 0;            ///< the sample at fault, if one is
    std::size_t column = no_position;  ///< and its input or target, if one is
    std::size_t count = 0;             ///< samples evaluated
    double loss = 0;                   ///< their mean
    std::array<double, Outputs> sum_absolute{}, sum_squares{};
    std::array<double, Outputs> spread{};  ///< Σ (y - mean y)²

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return ok(); }
    [[nodiscard]] constexpr message_text message() const noexcept {
        return internal::report_message({code, sample, column});
    }

    [[nodiscard]] constexpr double mae(std::size_t output) const noexcept { return per_sample(sum_absolute[output]); }
    [[nodiscard]] constexpr double mse(std::size_t output) const noexcept { return per_sample(sum_squares[output]); }
    [[nodiscard]] double rmse(std::size_t output) const noexcept { return std::sqrt(mse(output)); }
    [[nodiscard]] constexpr double r2(std::size_t output) const noexcept {
        if (count == 0) return 0;
        if (!(spread[output] > 0)) return sum_squares[output] > 0 ? 0 : 1;
        return 1 - sum_squares[output] / spread[output];
    }

    [[nodiscard]] constexpr double mae() const noexcept {
        return mean_of([this](std::size_t o) { return mae(o); });
    }
    [[nodiscard]] constexpr double mse() const noexcept {
        return mean_of([this](std::size_t o) { return mse(o); });
    }
    [[nodiscard]] double rmse() const noexcept { return std::sqrt(mse()); }
    [[nodiscard]] constexpr double r2() const noexcept {
        return mean_of([this](std::size_t o) { return r2(o); });
    }

private:
    [[nodiscard]] constexpr double per_sample(double sum) const noexcept {
        return count == 0 ? 0 : sum / static_cast<double>(count);
    }
    template <class Score>
    [[nodiscard]] constexpr double mean_of(Score score) const noexcept {
        double sum = 0;
        for (std::size_t o = 0; o < Outputs; ++o) sum += score(o);
        return sum / static_cast<double>(Outputs);
    }
};

}  // namespace etch::inline ETCH_VARIANT
