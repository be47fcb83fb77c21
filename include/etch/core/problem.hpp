#pragma once
#include <cstddef>

#include <etch/core/message_text.hpp>
#include <etch/core/status.hpp>

namespace etch::inline ETCH_VARIANT {

/// The option that is out of its range, at status::invalid_option.
struct option_error {
    const char* name = nullptr;   ///< as it is written in the program; null where there is none
    double value = 0;             ///< what it is
    const char* range = nullptr;  ///< what it must be, for a sentence: "positive", "at least 0 and below 1"

    /// "learning_rate is -1, but must be positive".
    [[nodiscard]] constexpr message_text message() const noexcept {
        if (name == nullptr) return etch::message(status::invalid_option);
        return internal::sentence(name, " is ", value, ", but must be ", range);
    }
};

/// What is wrong with data, and where. `index` counts from 0: the sample for empty_set, size_mismatch,
/// non_finite_input and non_finite_target, the column for constant_column, the class for missing_class and
/// unknown_class, the byte for a file.
struct [[nodiscard]] problem {
    status code = status::ok;
    std::size_t index = 0;
    option_error option{};

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return ok(); }
    [[nodiscard]] constexpr bool operator==(const problem& other) const noexcept {
        return code == other.code && index == other.index;
    }
    [[nodiscard]] constexpr bool operator==(status other) const noexcept { return code == other; }

    [[nodiscard]] constexpr message_text message() const noexcept {
        using internal::sentence;
        switch (code) {
            case status::non_finite_input:
            case status::non_finite_target: return sentence("sample ", index, ": ", etch::message(code));
            case status::size_mismatch: return sentence(etch::message(code), ": they part after ", index);
            case status::constant_column: return sentence("column ", index, " is constant, so it cannot be scaled");
            case status::missing_class: return sentence("class ", index, " has no sample in the training part");
            case status::unknown_class: return sentence("label ", index, " is not among the classes");
            case status::truncated:
            case status::malformed:
            case status::too_large:
            case status::wrong_type:
            case status::duplicate_key: return sentence("byte ", index, ": ", etch::message(code));
            case status::invalid_option: return option.message();
            default: return etch::message(code);
        }
    }
};

}  // namespace etch
