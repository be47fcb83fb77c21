#pragma once
// The contract of a layer: read this before you write one. Then read gru.hpp (with state) or dense.hpp (without). A
// layer of etch also needs a row in network/catalogue.hpp; if absent.hpp declares its name, remove it there.
#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <etch/core/problem.hpp>
#include <etch/core/shape.hpp>
#include <etch/layer/affine_weights.hpp>
#include <etch/layer/output_kind.hpp>
#include <etch/layer/parameter.hpp>
#include <etch/tensor/product.hpp>

namespace etch::inline ETCH_VARIANT {

/// What the backward pass of a layer needs from the forward pass, and what training therefore keeps in memory.
enum class saved_values : unsigned char { nothing = 0, input = 1, output = 2, both = 3 };

/// The range of a layer's outputs, if it is bounded: a fit compares its targets with it.
struct output_range {
    double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
};

/// A layer is a struct of static members that derives from `layer_defaults`, which has every optional member with its
/// default. Its type is listed in a network, which passes it the shape of its input.
///
///     struct my_layer : layer_defaults {
///         static constexpr const char* name = "my_layer";
///         static constexpr shape output(shape input);                         // the shape rule
///         static constexpr auto forward(const auto& layer, const auto& x);    // y, as an expression
///         static constexpr auto backward(const auto& layer, const auto& x, const auto& y, const auto& grad_y);
///                                                                             // grad_x, as an expression
///     };
///
/// x, y and their gradients are matrices of `shape.size()` rows with one sample per column. `layer` is a
/// `layer_context` (layer_context.hpp): it has the layer's parameters, gradients, scratch memory and state as lists of
/// views.
///
/// Both passes return expressions, which are evaluated only if and when they are needed: the activation after a dense
/// layer is applied before the sum leaves its registers, and the input gradient of the first layer is never computed.
/// If the layer is `elementwise`, x may itself be an unevaluated expression; otherwise x is stored, as is grad_y in the
/// backward pass.
struct layer_defaults {
    /// Element i of y depends only on element i of x.
    static constexpr bool elementwise = false;
    /// What backward needs of x and y. (Do not read the others: training does not keep them.)
    static constexpr saved_values saved_for_backward = saved_values::both;
    /// forward returns something with `assign_to(destination)` instead of tiles, so that y is always stored.
    static constexpr bool stored_output = false;
    /// backward writes each gradient exactly once. In the first pass of an update the addition is then an assignment,
    /// which saves writing zeros and reading them back.
    static constexpr bool writes_gradient_once = false;
    /// forward and backward return the same numbers as a matrix of another shape than one column per sample: a
    /// convolution returns one column per position.
    static constexpr bool recuts = false;
    /// The layer reads `layer.count`.
    static constexpr bool counts_samples = false;
    /// The initializer for weights of the layer before this activation: see initializer.hpp.
    static constexpr etch::initializer preferred = automatic;
    static constexpr output_range range{};
    /// What its outputs are if it is the last layer, which determines how a prediction is made from them.
    static constexpr output_kind predicts = output_kind::numbers;
    /// It brings its input to a fixed scale with statistics that were fitted to that input, so it cannot be the last
    /// layer of a network that is trained.
    static constexpr bool normalizes_input = false;
    /// If not 0, its inputs are indices, whole numbers from 0 on, below this. If they are inputs of the network, in a
    /// branch too, fit and evaluate reject others.
    static constexpr std::size_t indices_below = 0;
    /// If not 0, its outputs are this many consecutive ones of its inputs, from here on: see slice.
    static constexpr std::size_t passes_from = 0, passes = 0;
    /// The units of the layer's outputs are those of the targets, which are passed to `fit`: see unstandardize.
    static constexpr bool fits_targets = false;
    /// For `fold` (network/fold.hpp): which of its weights a scale and a shift of its outputs or inputs can go into;
    /// whether y = x outside training; and whether it is such a scale and shift outside training, of features that
    /// are those of the weights beside it: then it has
    ///     static constexpr void affine(const auto& parameters, const auto& scale, const auto& shift);
    static constexpr etch::affine_weights weights_as = affine_weights::none;
    static constexpr bool passes_through = false, scales_and_shifts = false;

    /// The layer's parameters.
    template <shape In>
    static constexpr std::array<parameter, 0> parameters() {
        return {};
    }
    /// The tensors that it carries from one step to the next, for one sample; zero at the beginning.
    template <shape In>
    static constexpr std::array<named_tensor, 0> state() {
        return {};
    }
    /// The tensors that it needs within a pass of this many samples. In training each step has its own, kept
    /// until its backward pass.
    template <shape In, std::size_t Columns, bool Training>
    static constexpr std::array<named_tensor, 0> scratch() {
        return {};
    }
    /// A layer with state has `forward_block`: several steps of one stream at once, which is faster than one after the
    /// other if some of its work needs no state. Otherwise `forward` runs for each step.
    template <shape In>
    static constexpr bool takes_blocks() {
        return false;
    }
    /// The tensors that `forward_block` needs, for this many steps.
    template <shape In, std::size_t Steps>
    static constexpr std::array<named_tensor, 0> block_scratch() {
        return {};
    }
    /// The multiply-adds of one sample's forward pass.
    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return 0;
    }
    /// static_asserts about the input. (`check` in parentheses, because some platforms define it as a macro.)
    template <shape In>
    static constexpr void(check)() {}

    // A layer with state that takes blocks also has (see block_context.hpp, and causal_conv_1d)
    //     static constexpr auto forward_block(const auto& layer, const auto& x);
    // where x and y have a column per step: y as forward returns it step by step, with the same bits. It writes the
    // next state once, as the last of the steps does.
    // One with fitted parameters has
    //     static constexpr problem fit(const auto& layer, std::size_t count, const auto& sample);  // to data
    //     static constexpr bool fitted(const auto& layer);                                         // was it fitted
    // one whose weights can be stored as bf16 (Format is bf16, or any other value for numbers)
    //     template <auto Format> using stored_as = my_layer<...>;  // see lstm
    // and one whose statistics are updated by training
    //     static constexpr void absorb(const auto& layer);  // after each forward pass of a training step
};

namespace internal {

template <class>
inline constexpr bool is_array_of_parameters = false;
template <std::size_t N>
inline constexpr bool is_array_of_parameters<std::array<parameter, N>> = true;
template <class>
inline constexpr bool is_array_of_tensors = false;
template <std::size_t N>
inline constexpr bool is_array_of_tensors<std::array<named_tensor, N>> = true;

/// Whether two template arguments have the same type and value.
template <auto A, auto B>
inline constexpr bool is_same_value = false;
template <auto A>
inline constexpr bool is_same_value<A, A> = true;

/// Common wrong names of members; without this check they would be ignored silently.
template <class L>
concept HasMisspeltMember =
    requires { L::backward_reads; } || requires { L::adds_once; } || requires { L::is_elementwise; } ||
    requires { L::element_wise; } || requires { L::saves; } || requires { L::stores_output; } ||
    requires { L::workspace(shape{1}, std::size_t{1}, true); } || requires { L::parameters(shape{1}); } ||
    requires { L::multiply_adds(shape{1}); } || requires { L::state(shape{1}); };

}  // namespace internal

/// What the list of a network may contain: see layer_defaults.
template <class L>
concept Layer = std::derived_from<L, layer_defaults> && requires {
    { L::name } -> std::convertible_to<const char*>;
    { L::output(shape{1}) } -> std::same_as<shape>;
};

namespace internal {

/// One error message for each way in which a struct fails to be a layer.
template <class L>
constexpr bool check_contract() {
    static_assert(
        std::is_class_v<L> && std::derived_from<L, layer_defaults>,
        "etch: every entry after input must be a layer: a struct that derives from etch::layer_defaults, with "
        "name, output(shape), forward and backward (see etch/layer/layer.hpp)");
    if constexpr (std::derived_from<L, layer_defaults>) {
        static_assert(
            requires {
                { L::name } -> std::convertible_to<const char*>;
            }, "etch: a layer needs a name: static constexpr const char* name = \"my_layer\"");
        static_assert(
            requires {
                { L::output(shape{1}) } -> std::same_as<shape>;
            }, "etch: a layer needs a shape rule: static constexpr etch::shape output(etch::shape input)");
        static_assert(
            !HasMisspeltMember<L>,
            "etch: a layer has a member that its contract does not have, or has in another form: see layer_defaults in "
            "etch/layer/layer.hpp (parameters, state and multiply_adds are templates over the shape of the input)");
        static_assert(
            std::same_as<decltype(L::elementwise), const bool> &&
                std::same_as<decltype(L::stored_output), const bool> &&
                std::same_as<decltype(L::writes_gradient_once), const bool> &&
                std::same_as<decltype(L::saved_for_backward), const saved_values>,
            "etch: a member of a layer must have the type that it has in layer_defaults (see etch/layer/layer.hpp)");
    }
    return true;
}

/// Whether all names are complete: a tensor_name cuts off what does not fit.
template <std::size_t Count>
constexpr bool names_fit(const std::array<parameter, Count>& all) noexcept {
    for (const parameter& p : all)
        if (p.name.is_full()) return false;
    return true;
}

/// The same for the members that depend on the input, and the layer's own check of it.
template <class L, shape In>
constexpr bool check_layer() {
    static_assert(is_array_of_parameters<decltype(L::template parameters<In>())>,
                  "etch: parameters<In>() of a layer returns a std::array of etch::parameter");
    if constexpr (is_array_of_parameters<decltype(L::template parameters<In>())>) {
        constexpr bool fit = names_fit(L::template parameters<In>());  // clang prints a condition before the message
        static_assert(fit,
                      "etch: the name of a tensor has at most 30 characters, together with the numbers of the layers "
                      "around it");
    }
    static_assert(is_array_of_tensors<decltype(L::template state<In>())>,
                  "etch: state<In>() of a layer returns a std::array of etch::named_tensor");
    L::template check<In>();
    return true;
}

/// Whether a layer gets step_extras (layer_context.hpp).
template <class L, shape In>
inline constexpr bool takes_extras = L::counts_samples || !L::template state<In>().empty();

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
