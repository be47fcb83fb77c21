#pragma once
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>

#include <etch/core/status.hpp>
#include <etch/data/decimal.hpp>
#include <etch/data/replace_file.hpp>
#include <etch/data/system_files.hpp>
#include <etch/training/trainer.hpp>

namespace etch::inline ETCH_VARIANT {

/// Memory for what the epochs of a fit came to, no heap:
///
///     etch::history<40> history;
///     trainer.fit(net, train, {.epochs = 40, .history = history});
///     for (const auto& epoch : history.records()) ...
///     etch::write_csv("history.csv", history.records());
///
/// Epochs beyond Epochs are not recorded. Handing it to a fit empties it.
template <std::size_t Epochs, class T = float>
class history {
    static_assert(Epochs > 0, "etch: a history needs room for at least one epoch");

public:
    constexpr history() noexcept = default;

    /// The epochs that were completed, in their order; after a fit that was resumed, those since then.
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

inline std::string csv_of(const EpochRecords auto& records) {
    std::string text = "epoch,training_loss,validation_loss,validation_accuracy,learning_rate\n";
    for (const auto& record : records) {
        text += std::to_string(record.epoch);
        for (const auto number :
             {record.training_loss, record.validation_loss, record.validation_accuracy, record.learning_rate})
            text += ',' + write_decimal(number);
        text += '\n';
    }
    return text;
}

}  // namespace internal

/// Writes records as a table, a line for each epoch under a line of names: to a stream, or as a file, whole or not at all.
/// cannot_write.
inline file_result write_csv(std::FILE* to, const internal::EpochRecords auto& records) {
    const std::string text = internal::csv_of(records);
    errno = 0;
    if (std::fwrite(text.data(), 1, text.size(), to) == text.size() && std::fflush(to) == 0) return {};
    return {status::cannot_write, message(status::cannot_write) + (": " + internal::system_complaint())};
}
inline file_result write_csv(const std::string& file, const internal::EpochRecords auto& records) {
    return replace_file(file, internal::csv_of(records));
}

}  // namespace etch::inline ETCH_VARIANT
