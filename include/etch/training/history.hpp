#pragma once
#include <concepts>
#include <cstddef>
#include <span>

#include <etch/training/trainer.hpp>

namespace etch::inline ETCH_VARIANT {

/// Memory for the results of a fit's epochs, without heap:
///
///     etch::history<40> history;
///     trainer.fit(net, train, {.epochs = 40, .history = history});
///     for (const auto& epoch : history.records()) ...
///     etch::write_csv("history.csv", history.records());
///
/// Epochs beyond Epochs are not recorded. Passing it to a fit empties it.
template <std::size_t Epochs, class T = float>
class history {
    static_assert(Epochs > 0, "etch: a history needs space for at least one epoch");

public:
    constexpr history() noexcept = default;

    /// The completed epochs, in order; after a resumed fit, those since then.
    [[nodiscard]] constexpr std::span<const epoch_record<T>> records() const noexcept {
        std::size_t first = 0;
        while (first < Epochs && records_[first].epoch == 0) ++first;
        std::size_t end = first;
        while (end < Epochs && records_[end].epoch != 0) ++end;
        return {records_ + first, end - first};
    }

    /// All of the memory, emptied, for fit_options.
    constexpr operator std::span<epoch_record<T>>() noexcept {
        for (auto& record : records_) record = {};
        return records_;
    }

private:
    epoch_record<T> records_[Epochs] = {};
};

namespace internal {

/// A span, vector or array of epoch_record.
template <class Records>
concept EpochRecords = requires(const Records& records) {
    { records.size() } -> std::convertible_to<std::size_t>;
    records.data()->validation_accuracy;
};

}  // namespace internal

}  // namespace etch::inline ETCH_VARIANT
