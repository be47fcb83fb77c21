#pragma once
#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <etch/data/data_view.hpp>

namespace etch::inline ETCH_VARIANT {

/// Samples with their own memory, to be filled while data is read or generated. On the heap: for the host, not for
/// devices. A data_set can be passed wherever a data_view is expected.
template <std::size_t Inputs, std::size_t Outputs, class T = float>
class data_set {
    static_assert(Inputs > 0 && Outputs > 0, "etch: a sample needs at least one input and one target");

public:
    using value_type = T;
    static constexpr std::size_t input_size = Inputs;
    static constexpr std::size_t output_size = Outputs;

    data_set() = default;

    /// A copy of the samples of a view. If the view's sizes do not match, the set is empty.
    explicit data_set(data_view<Inputs, Outputs, T> samples) {
        if (samples.empty()) return;
        inputs_.assign(samples.inputs().begin(), samples.inputs().end());
        targets_.assign(samples.targets().begin(), samples.targets().end());
    }

    [[nodiscard]] std::size_t size() const noexcept { return inputs_.size() / Inputs; }
    [[nodiscard]] bool empty() const noexcept { return inputs_.empty(); }

    void reserve(std::size_t samples) {
        inputs_.reserve(samples * Inputs);
        targets_.reserve(samples * Outputs);
    }

    void clear() noexcept {
        inputs_.clear();
        targets_.clear();
    }

    /// Adds a sample; input and target may be part of this set. If memory runs out, the set is unchanged.
    void push_back(std::span<const T, Inputs> input, std::span<const T, Outputs> target) {
        if (inputs_.size() + Inputs <= inputs_.capacity() && targets_.size() + Outputs <= targets_.capacity()) {
            append(input, target);
            return;
        }
        data_set larger;  // the old numbers live until they and the new sample have been copied
        larger.reserve((std::max)(2 * size(), std::size_t{16}));
        larger.inputs_.assign(inputs_.begin(), inputs_.end());
        larger.targets_.assign(targets_.begin(), targets_.end());
        larger.append(input, target);
        *this = std::move(larger);
    }
    /// The same for lists: set.push_back({0, 1}, {1}).
    void push_back(const T (&input)[Inputs], const T (&target)[Outputs]) {
        push_back(std::span<const T, Inputs>{input}, std::span<const T, Outputs>{target});
    }

    /// i must be below size().
    [[nodiscard]] std::span<const T, Inputs> input(std::size_t i) const noexcept { return view().input(i); }
    [[nodiscard]] std::span<const T, Outputs> target(std::size_t i) const noexcept { return view().target(i); }
    [[nodiscard]] std::span<T, Inputs> input(std::size_t i) noexcept {
        return std::span<T, Inputs>{inputs_.data() + i * Inputs, Inputs};
    }
    [[nodiscard]] std::span<T, Outputs> target(std::size_t i) noexcept {
        return std::span<T, Outputs>{targets_.data() + i * Outputs, Outputs};
    }

    /// The inputs of all samples, contiguous.
    [[nodiscard]] std::span<const T> inputs() const noexcept { return inputs_; }
    [[nodiscard]] std::span<const T> targets() const noexcept { return targets_; }
    [[nodiscard]] std::span<T> inputs() noexcept { return inputs_; }
    [[nodiscard]] std::span<T> targets() noexcept { return targets_; }

    [[nodiscard]] data_view<Inputs, Outputs, T> view() const noexcept { return {inputs_, targets_}; }
    operator data_view<Inputs, Outputs, T>() const noexcept { return view(); }
    problem(check)() const noexcept { return (view().check)(); }

private:
    /// Within the capacity, so nothing moves.
    void append(std::span<const T, Inputs> input, std::span<const T, Outputs> target) noexcept {
        inputs_.resize(inputs_.size() + Inputs);
        targets_.resize(targets_.size() + Outputs);
        std::copy_n(input.begin(), Inputs, inputs_.end() - static_cast<std::ptrdiff_t>(Inputs));
        std::copy_n(target.begin(), Outputs, targets_.end() - static_cast<std::ptrdiff_t>(Outputs));
    }

    std::vector<T> inputs_;
    std::vector<T> targets_;
};

}  // namespace etch::inline ETCH_VARIANT
