#include <etch/etch.hpp>

#include "etch_contestant.hpp"

namespace {

template <>
struct etch_network<bench::encoder> {
    using type =
        etch::network<etch::input<31, 50>, etch::conv_1d<32, 8, etch::stride<4>>, etch::relu, etch::conv_1d<32, 5>,
                      etch::relu, etch::conv_1d<32, 5>, etch::relu, etch::flatten, etch::dense<8>>;
};
template <>
struct etch_network<bench::lenet> {
    using type =
        etch::network<etch::input<1, 28, 28>, etch::conv_2d<6, 5, 5, etch::padding<2>>, etch::relu, etch::max_pool<2>,
                      etch::conv_2d<16, 5>, etch::relu, etch::max_pool<2>, etch::flatten, etch::dense<120>, etch::relu,
                      etch::dense<84>, etch::relu, etch::dense<10>, etch::softmax>;
};

const bool registered = [] {
    bench::add_vision<forward, bench::encoder, bench::lenet>("etch");
    bench::add_vision_batch<forward, bench::lenet>("etch");
    bench::add_vision_training<training, bench::lenet>("etch");
    return true;
}();

}  // namespace
