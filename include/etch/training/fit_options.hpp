#pragma once
#include <cstddef>
#include <span>

#include <etch/core/random.hpp>
#include <etch/training/fit_result.hpp>

namespace etch::inline ETCH_VARIANT {

/// The options of a fit: `trainer::fit_options`. `Data` is the type of view of the validation data.
template <class Data>
struct options_of_fit {
    using T = typename Data::value_type;

    std::size_t epochs = 1;
    Data validation{};         ///< evaluated after each epoch; never trained on
    std::size_t patience = 0;  ///< epochs without improvement until training stops, with the best weights; 0: off
    T min_delta = 0;           ///< how much lower a loss must be to count as an improvement
    seed shuffle{0};           ///< the order of the samples, different in each epoch
    bool shuffled = true;
    std::span<epoch_record<T>> history{};  ///< the user's memory: epoch i goes to element i - 1, if there is one
    bool resume = false;                   ///< continues the last fit; epochs count from its beginning

    [[nodiscard]] constexpr bool validates() const noexcept {
        return !validation.inputs().empty() || !validation.targets().empty();
    }
};

}  // namespace etch::inline ETCH_VARIANT
