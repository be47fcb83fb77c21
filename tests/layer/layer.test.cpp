// The contract: labels, shapes of images, and the layer that only renames a shape.
#include <etch/layer/layer.hpp>

#include <string>

#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/input.hpp>
#include <etch/layer/relu.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

template <std::size_t Size>
bool passes_on() {
    support::passes<float, shape{Size, 3}, 2, flatten> layer;
    layer.run();
    bool same = true;
    for (std::size_t i = 0; i < layer.input.size(); ++i)
        same = same && layer.output[i] == layer.input[i] && layer.grad_input[i] == layer.grad_output[i];
    return same;
}

struct nameless : layer_defaults {
    static constexpr shape output(shape input) { return input; }
};
struct shapeless : layer_defaults {
    static constexpr const char* name = "shapeless";
};

}  // namespace

TEST_CASE("a name is put together from text and numbers, and cut where it is full") {
    CHECK(std::string(tensor_name{"weight"}.text) == "weight");
    CHECK(std::string(tensor_name{}.append(std::size_t{0}).append(".").append("bias").text) == "0.bias");
    CHECK(std::string(tensor_name{}.append(std::size_t{1207}).text) == "1207");
    const tensor_name full = tensor_name{"0123456789012345678901234567890"}.append("x").append(std::size_t{7});
    CHECK(std::string(full.text) == "0123456789012345678901234567890");
}

TEST_CASE("a layer has a name and a shape rule") {
    static_assert(Layer<flatten> && Layer<dense<3>> && Layer<relu>);
    CHECK_FALSE(Layer<nameless>);
    CHECK_FALSE(Layer<shapeless>);
    CHECK_FALSE(Layer<int>);
}

TEST_CASE("input has the extents of one sample") {
    static_assert(input<28, 28>::extents == shape{28, 28});
    CHECK(input<28, 28>::extents.size() == 784);
    CHECK(input<3, 4, 5>::extents == shape{3, 4, 5});
}

TEST_CASE("flatten makes one vector of an image, of the same numbers") {
    static_assert(flatten::output(shape{28, 28}) == shape{784});
    static_assert(flatten::output(shape{2, 3, 4, 5}) == shape{120});
    static_assert(chain<float, shape{28, 28}, flatten, dense<10>>::totals.trained == 7850);
    support::passes<float, shape{2, 3}, 1, flatten> layer;
    layer.input = matrix<float, 6, 1>{1, 2, 3, 4, 5, 6};
    layer.run();
    CHECK(layer.output == layer.input);
    CHECK(layer.grad_input == layer.grad_output);
}

TEST_CASE("flatten at sizes around the lanes passes on what it gets") {
    CHECK(passes_on<1>());
    CHECK(passes_on<5>());   // 15
    CHECK(passes_on<16>());  // 48
    CHECK(passes_on<17>());
    CHECK(passes_on<11>());  // 33
}

TEST_CASE("flatten backward matches finite differences before and after other layers") {
    CHECK(support::worst_gradient<shape{2, 3}, flatten>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{2, 3}, relu, flatten, dense<2>>() < support::gradient_tolerance);
}
