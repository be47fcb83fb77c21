// Training and files of networks with frozen layers.
#include <etch/layer/frozen.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include <etch/data/data_set.hpp>
#include <etch/io/checkpoint.hpp>
#include <etch/io/load.hpp>
#include <etch/io/save.hpp>
#include <etch/layer/batch_norm.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/convert.hpp>
#include <etch/network/residual.hpp>
#include <etch/network/tensor_table.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/trainer.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using plain = network<input<3>, standardize, dense<16>, etch::tanh, residual<dense<16>, batch_norm<>, relu>, dense<2>>;
using tuned = network<input<3>, standardize, frozen<dense<16>>, etch::tanh,
                      frozen<residual<dense<16>, batch_norm<>, relu>>, dense<2>>;
using training_of_tuned = trainer<tuned, mean_squared_error, adam, 8>;

/// y = (x0 - x1, 2 x2 + 1).
data_set<3, 2> samples(std::size_t count) {
    data_set<3, 2> all;
    random_generator random{seed{1}};
    for (std::size_t i = 0; i < count; ++i) {
        const std::array<float, 3> x{normal<float>(random), normal<float>(random), normal<float>(random)};
        all.push_back(x, std::array<float, 2>{x[0] - x[1], 2 * x[2] + 1});
    }
    return all;
}

std::vector<float> frozen_numbers(const tuned& net) {
    std::vector<float> all;
    for (const network_tensor& tensor : tensors_of<tuned>)
        for (std::size_t i = 0; i < tensor.extents.size() && tensor.role == parameter_role::frozen; ++i)
            all.push_back(net.fixed()[tensor.first + i]);
    return all;
}

}  // namespace

TEST_CASE("a fit trains the layers that are not frozen, and the frozen numbers keep their bits") {
    const auto data = samples(200);
    tuned net{seed{5}};
    const auto before = frozen_numbers(net);
    CHECK(before.size() == tuned::frozen_count);
    static training_of_tuned training{{.learning_rate = 0.01f}};
    const auto result = training.fit(net, data, {.epochs = 60});
    CHECK(result.ok());
    CHECK(result.training_loss < 0.1f);
    CHECK(frozen_numbers(net) == before);
    CHECK(net.is_fitted());
}

TEST_CASE("a file of the same layers loads into a network with frozen ones, and back") {
    plain source{seed{9}};
    for (float& x : source.statistics()) x = 0.5f;
    std::vector<std::byte> bytes(saved_size<plain>);
    REQUIRE(save(source, bytes).ok());
    tuned net;
    REQUIRE(load(net, bytes).ok());
    CHECK(net == convert<tuned>(source));
    std::vector<std::byte> again(saved_size<tuned>);
    REQUIRE(save(net, again).ok());
    plain back;
    REQUIRE(load(back, again).ok());
    CHECK(back == source);
}

TEST_CASE("a checkpoint of a fit with frozen layers resumes it") {
    const auto data = samples(64);
    static training_of_tuned first{{.learning_rate = 0.01f}}, second{{.learning_rate = 0.5f}};
    tuned net{seed{5}}, other;
    REQUIRE(first.fit(net, data, {.epochs = 3}).ok());
    std::vector<std::byte> bytes(checkpoint_size<training_of_tuned>);
    REQUIRE(save_checkpoint(first, net, bytes).ok());
    REQUIRE(load_checkpoint(second, other, bytes).ok());
    CHECK(other == net);
    CHECK(std::ranges::equal(first.record().state, second.record().state));
}
