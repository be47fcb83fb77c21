#pragma once
#include <cerrno>
#include <cstdio>
#include <string>

#include <etch/core/decimal.hpp>
#include <etch/core/status.hpp>
#include <etch/data/replace_file.hpp>
#include <etch/data/system_files.hpp>
#include <etch/training/history.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

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

/// Writes records as a table, a line per epoch below a line of names: to a stream, or as a file, completely or not at
/// all. Error: cannot_write.
inline file_result write_csv(std::FILE* to, const internal::EpochRecords auto& records) {
    const std::string text = internal::csv_of(records);
    errno = 0;
    if (std::fwrite(text.data(), 1, text.size(), to) == text.size() && std::fflush(to) == 0) return {};
    return {status::cannot_write, describe(status::cannot_write) + (": " + internal::system_complaint())};
}
inline file_result write_csv(const std::string& file, const internal::EpochRecords auto& records) {
    return replace_file(file, internal::csv_of(records));
}

}  // namespace etch::inline ETCH_VARIANT
