#include <etch/io/load.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <etch/inference.hpp>

#include "io/file_bytes.hpp"
#include "support/catch.hpp"

namespace {

using etch::status;

using net_type = etch::network<etch::input<3>, etch::dense<2>, etch::tanh, etch::dense<1>>;

float_file whole() {
    return float_file{}
        .tensor("0.weight", {2, 3})
        .tensor("0.bias", {2})
        .tensor("2.weight", {1, 2})
        .tensor("2.bias", {1});
}

/// Loads into a network that must stay as it was.
template <class Network = net_type>
etch::load_result refused(const std::vector<std::byte>& bytes, const etch::key_map& keys = {}) {
    static std::vector<std::byte> file;  // the result shows keys that lie in it
    file = bytes;
    Network net{etch::seed{7}};
    const Network before = net;
    const etch::load_result result = etch::load(net, file, keys);
    CHECK_FALSE(result.ok());
    CHECK(net == before);
    return result;
}

}  // namespace

TEST_CASE("weights are loaded as PyTorch holds them, row by row") {
    net_type net;
    REQUIRE(etch::load(net, whole().bytes()).ok());
    const auto [W, b] = net.parameters<0>();
    CHECK(W(0, 0) == 1);
    CHECK(W(0, 1) == 2);
    CHECK(W(0, 2) == 3);
    CHECK(W(1, 0) == 4);
    CHECK(b[1] == 8);
    const auto [V, c] = net.parameters<2>();
    CHECK(V(0, 1) == 10);
    CHECK(c[0] == 11);
}

TEST_CASE("weights are loaded from any address, and from any container of bytes") {
    const std::vector<std::byte> bytes = whole().bytes();
    net_type expected, net;
    REQUIRE(etch::load(expected, bytes).ok());
    std::vector<unsigned char> shifted(bytes.size() + 3);
    for (const std::size_t by : {1u, 2u, 3u}) {
        std::memcpy(shifted.data() + by, bytes.data(), bytes.size());
        REQUIRE(etch::load(net, std::span{shifted}.subspan(by, bytes.size())).ok());
        CHECK(net == expected);
    }
}

TEST_CASE("matrices of Keras and scikit-learn are transposed, since they are named") {
    net_type torch, keras, scikit_learn;
    REQUIRE(etch::load(torch, whole().bytes()).ok());
    float_file transposed;
    transposed.tensor("dense/kernel", {3, 2})
        .tensor("dense/bias", {2})
        .tensor("dense_1/kernel", {2, 1})
        .tensor("dense_1/bias", {1});
    transposed.number(1) = 4, transposed.number(2) = 2, transposed.number(3) = 5, transposed.number(4) = 3;
    REQUIRE(etch::load(keras, transposed.bytes(), etch::keras).ok());
    CHECK(keras == torch);

    float_file coefs;
    coefs.tensor("coefs_0", {3, 2}).tensor("intercepts_0", {2}).tensor("coefs_1", {2, 1}).tensor("intercepts_1", {1});
    for (std::size_t i = 0; i < 11; ++i) coefs.number(i) = transposed.number(i);
    REQUIRE(etch::load(scikit_learn, coefs.bytes(), etch::scikit_learn).ok());
    CHECK(scikit_learn == torch);
    // and Keras's are not taken for PyTorch's where both would fit
    using square = etch::network<etch::input<2>, etch::dense<2>>;
    square from_torch, from_keras;
    REQUIRE(etch::load(from_torch, float_file{}.tensor("0.weight", {2, 2}).tensor("0.bias", {2}).bytes()).ok());
    REQUIRE(etch::load(from_keras, float_file{}.tensor("dense/kernel", {2, 2}).tensor("dense/bias", {2}).bytes(),
                       etch::keras)
                .ok());
    CHECK(get<0>(from_torch.parameters<0>())(0, 1) == 2);
    CHECK(get<0>(from_keras.parameters<0>())(0, 1) == 3);
}

TEST_CASE("an actor of rsl_rl is loaded with its normalizer and without its critic") {
    using actor = etch::network<etch::input<3>, etch::standardize, etch::dense<2>>;
    float_file file;
    file.tensor("std", {2})
        .tensor("actor.0.weight", {2, 3})
        .tensor("actor.0.bias", {2})
        .tensor("critic.0.weight", {9, 3});
    file.tensor("actor_obs_normalizer._mean", {1, 3}).tensor("actor_obs_normalizer._std", {1, 3});
    file.tensor("actor_obs_normalizer._var", {1, 3}).tensor("actor_obs_normalizer.count", {});
    actor net;
    REQUIRE(etch::load(net, file.bytes(), etch::rsl_rl).ok());
    CHECK(net.statistics()[0] == 38);
    CHECK(net.statistics()[3] == 41.01f);  // + 1e-2
    const etch::load_result result =
        refused<actor>(file.tensor("memory_a.rnn.weight_ih_l0", {4}).bytes(), etch::rsl_rl);
    CHECK(result.code == status::unused_tensor);
    CHECK(result.key == "memory_a.rnn.weight_ih_l0");
}

TEST_CASE("a tensor that is not in the file is named") {
    const etch::load_result result =
        refused(float_file{}.tensor("0.weight", {2, 3}).tensor("0.bias", {2}).tensor("2.weight", {1, 2}).bytes());
    CHECK(result.code == status::missing_tensor);
    CHECK(result.expected_key.view() == "2.bias");
    CHECK(result.expected == etch::shape{1});
}

TEST_CASE("a layer may lack its bias where that is said, and its weight never") {
    const auto without = float_file{}.tensor("0.weight", {2, 3}).tensor("2.weight", {1, 2}).bytes();
    CHECK(refused(without).code == status::missing_tensor);
    net_type net{etch::seed{1}};
    net.parameters()[6] = 5;
    REQUIRE(etch::load(net, without, {.may_lack_bias = true}).ok());
    CHECK(get<1>(net.parameters<0>())[0] == 0);
    CHECK(refused(float_file{}.tensor("0.weight", {2, 3}).bytes(), {.may_lack_bias = true}).code ==
          status::missing_tensor);
}

TEST_CASE("a tensor that nothing uses is refused, unless it is listed") {
    const auto bytes = whole().tensor("critic.0.weight", {4}).tensor("log_std", {1}).bytes();
    const etch::load_result result = refused(bytes);
    CHECK(result.code == status::unused_tensor);
    CHECK(result.key == "critic.0.weight");
    CHECK(refused(bytes, {.ignored = {"critic.*"}}).key == "log_std");
    net_type net;
    CHECK(etch::load(net, bytes, {.ignored = {"critic.*", "log_std"}}).ok());
    // what is ignored is not thereby taken away from the network
    CHECK(etch::load(net, bytes, {.ignored = {"*"}}).ok());
}

TEST_CASE("a wrong shape is refused with both shapes, and a transposed one is only said to look so") {
    const etch::load_result transposed = refused(float_file{}
                                                     .tensor("0.weight", {3, 2})
                                                     .tensor("0.bias", {2})
                                                     .tensor("2.weight", {1, 2})
                                                     .tensor("2.bias", {1})
                                                     .bytes());
    CHECK(transposed.code == status::wrong_shape);
    CHECK(transposed.expected == etch::shape{2, 3});
    CHECK(transposed.found == etch::shape{3, 2});
    CHECK(transposed.looks_transposed());
    for (const auto& extents : std::vector<std::vector<std::size_t>>{{2, 4}, {6}, {2, 3, 1}, {1, 2, 3}}) {
        const etch::load_result result = refused(float_file{}.tensor("0.weight", extents).bytes());
        CHECK(result.code == status::wrong_shape);
        CHECK_FALSE(result.looks_transposed());
    }
    CHECK(refused(float_file{}.tensor("0.weight", {2, 3}).tensor("0.bias", {2, 1}).bytes()).code ==
          status::wrong_shape);
}

TEST_CASE("a weight that is not finite is refused with its place") {
    for (const float bad :
         {std::nanf(""), std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
        float_file file = whole();
        file.number(9) = bad;
        const etch::load_result result = refused(file.bytes());
        CHECK(result.code == status::non_finite_weight);
        CHECK(result.key == "2.weight");
        CHECK(result.element == 1);
    }
}

TEST_CASE("a file that is broken leaves the network as it was") {
    std::vector<std::byte> bytes = whole().bytes();
    bytes.pop_back();
    CHECK(refused(bytes).code == status::truncated);
    CHECK(refused({}).code == status::truncated);
    CHECK(refused(file_bytes("{}")).code == status::missing_tensor);
}

namespace {

std::vector<std::byte> of_type(const std::string& type, std::uint64_t bits, std::size_t width) {
    const std::string header = "{\"0.weight\":{\"dtype\":\"" + type + "\",\"shape\":[1,1],\"data_offsets\":[0," +
                               std::to_string(width) + "]},\"0.bias\":{\"dtype\":\"" + type +
                               "\",\"shape\":[1],\"data_offsets\":[" + std::to_string(width) + "," +
                               std::to_string(2 * width) + "]}}";
    std::vector<std::byte> bytes = file_bytes(header, 2 * width);
    for (std::size_t i = 0; i < 2; ++i)
        for (std::size_t b = 0; b < width; ++b)
            bytes[bytes.size() - 2 * width + i * width + b] = static_cast<std::byte>(bits >> (8 * b));
    return bytes;
}

}  // namespace

TEST_CASE("float64, float16 and bfloat16 are converted, and nothing else is a weight") {
    using single = etch::network<etch::input<1>, etch::dense<1>>;
    single net;
    REQUIRE(etch::load(net, of_type("F64", 0x3ff8000000000000, 8)).ok());
    CHECK(net.parameters()[0] == 1.5f);
    REQUIRE(etch::load(net, of_type("F16", 0xbe00, 2)).ok());
    CHECK(net.parameters()[1] == -1.5f);
    REQUIRE(etch::load(net, of_type("BF16", 0x3fc0, 2)).ok());
    CHECK(net.parameters()[0] == 1.5f);
    CHECK(refused<single>(of_type("I32", 1, 4)).code == status::wrong_type);
    CHECK(refused<single>(of_type("F8_E4M3", 1, 1)).code == status::wrong_type);
    // 1e300 is no float
    CHECK(refused<single>(of_type("F64", 0x7e37e43c8800759c, 8)).code == status::non_finite_weight);
    etch::basic_network<double, etch::input<1>, etch::dense<1>> wide;
    REQUIRE(etch::load(wide, of_type("F64", 0x7e37e43c8800759c, 8)).ok());
    CHECK(wide.parameters()[0] == 1e300);
}

TEST_CASE("weights held as bf16 are rounded, and refused where they round to infinity") {
    using rounded = etch::network<etch::input<1>, etch::dense<1, etch::bf16>>;
    rounded net;
    REQUIRE(etch::load(net, of_type("F32", 0x3f808001, 4)).ok());  // above the middle of 1 and the next
    CHECK(get<0>(net.parameters<0>())(0, 0) == 1.0078125f);
    const rounded before = net;
    CHECK(etch::load(net, of_type("F32", 0x7f7fffff, 4)).code == status::non_finite_weight);
    CHECK(net == before);
}

TEST_CASE("a file of other layers is refused, unless that is said to be right") {
    float_file file = whole();
    file.metadata("etch.version", "1").metadata("etch.topology", "input<3>, dense<2>, relu, dense<1>");
    CHECK(refused(file.bytes()).code == status::wrong_topology);
    net_type net;
    CHECK(etch::load(net, file.bytes(), {.any_topology = true}).ok());
    CHECK(refused(whole().metadata("etch.version", "2").bytes()).code == status::wrong_version);
    CHECK(etch::load(net, whole().metadata("etch.topology", "input<3>, dense<2, bf16>, tanh, dense<1>").bytes()).ok());
}

TEST_CASE("a key map that gives two tensors one key, or a key that is too long, is refused") {
    const auto bytes = float_file{}.tensor("a.weight", {2, 2}).tensor("a.bias", {2}).bytes();
    using twice = etch::network<etch::input<2>, etch::dense<2>, etch::dense<2>>;
    const etch::load_result result = refused<twice>(bytes, {.layers = {"a", "a"}});
    CHECK(result.code == status::invalid_option);
    CHECK(result.key == "a.weight");
    const std::string prefix(200, 'x');
    CHECK(refused(whole().bytes(), {.prefix = prefix}).code == status::invalid_option);
}
