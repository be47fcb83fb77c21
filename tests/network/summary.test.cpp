#include <etch/network/summary.hpp>

#include <string>

#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/residual.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/trainer.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using net_type = network<input<2, 3>, flatten, standardize, dense<8>, relu, dense<4>>;

}  // namespace

TEST_CASE("a summary counts what each layer holds and costs") {
    constexpr auto& all = summary<net_type>;
    static_assert(all.layers.size() == 5 && all.input == shape{2, 3});
    const char* names[] = {"flatten", "standardize", "dense", "relu", "dense"};
    for (std::size_t i = 0; i < 5; ++i) CHECK(std::string(all.layers[i].name) == names[i]);
    static_assert(all.layers[0].input == shape{2, 3} && all.layers[0].output == shape{6});
    static_assert(all.layers[1].statistics == 12 && all.layers[1].parameters == 0 && all.layers[1].bytes == 48);
    static_assert(all.layers[2].parameters == 6 * 8 + 8 && all.layers[2].multiply_adds == 48);
    static_assert(all.layers[3].bytes == 0 && all.layers[3].multiply_adds == 0 && all.layers[3].output == shape{8});
    static_assert(all.layers[4].bytes == (8 * 4 + 4) * sizeof(float));
    static_assert(all.parameters == 92 && all.statistics == 12 && all.multiply_adds == 80);
    static_assert(all.network_bytes == sizeof(net_type) && all.network_bytes == 416 && all.trainer_bytes == 0);
}

TEST_CASE("a summary names the memory of a forward pass and of training") {
    // What stands between the layers at a time is what the two dense layers read: 6 numbers and then 8.
    static_assert(summary<net_type>.workspace_bytes == (6 + 8) * sizeof(float));
    static_assert(summary<net_type>.batch_workspace_bytes == 32 * (6 + 8) * sizeof(float));
    static_assert(summary<net_type>.batch_columns == net_type::batch_columns);
    using training = trainer<net_type, mean_squared_error, adam, 4>;
    CHECK(summary<training>.trainer_bytes == sizeof(training));
    CHECK(summary<const training&>.parameters == 92);
}

TEST_CASE("the sums of a summary are those of its layers, statistics and nested layers included") {
    using policy =
        network<input<12>, standardize, dense<8>, layer_norm<>, residual<dense<5>, relu, dense<8>>, dense<2>>;
    constexpr auto& all = summary<policy>;
    static_assert(all.layers[2].parameters == 16);                     // layer_norm
    static_assert(all.layers[3].parameters == 8 * 5 + 5 + 5 * 8 + 8);  // residual
    static_assert(all.layers[3].multiply_adds == 8 * 5 + 5 * 8);
    std::size_t parameters = 0, statistics = 0, bytes = 0, multiply_adds = 0;
    for (const auto& layer : all.layers) {
        parameters += layer.parameters;
        statistics += layer.statistics;
        bytes += layer.bytes;
        multiply_adds += layer.multiply_adds;
    }
    CHECK(parameters == policy::parameter_count);
    CHECK(statistics == policy::statistic_count);
    CHECK(multiply_adds == all.multiply_adds);
    CHECK(bytes == all.network_bytes);  // a network holds its numbers and nothing else
    CHECK(parameters == all.parameters);
    CHECK(statistics == all.statistics);
}

TEST_CASE("a summary counts the bytes of its element type") {
    using precise = net_type::with<double>;
    static_assert(summary<precise>.network_bytes == 2 * summary<net_type>.network_bytes);
    static_assert(summary<precise>.layers[2].bytes == 2 * summary<net_type>.layers[2].bytes);
    static_assert(summary<precise>.workspace_bytes == 2 * summary<net_type>.workspace_bytes);
    CHECK(summary<precise>.parameters == summary<net_type>.parameters);
}

TEST_CASE("a network whose answer is its first result needs no stack for results between layers") {
    using single = network<input<5>, dense<3>>;
    CHECK(summary<single>.workspace_bytes == 0);
    CHECK(summary<const single&>.network_bytes == sizeof(single));
}
