// The passes of frozen layers; training and files are tested in training/frozen.test.cpp.
#include <etch/layer/frozen.hpp>

#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/elu.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/residual.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// Whether a frozen layer gives the output and the gradient of its input that the layer itself does, bit for bit.
template <class L, std::size_t Columns>
bool same_passes() {
    support::passes<float, shape{5}, Columns, L> plain;
    support::passes<float, shape{5}, Columns, frozen<L>> other;
    static_assert(decltype(other)::trained == 0 && decltype(other)::statistics_count == decltype(plain)::trained);
    bool same = plain.parameters == other.statistics;  // the initial values
    plain.infer();
    other.infer();
    same = same && plain.output == other.output;
    plain.run();
    other.run();
    return same && plain.output == other.output && plain.grad_input == other.grad_input;
}

/// y = x, and db = g(dy), where g counts how many packs it was evaluated for.
struct counts_gradients : layer_defaults {
    static constexpr const char* name = "counts_gradients";
    static inline int evaluated = 0;

    static constexpr shape output(shape input) { return input; }
    template <shape In>
    static constexpr std::array<parameter, 1> parameters() {
        return {parameter{.name = "b", .extents = {In.size()}}};
    }
    static auto forward(const auto&, const auto& x) {
        return map([](auto v) { return v; }, x);
    }
    static auto backward(const auto& layer, const auto&, const auto&, const auto& dy) {
        const auto& [db] = layer.gradients;
        const auto counted = [](auto v) {
            ++evaluated;
            return v;
        };
        db += map(counted, sum_columns(dy));
        return map([](auto v) { return v; }, dy);
    }
};

}  // namespace

TEST_CASE("a frozen layer has the passes of the layer, with the same bits") {
    CHECK(same_passes<dense<7>, 1>());
    CHECK(same_passes<dense<7, he_normal>, 3>());
    CHECK(same_passes<layer_norm<>, 3>());
    CHECK(same_passes<residual<dense<6>, etch::tanh, dropout<30>, dense<5>>, 3>());
    CHECK(same_passes<residual<dense<5>, residual<dense<5>, relu>>, 1>());
}

TEST_CASE("the gradients of frozen parameters are never evaluated") {
    support::passes<float, shape{5}, 3, counts_gradients> plain;
    support::passes<float, shape{5}, 3, frozen<counts_gradients>> other;
    support::passes<float, shape{5}, 3, frozen<residual<counts_gradients>>> inside;
    counts_gradients::evaluated = 0;
    plain.run();
    CHECK(counts_gradients::evaluated > 0);
    counts_gradients::evaluated = 0;
    other.run();
    inside.run();
    CHECK(counts_gradients::evaluated == 0);
}

TEST_CASE("gradients through frozen layers, and of what is trained among them, match finite differences") {
    CHECK(support::worst_gradient<shape{5}, dense<4>, etch::tanh, frozen<dense<6>>, selu, dense<2>>() <
          support::gradient_tolerance);
    using block = residual<dense<3>, frozen<dense<5>>, frozen<residual<dense<5>, etch::tanh>>, frozen<etch::tanh>>;
    CHECK(support::worst_gradient<shape{5}, block, dense<2>>() < support::gradient_tolerance);
}

TEST_CASE("everything in a frozen layer is frozen, and keeps its names") {
    constexpr auto held = frozen<residual<dense<3>, relu, dense<5>>>::parameters<shape{5}>();
    static_assert(held.size() == 4 && std::string_view(held[2].name.text) == "2.weight");
    for (const parameter& p : held) CHECK(p.role == parameter_role::frozen);
    static_assert(held[0].initializer == he_uniform);
    constexpr auto twice = frozen<frozen<dense<3>>>::parameters<shape{5}>();
    static_assert(twice[0].role == parameter_role::frozen && twice.size() == 2);
}

TEST_CASE("weights before and in frozen layers begin as they do without the word") {
    support::passes<float, shape{5}, 1, dense<4>, dense<3>, selu> plain;
    support::passes<float, shape{5}, 1, dense<4>, frozen<dense<3>>, selu> other;
    CHECK(std::equal(other.parameters.begin(), other.parameters.begin() + 24, plain.parameters.begin()));
    CHECK(std::equal(other.statistics.begin(), other.statistics.begin() + 15, plain.parameters.begin() + 24));
}
