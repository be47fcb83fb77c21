#pragma once
#include <cstddef>

#include <etch/network/inner_layers.hpp>
#include <etch/network/network_gradients.hpp>

namespace etch::inline ETCH_VARIANT {

/// The memory of a tape: the gradients of a network's parameters, and what the forward pass of `Columns` samples keeps
/// for its backward pass. `Depth`: how many of the layers run.
template <class Network, std::size_t Columns = 1, std::size_t Depth = Network::depth>
class tape_memory : public network_gradients<Network> {
    using gradients_base = network_gradients<Network>;
    using gradients_base::alignment, gradients_base::at_least_one, gradients_base::gradients_;
    static_assert(Columns > 0, "etch: a tape needs at least one sample");

public:
    using network_type = Network;
    using value_type = typename Network::value_type;
    using T = value_type;
    static constexpr std::size_t columns = Columns, inputs = Network::inputs,
                                 outputs = Network::layers::rows_after(Depth);

private:
    using pass = chain_tape<typename Network::layers, T, Columns, Depth>;

public:
    /// The passes of one step over this memory: forward() and backward(gradient of the output), as in chain_tape. The
    /// first `count` columns are real samples.
    ETCH_INLINE constexpr auto step(const Network& net, matrix_view<const T, inputs, Columns> x, seed from,
                                    [[maybe_unused]] std::size_t count) noexcept {
        using layers = typename Network::layers;
        if constexpr (layers::totals.takes_extras)
            return chain_tape<layers, T, Columns, Depth, step_extras<T>>{
                net.memory(), gradients_, x, workspace_, from, {{.states = {}, .count = count}}};
        else
            return pass{net.memory(), gradients_, x, workspace_, from};
    }

    /// Called after a forward pass with `count` real samples: layers whose statistics training updates, such as
    /// batch_norm, update them from this batch.
    constexpr void absorb(Network& net, std::size_t count) noexcept {
        internal::absorb_statistics<typename Network::layers, Columns, Depth>(
            net.memory(), workspace_, step_extras<T>{.states = {}, .count = count});
    }

private:
    alignas(alignment) T workspace_[at_least_one(pass::plan.size)] = {};
};

/// What a training step keeps from its forward pass for the backward pass, and the gradients that it accumulates: for
/// training steps of your own. An `updater` passes the gradients to an optimizer; `stepper` combines both with a loss.
///
///     tape<policy, 64> tape;
///     const auto y = tape.forward(net, x);                    // 64 samples, one per column
///     const auto dx = tape.backward(net, dy);                 // adds to tape.gradients()
///
/// Gradients pass from one network into another: what `backward` of the second network returns is the gradient of the
/// first network's output. It is an expression, which costs nothing unless it is used, and is valid until the next
/// forward. x must outlive the backward pass.
template <class Network, std::size_t Columns = 1, std::size_t Depth = Network::depth>
class tape : public tape_memory<Network, Columns, Depth> {
    using base = tape_memory<Network, Columns, Depth>;
    using layers = typename Network::layers;
    static_assert(!Network::has_state, "etch: a tape holds one step of a network without state: see sequence_tape");

public:
    using base::inputs, base::outputs;
    using typename base::value_type, typename base::T;

    /// Returns the output, a view that is valid until the next forward. `from` is the seed of random choices, such as
    /// those of dropout; the first `count` columns are real samples, for layers that compute statistics of a batch.
    template <class X>
    constexpr matrix_view<T, outputs, Columns> forward(const Network& net, const X& x, seed from = seed{0},
                                                       std::size_t count = Columns) noexcept {
        static_assert(
            Stored<X> && X::rows == inputs && X::columns == Columns && std::is_same_v<typename X::value_type, T>,
            "etch: a tape takes a matrix of inputs x columns in memory, of the network's number type");
        x_ = x.data();
        from_ = from;
        count_ = count;
        return pass(net).forward();
    }
    /// A temporary: an overload that exists only for its error message.
    template <class U, std::size_t... Extents>
    constexpr matrix_view<T, outputs, Columns> forward(const Network&, const tensor<U, Extents...>&&, seed = seed{0},
                                                       std::size_t = Columns) noexcept {
        static_assert(std::is_void_v<U>, "etch: the input of a tape must be a variable: backward reads it again");
        return matrix_view<T, outputs, Columns>{nullptr};
    }

    /// Adds to the gradients of the parameters (`Overwrite`: sets them) and returns the gradient of the input. `dy` is
    /// an expression of outputs x columns: the derivative of the loss with respect to the output.
    template <bool Overwrite = false, Expression DY>
    constexpr auto backward(const Network& net, const DY& dy) noexcept {
        static_assert(DY::rows == outputs && DY::columns == Columns,
                      "etch: the gradient of the output of a tape is a matrix of outputs x columns");
        return internal::input_gradient<layers, Columns>(pass(net).template backward<Overwrite>(dy),
                                                         input_gradient_.data());
    }

private:
    ETCH_INLINE constexpr auto pass(const Network& net) noexcept {
        return this->step(net, matrix_view<const T, inputs, Columns>{x_}, from_, count_);
    }

    [[no_unique_address]] internal::input_gradient_memory<layers, Columns, T> input_gradient_{};
    const T* x_ = nullptr;
    seed from_{0};
    std::size_t count_ = Columns;
};

}  // namespace etch::inline ETCH_VARIANT
