#pragma once
// What a layer with state gets when several steps of a stream are computed together.
#include <cstddef>

#include <etch/layer/layer_context.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// A layer whose scratch memory is that of a block.
template <class L>
struct scratch_of_block {
    template <shape In, std::size_t Steps, bool>
    static constexpr auto scratch() {
        return L::template block_scratch<In, Steps>();
    }
};

}  // namespace internal

/// What `forward_block` of a layer gets: as layer_context, outside training, for `Steps` steps of one stream.
///
/// | member | what it is |
/// |---|---|
/// | `parameters` | as in layer_context |
/// | `scratch` | a list of views, in the order of the layer's `block_scratch` |
/// | `state`, `next_state` | lists of views of one column, which are the same memory: as the step before the block |
/// | | left it, and to be written as the last step of the block leaves it |
/// | `input`, `columns` | the shape of the input of a step, and the number of steps |
template <class L, shape In, class T, std::size_t Steps>
struct block_context : internal::context_of_step<L, In, T, 1, false> {
    using number = T;
    static constexpr shape input = In;
    static constexpr std::size_t columns = Steps;
    static constexpr bool training = false;

private:
    using parameter_views = internal::parameter_views<L, In, const T>;
    using scratch_views = internal::scratch_views<internal::scratch_of_block<L>, In, T, Steps, false>;

public:
    ETCH_INLINE constexpr block_context(parameter_memory<const T> memory_, T* scratch_,
                                        const step_extras<T>& extras) noexcept
        : internal::context_of_step<L, In, T, 1, false>{extras},
          parameters(parameter_views::at(memory_)),
          scratch(scratch_views::at(scratch_)),
          memory{memory_} {}

    typename parameter_views::type parameters;
    typename scratch_views::type scratch;
    parameter_memory<const T> memory;  ///< the parameters as one block, for a layer that contains layers
};

}  // namespace etch::inline ETCH_VARIANT
