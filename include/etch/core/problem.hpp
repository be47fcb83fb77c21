#pragma once
#include <cstddef>

#include <etch/core/message_text.hpp>
#include <etch/core/option.hpp>
#include <etch/core/status.hpp>

namespace etch::inline ETCH_VARIANT {

/// Stands for a sample or column that is not known.
inline constexpr std::size_t no_position = static_cast<std::size_t>(-1);

/// What is wrong with data, and where. Positions count from 0.
struct [[nodiscard]] problem {
    status code = status::ok;
    std::size_t sample = no_position;  ///< at size_mismatch the first incomplete one
    std::size_t column = no_position;  ///< of the inputs or targets; at missing_class the class
    /// At invalid_target and invalid_index: the number; without a column, the sum of the sample's targets.
    double value = 0;
    /// At invalid_index, and at invalid_target if the target is the index of a class: how many there are.
    std::size_t classes = 0;
    option_error option{};  ///< at invalid_option

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return ok(); }
    /// The same code at the same position.
    [[nodiscard]] constexpr bool operator==(const problem& other) const noexcept {
        return code == other.code && sample == other.sample && column == other.column;
    }
    [[nodiscard]] constexpr bool operator==(status other) const noexcept { return code == other; }

    [[nodiscard]] constexpr message_text message() const noexcept {
        using internal::sentence;
        switch (code) {
            case status::non_finite_input:
            case status::non_finite_target:
                if (sample == no_position && column != no_position)
                    return sentence("column ", column, ": its numbers are so large that its statistics are not finite");
                if (column == no_position) return sentence("sample ", sample, ": ", describe(code));
                return sentence("sample ", sample, code == status::non_finite_input ? ": input " : ": target ", column,
                                " is NaN or infinite");
            case status::invalid_target:
                if (classes > 0)
                    return sentence("sample ", sample, ": the target is ", value,
                                    ", but this loss needs the index of a class, a whole number from 0 to ",
                                    classes - 1);
                if (column == no_position)
                    return sentence("sample ", sample, ": the targets add up to ", value,
                                    ", but cross_entropy needs probabilities, which add up to 1 (for several labels "
                                    "per sample there are sigmoid and binary_cross_entropy)");
                return sentence("sample ", sample, ": target ", column, " is ", value,
                                ", but this loss needs probabilities, from 0 to 1");
            case status::invalid_index:
                if (classes == 0)
                    return sentence("sample ", sample, ": input ", column,
                                    " is not an index, as the first layer needs it");
                return sentence("sample ", sample, ": input ", column, " is ", value,
                                ", but the first layer needs an index, a whole number from 0 to ", classes - 1);
            case status::size_mismatch: return sentence(describe(code), ": only ", sample, " samples are complete");
            case status::constant_column: return sentence("column ", column, " is constant, so it cannot be scaled");
            case status::constant_target: return sentence("target ", column, " is constant, so it cannot be scaled");
            case status::missing_class: return sentence("class ", column, " has no sample in the training part");
            case status::invalid_option: return option.message();
            default: return describe(code);
        }
    }
};

}  // namespace etch::inline ETCH_VARIANT
