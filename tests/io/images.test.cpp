// Layers of images in files: all extents, in the order of the framework that the file is for.
#include <string>
#include <vector>

#include <etch/io/load.hpp>
#include <etch/io/save.hpp>
#include <etch/layer/conv_2d.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/network/network.hpp>

#include "io/file_bytes.hpp"
#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/passes.hpp"

using namespace etch;

namespace {

namespace torch = reference::conv_2d;
using net_type = network<input<2, 5, 4>, conv_2d<3, 3, 2>>;

/// What PyTorch writes of its Conv2d(2, 3, (2, 3)).
float_file torch_file() {
    float_file file;
    file.tensor("0.weight", {3, 2, 2, 3}).tensor("0.bias", {3});
    for (std::size_t i = 0; i < 36; ++i) file.number(i) = torch::weight[i];
    for (std::size_t i = 0; i < 3; ++i) file.number(36 + i) = torch::bias[i];
    return file;
}

std::string refused(const float_file& file, const key_map& keys = {}) {
    const auto bytes = file.bytes();
    net_type net{seed{1}};
    const net_type before = net;
    const load_result result = load(net, bytes, keys);
    CHECK(result.code == status::wrong_shape);
    CHECK(net == before);
    return result.message().c_str();
}

}  // namespace

TEST_CASE("the weights of PyTorch's Conv2d are loaded, and give its answers") {
    net_type net;
    REQUIRE(load(net, torch_file().bytes()).ok());
    matrix<float, net_type::inputs, 3> x;
    std::copy(std::begin(torch::input), std::end(torch::input), x.begin());
    CHECK(support::farthest(net(x), torch::output) < 1e-6);
    CHECK(get<0>(net.parameters<0>())(1, 1 + 2 * (2 + 3 * 1)) == torch::weight[2 + 3 * (1 + 2 * (1 + 2 * 1))]);
    network<input<2, 5, 4>, frozen<conv_2d<3, 3, 2>>> frozen_net;
    REQUIRE(load(frozen_net, torch_file().bytes(), {.any_topology = true}).ok());
    CHECK(frozen_net(x) == net(x));
}

TEST_CASE("what is saved has the extents and the order of PyTorch's file, and is loaded again") {
    net_type net, again;
    REQUIRE(load(net, torch_file().bytes()).ok());
    std::vector<std::byte> bytes(saved_size<net_type>);
    REQUIRE(save(net, bytes).ok());
    safetensors_view file;
    REQUIRE(file.open(bytes).ok());
    const file_tensor weight = *file.tensors().begin();
    CHECK(weight.key == "0.weight");
    CHECK(weight.extents == shape{3, 2, 2, 3});
    for (std::size_t i = 0; i < 36; ++i) CHECK(weight.number<float>(i) == torch::weight[i]);
    REQUIRE(load(again, bytes).ok());
    CHECK(again == net);
}

TEST_CASE("a framework with the inputs first has all extents the other way round") {
    float_file keras_file;
    keras_file.tensor("conv/kernel", {2, 3, 2, 3}).tensor("conv/bias", {3});
    net_type net;
    key_map keys = keras;
    keys.layers = {"conv"};
    REQUIRE(load(net, keras_file.bytes(), keys).ok());
    for (std::size_t i = 0; i < 36; ++i) CHECK(net.parameters()[i] == static_cast<float>(i + 1));  // as in memory
}

TEST_CASE("weights of an image with other extents are refused in a sentence, also if they are as many") {
    CHECK(refused(float_file{}.tensor("0.weight", {3, 12}).tensor("0.bias", {3})) ==
          "0.weight has the shape [3, 12] in the file, [3, 2, 2, 3] in the network");
    CHECK(refused(float_file{}.tensor("0.weight", {3, 2, 3, 2}).tensor("0.bias", {3})) ==
          "0.weight has the shape [3, 2, 3, 2] in the file, [3, 2, 2, 3] in the network");
}
