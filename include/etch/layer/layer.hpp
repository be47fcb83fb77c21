#pragma once
// The contract of a layer: read this before you write one.
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>

#include <etch/core/problem.hpp>
#include <etch/core/shape.hpp>
#include <etch/layer/initializer.hpp>
#include <etch/tensor/bf16.hpp>
#include <etch/tensor/product.hpp>

namespace etch::inline ETCH_VARIANT {

/// A short name that the compiler can put together: "weight", or "1.weight" inside of a layer that holds layers.
struct label {
    static constexpr std::size_t capacity = 32;
    char text[capacity] = {};

    constexpr label() = default;
    constexpr label(const char* from) noexcept { append(from); }

    constexpr label& append(const char* from) noexcept {
        std::size_t length = 0;
        while (text[length] != 0) ++length;
        for (; *from != 0 && length + 1 < capacity; ++from) text[length++] = *from;
        return *this;
    }
    constexpr label& append(std::size_t number) noexcept {
        if (number >= 10) append(number / 10);
        const char digit[] = {static_cast<char>('0' + number % 10), 0};
        return append(digit);
    }
};

/// A tensor that a layer holds: trained by the optimiser, a statistic that is fitted on the training data, or weights that
/// were trained elsewhere and are held as bfloat16.
struct parameter {
    label name{};
    shape extents{};  ///< one extent: a vector; two: rows x columns
    initializer begin = zeros;
    bool trained = true;
    bool rounded = false;                 ///< a matrix of bfloat16, which is then not trained
    std::size_t fan_in = 1, fan_out = 1;  ///< for the initialiser
};

/// What the backward pass of a layer reads of the forward pass, and so what training keeps in memory.
enum class reads { nothing = 0, input = 1, output = 2, both = 3 };

/// What a layer can answer, where it is bounded: a fit compares its targets with it.
struct output_range {
    double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
};

/// A layer is a struct of static members. `Layer` here is what the type list of a network holds; where it stands, the
/// network tells it the shape of its input.
///
///     struct my_layer {
///         static constexpr const char* name = "my_layer";
///         static constexpr shape output(shape input);                         // the shape rule
///         static constexpr auto forward(const auto& layer, const auto& x);    // y, as an expression
///         static constexpr auto backward(const auto& layer, const auto& x, const auto& y, const auto& grad_y);
///                                                                             // grad_x, as an expression
///         // and where it needs them:
///         static constexpr std::array<parameter, 2> parameters(shape input);  // what it holds
///         static constexpr reads backward_reads = reads::both;                // what backward reads of x and y
///         static constexpr bool elementwise = true;                           // see below
///         static constexpr bool stored_output = true;                         // y has assign_to instead of tiles
///         static constexpr bool adds_once = true;                             // see below
///         static constexpr std::size_t multiply_adds(shape input);            // of one sample forward
///         static constexpr std::size_t workspace(shape input, std::size_t columns, bool training);
///         template <shape Input> static constexpr void check();               // static_asserts about the input
///         static constexpr output_range range{-1, 1};                         // where what it answers is bounded
///         static constexpr problem fit(const auto& layer, std::size_t count, const auto& sample);
///         static constexpr bool fits_targets = true;                          // `fit` gets targets: see unstandardize
///     };
///
/// x, y and their gradients are matrices of `shape.size()` rows with one sample a column. `layer` is a `layer_pass`:
/// it has `parameters`, a tuple of views in the order that the layer named them; in training also `gradients`, the same
/// for those that are trained, to which `backward` adds (+=); `workspace`, the numbers that were asked for; and `seed`.
///
/// Where `adds_once` is true, backward adds to each gradient exactly once; in the first batch of an update the addition
/// is then an assignment, which spares writing zeros and reading them again.
///
/// Both passes return expressions, which are evaluated when, and only if, they are needed: the activation after a dense
/// layer is applied before the sum leaves its registers, and the input gradient of the first layer is never computed.
/// Where `elementwise` is true, element i of y depends on element i of x alone and x may itself be an expression that
/// is not computed yet; otherwise x (and grad_y in the backward pass) is stored.
template <class L>
concept Layer = requires {
    { L::name } -> std::convertible_to<const char*>;
    { L::output(shape{1}) } -> std::same_as<shape>;
};

namespace internal {

template <class L>
constexpr bool is_elementwise() {
    if constexpr (requires { L::elementwise; })
        return L::elementwise;
    else
        return false;
}

template <class L>
constexpr output_range range_of() {
    if constexpr (requires { L::range; })
        return L::range;
    else
        return {};
}

/// Whether the statistics of a layer are those of the targets, in whose units it answers.
template <class L>
constexpr bool fits_targets() {
    if constexpr (requires { L::fits_targets; })
        return L::fits_targets;
    else
        return false;
}

/// Lets a layer refuse its input with a sentence of its own.
template <class L, shape Input>
constexpr bool check_layer() {
    if constexpr (requires { L::template check<Input>(); }) L::template check<Input>();
    return true;
}

template <class L>
constexpr bool backward_reads(reads what) {
    reads used = reads::both;
    if constexpr (requires { L::backward_reads; }) used = L::backward_reads;
    return (static_cast<int>(used) & static_cast<int>(what)) != 0;
}

template <class L>
constexpr bool stores_output() {
    if constexpr (requires { L::stored_output; })
        return L::stored_output;
    else
        return false;
}

template <class L>
constexpr bool adds_once() {
    if constexpr (requires { L::adds_once; })
        return L::adds_once;
    else
        return false;
}

template <class L>
constexpr std::size_t multiply_adds_of(shape input) {
    if constexpr (requires { L::multiply_adds(input); })
        return L::multiply_adds(input);
    else
        return 0;
}

template <class L>
constexpr initializer preferred_by() {
    if constexpr (requires { L::preferred; })
        return L::preferred;
    else
        return automatic;
}

template <class L>
constexpr auto parameters_of(shape input) {
    if constexpr (requires { L::parameters(input); })
        return L::parameters(input);
    else
        return std::array<parameter, 0>{};
}

template <class L>
constexpr std::size_t workspace_of(shape input, std::size_t columns, bool training) {
    if constexpr (requires { L::workspace(input, columns, training); })
        return L::workspace(input, columns, training);
    else
        return 0;
}

/// How many floats of one kind, trained or statistics, stand before parameter `index`.
template <std::size_t Count>
constexpr std::size_t numbers_before(const std::array<parameter, Count>& all, std::size_t index, bool trained) {
    std::size_t numbers = 0;
    for (std::size_t i = 0; i < index; ++i)
        if (all[i].trained == trained && !all[i].rounded) numbers += all[i].extents.size();
    return numbers;
}

/// How many words of rounded weights stand before parameter `index`, two weights in each.
template <std::size_t Count>
constexpr std::size_t words_before(const std::array<parameter, Count>& all, std::size_t index) {
    std::size_t words = 0;
    for (std::size_t i = 0; i < index; ++i)
        if (all[i].rounded) words += bf16_words(all[i].extents.extent[0], all[i].extents.extent[1]);
    return words;
}

template <class T, shape Extents>
struct view_of;
template <class T, shape Extents>
    requires(Extents.rank == 1)
struct view_of<T, Extents> {
    using type = tensor_view<T, Extents.extent[0]>;
};
template <class T, shape Extents>
    requires(Extents.rank == 2)
struct view_of<T, Extents> {
    using type = tensor_view<T, Extents.extent[0], Extents.extent[1]>;
};

/// A gradient to which nothing was added yet: += assigns.
template <class T, std::size_t Rows, std::size_t... Extents>
struct fresh_gradient : tensor_view<T, Rows, Extents...> {
    using tensor_view<T, Rows, Extents...>::tensor_view;

    template <Expression E>
    ETCH_INLINE constexpr const fresh_gradient& operator+=(const E& from) const noexcept {
        assign(static_cast<const tensor_view<T, Rows, Extents...>&>(*this), from);
        return *this;
    }
};
template <class View>
struct fresh_view_of;
template <class T, std::size_t Rows, std::size_t... Extents>
struct fresh_view_of<tensor_view<T, Rows, Extents...>> {
    using type = fresh_gradient<T, Rows, Extents...>;
};

/// Stands for a value that training did not keep, since the layer said that its backward pass does not read it.
struct not_kept {};

}  // namespace internal

/// Where a network's numbers lie: those that are trained, the statistics, and the words of rounded weights.
template <class T>
struct parameter_memory {
    using word = std::conditional_t<std::is_const_v<T>, const std::int32_t, std::int32_t>;
    T* trained;
    T* statistics;
    word* rounded = nullptr;

    constexpr operator parameter_memory<const T>() const noexcept
        requires(!std::is_const_v<T>)
    {
        return {trained, statistics, rounded};
    }
};

/// What a layer is handed in a pass. T is const where it may only read its parameters; Fresh says that nothing was added
/// to its gradients yet.
template <class L, shape Input, class T, bool Training, bool Fresh = false>
struct layer_pass {
    using number = std::remove_const_t<T>;
    static constexpr shape input = Input;
    static constexpr bool training = Training;
    static constexpr auto held = internal::parameters_of<L>(Input);

private:
    template <std::size_t I, class U>
    static constexpr auto one(parameter_memory<U> from) noexcept {
        constexpr parameter p = held[I];
        if constexpr (p.rounded) {
            using word = typename parameter_memory<U>::word;
            return bf16_matrix_view<word, p.extents.extent[0], p.extents.extent[1]>{from.rounded +
                                                                                    internal::words_before(held, I)};
        } else {
            return typename internal::view_of<U, p.extents>::type{(p.trained ? from.trained : from.statistics) +
                                                                  internal::numbers_before(held, I, p.trained)};
        }
    }
    static constexpr auto all(parameter_memory<T> memory) noexcept {
        return [&]<std::size_t... I>(std::index_sequence<I...>) ETCH_INLINE_LAMBDA {
            return std::tuple{one<I, T>(memory)...};
        }(std::make_index_sequence<held.size()>{});
    }
    template <class View>
    using gradient_view =
        typename std::conditional_t<Fresh, internal::fresh_view_of<View>, std::type_identity<View>>::type;

    template <std::size_t I>
    static constexpr auto one_gradient(number* gradients) noexcept {
        if constexpr (held[I].trained)
            return std::tuple{gradient_view<decltype(one<I, number>({gradients, nullptr}))>{
                one<I, number>({gradients, nullptr}).data()}};
        else
            return std::tuple{};
    }
    static constexpr auto all_gradients([[maybe_unused]] number* gradients) noexcept {
        if constexpr (!Training)
            return std::tuple{};
        else
            return [&]<std::size_t... I>(std::index_sequence<I...>) ETCH_INLINE_LAMBDA {
                return std::tuple_cat(one_gradient<I>(gradients)...);
            }(std::make_index_sequence<held.size()>{});
    }

public:
    ETCH_INLINE constexpr layer_pass(parameter_memory<T> memory_, number* gradients_, number* workspace_,
                                     etch::seed seed_) noexcept
        : parameters{all(memory_)},
          gradients{all_gradients(gradients_)},
          memory{memory_},
          gradient_memory{gradients_},
          workspace{workspace_},
          seed{seed_} {}

    decltype(all(std::declval<parameter_memory<T>>())) parameters;
    decltype(all_gradients(nullptr)) gradients;
    parameter_memory<T> memory;  ///< the same numbers in one piece, for a layer that holds layers
    number* gradient_memory;
    number* workspace;
    etch::seed seed;  ///< of this layer in this step
};

/// The layer every network begins with: the shape of one sample.
template <std::size_t... Extents>
struct input {
    static_assert(sizeof...(Extents) >= 1 && sizeof...(Extents) <= shape::max_rank,
                  "etch: input needs one to four extents");
    static_assert(((Extents > 0) && ...), "etch: input needs at least one number in each extent");
    static constexpr const char* name = "input";
    static constexpr shape extents{Extents...};
};

}  // namespace etch::inline ETCH_VARIANT
