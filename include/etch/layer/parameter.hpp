#pragma once
// The memory of a layer: its parameters, its state and its scratch memory, each as named tensors.
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <etch/core/shape.hpp>
#include <etch/layer/initializer.hpp>
#include <etch/tensor/format.hpp>

namespace etch::inline ETCH_VARIANT {

/// A short name that the compiler can compose: "weight", or "1.weight" in a layer that contains layers.
struct tensor_name {
    static constexpr std::size_t capacity = 32;
    char text[capacity] = {};

    constexpr tensor_name() = default;
    constexpr tensor_name(const char* from) noexcept { append(from); }

    constexpr tensor_name& append(const char* from) noexcept {
        std::size_t length = 0;
        while (text[length] != 0) ++length;
        for (; *from != 0 && length + 1 < capacity; ++from) text[length++] = *from;
        return *this;
    }
    constexpr tensor_name& append(std::size_t number) noexcept {
        if (number >= 10) append(number / 10);
        const char digit[] = {static_cast<char>('0' + number % 10), 0};
        return append(digit);
    }
    /// Whether there is no room left: then perhaps a part was cut off.
    [[nodiscard]] constexpr bool is_full() const noexcept { return text[capacity - 2] != 0; }
};

/// What changes a parameter: the optimizer; `fit`, from the training data, or training itself, such as the statistics
/// of a batch; or nothing.
enum class parameter_role : unsigned char { trained, fitted, frozen };

/// The order of a tensor's extents in a file, where the last one is contiguous: their indices. The first extent remains
/// the first.
using extent_order = std::array<unsigned char, shape::max_rank>;
inline constexpr extent_order same_order{0, 1, 2, 3};

/// A parameter tensor of a layer.
struct parameter {
    tensor_name name{};
    shape extents{};  ///< one extent: a vector; more: a matrix of so many rows, the first extent contiguous
    etch::initializer initializer = zeros;
    parameter_role role = parameter_role::trained;
    weight_format format = weight_format::number;  ///< how a matrix that is not trained is stored
    std::size_t fan_in = 1, fan_out = 1;           ///< for the initializer
    std::size_t first_one = 0, ones = 0;           ///< so many elements that begin at 1, whatever the initializer
    extent_order in_file = same_order;
};

/// A tensor that a layer carries from one step to the next (for one sample), or uses within a pass as scratch memory
/// (for all samples).
struct named_tensor {
    tensor_name name{};
    shape extents{};
};

/// Where the parameters of layers are stored: the trained ones contiguously, for the optimizer; the other numbers,
/// fitted and frozen; and the words of packed formats. In each of these, a layer has a contiguous part of its own.
template <class T>
struct parameter_memory {
    using word = std::conditional_t<std::is_const_v<T>, const std::int32_t, std::int32_t>;
    T* trained;
    T* fixed;
    word* packed = nullptr;

    /// The part that begins at these offsets.
    [[nodiscard]] ETCH_INLINE constexpr parameter_memory from(std::size_t numbers, std::size_t fixed_numbers,
                                                              std::size_t words) const noexcept {
        return {trained + numbers, fixed + fixed_numbers, packed + words};
    }

    constexpr operator parameter_memory<const T>() const noexcept
        requires(!std::is_const_v<T>)
    {
        return {trained, fixed, packed};
    }
};

namespace internal {

/// The three parts of parameter_memory.
enum class memory_part : unsigned char { trained, fixed, packed };

constexpr memory_part part_of(const parameter& p) noexcept {
    return is_packed(p.format)                 ? memory_part::packed
           : p.role == parameter_role::trained ? memory_part::trained
                                               : memory_part::fixed;
}

/// How much of its part a parameter takes, in numbers or words.
constexpr std::size_t size_in_part(const parameter& p) noexcept {
    return is_packed(p.format) ? words_of(p.format, p.extents.extent[0], p.extents.size() / p.extents.extent[0])
                               : p.extents.size();
}

/// How much of a part the first `count` parameters take.
template <std::size_t Count>
constexpr std::size_t taken(const std::array<parameter, Count>& all, memory_part part, std::size_t count) noexcept {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        if (part_of(all[i]) == part) sum += size_in_part(all[i]);
    return sum;
}

/// How many numbers all named tensors have, or the first `count` of them.
template <std::size_t Count>
constexpr std::size_t size_of(const std::array<named_tensor, Count>& all, std::size_t count = Count) noexcept {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += all[i].extents.size();
    return sum;
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
