#include <cstdint>

#include <etch/layer/dense.hpp>
#include <etch/layer/elu.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/constant_cost.hpp>

#include "support/catch.hpp"

using gate = etch::network<etch::input<2>, etch::dense<4>, etch::tanh, etch::dense<1>, etch::sigmoid>;

// What clang 19 counted, found by bisecting -fconstexpr-steps; a third more or less is what is promised.
static bool is_about(std::uint64_t estimated, std::uint64_t counted) {
    return estimated > counted * 2 / 3 && estimated < counted * 4 / 3;
}

TEST_CASE("the steps of a training in a constant expression are about what clang counts") {
    using three = etch::network<etch::input<3>, etch::dense<9>, etch::tanh, etch::dense<2>>;
    using sixteen = etch::network<etch::input<16>, etch::dense<32>, etch::tanh, etch::dense<8>>;
    static constexpr auto of_gate = etch::constant_training_steps<gate>(25, 4);  // the example compile_time_xor
    CHECK(is_about(of_gate, 674'000));
    CHECK(is_about(etch::constant_training_steps<three>(2, 4), 78'100));
    CHECK(is_about(etch::constant_training_steps<sixteen>(2, 4), 660'000));
}

TEST_CASE("the steps of an answer in a constant expression are at most what is estimated, and not far below") {
    using namespace etch;
    using policy = network<input<17>, dense<64>, etch::tanh, dense<64>, etch::tanh, dense<6>>;
    using walker = network<input<48>, dense<256>, elu<>, dense<64>, elu<>, dense<64>, elu<>, dense<12>>;
    CHECK(constant_answer_steps<policy>() > 16 * 5568);
    if (!fused_multiply_add) return;  // what follows was counted with it
    static constexpr auto of_policy = constant_answer_steps<policy>(), of_walker = constant_answer_steps<walker>();
    CHECK(of_policy >= 250'900);
    CHECK(of_policy <= 250'900 * 4 / 3);
    CHECK(of_walker >= 1'375'700);
    CHECK(of_walker <= 1'375'700 * 4 / 3);
}
