#pragma once
#include <cstddef>
#include <span>

#include <etch/network/network.hpp>

namespace etch::inline ETCH_VARIANT {

/// The gradients of a network's parameters, which every tape adds to.
template <class Network>
class network_gradients {
    static_assert(Network::packed_count == 0,
                  "etch: weights stored as bf16 are not trained: train a network of dense<...>, and convert it");
    using T = typename Network::value_type;

public:
    /// One per trained parameter, in the order of net.parameters().
    [[nodiscard]] constexpr std::span<T, Network::parameter_count> gradients() noexcept {
        return std::span<T, Network::parameter_count>{gradients_, Network::parameter_count};
    }
    [[nodiscard]] constexpr std::span<const T, Network::parameter_count> gradients() const noexcept {
        return std::span<const T, Network::parameter_count>{gradients_, Network::parameter_count};
    }
    constexpr void clear_gradients() noexcept {
        for (T& g : gradients_) g = 0;
    }

protected:
    static constexpr std::size_t at_least_one(std::size_t n) noexcept { return n == 0 ? 1 : n; }
    static constexpr std::size_t alignment = internal::storage_alignment<T, 64>;

    alignas(alignment) T gradients_[at_least_one(Network::parameter_count)] = {};
};

}  // namespace etch::inline ETCH_VARIANT
