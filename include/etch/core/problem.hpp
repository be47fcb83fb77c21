#pragma once
#include <cstddef>

#include <etch/core/message_text.hpp>
#include <etch/core/option.hpp>
#include <etch/core/status.hpp>

namespace etch::inline ETCH_VARIANT {

/// In place of a column that is not known.
inline constexpr std::size_t no_column = static_cast<std::size_t>(-1);

/// What is wrong with data, and where. `index` counts from 0: the sample for empty_set, size_mismatch,
/// non_finite_input, non_finite_target and invalid_target, the column for constant_column and constant_target, the class
/// for missing_class and unknown_class, the byte for a file.
struct [[nodiscard]] problem {
    status code = status::ok;
    std::size_t index = 0;
    std::size_t column = no_column;  ///< which number of the sample, where one is at fault
    double value = 0;         ///< that number, at invalid_target; without a column the sum of the sample's targets
    std::size_t classes = 0;  ///< how many, at invalid_target where the target is the index of a class
    option_error option{};    ///< at invalid_option

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return ok(); }
    /// Of the same code at the same index.
    [[nodiscard]] constexpr bool operator==(const problem& other) const noexcept {
        return code == other.code && index == other.index;
    }
    [[nodiscard]] constexpr bool operator==(status other) const noexcept { return code == other; }

    [[nodiscard]] constexpr message_text message() const noexcept {
        using internal::sentence;
        switch (code) {
            case status::non_finite_input:
            case status::non_finite_target:
                if (column == no_column) return sentence("sample ", index, ": ", describe(code));
                return sentence("sample ", index, code == status::non_finite_input ? ": input " : ": target ", column,
                                " is NaN or infinite");
            case status::invalid_target:
                if (classes > 0)
                    return sentence("sample ", index, ": the target is ", value,
                                    ", but this loss needs the index of a class, a whole number from 0 to ",
                                    classes - 1);
                if (column == no_column)
                    return sentence("sample ", index, ": the targets add up to ", value,
                                    ", but cross_entropy needs probabilities, which add up to 1 (for several labels "
                                    "per sample there are sigmoid and binary_cross_entropy)");
                return sentence("sample ", index, ": target ", column, " is ", value,
                                ", but this loss needs probabilities, from 0 to 1");
            case status::size_mismatch: return sentence(describe(code), ": only ", index, " samples are complete");
            case status::constant_column: return sentence("column ", index, " is constant, so it cannot be scaled");
            case status::constant_target: return sentence("target ", index, " is constant, so it cannot be scaled");
            case status::missing_class: return sentence("class ", index, " has no sample in the training part");
            case status::unknown_class: return sentence("label ", index, " is not among the classes");
            case status::truncated:
            case status::malformed:
            case status::too_large:
            case status::wrong_type:
            case status::duplicate_key: return sentence("byte ", index, ": ", describe(code));
            case status::invalid_option: return option.message();
            default: return describe(code);
        }
    }
};

}  // namespace etch::inline ETCH_VARIANT
