#include <etch/io/save.hpp>

#include <limits>
#include <string>
#include <vector>

#include <etch/inference.hpp>
#include <etch/io/golden.hpp>

#include "support/catch.hpp"

namespace {

using etch::status;

template <class Network>
std::vector<std::byte> saved(const Network& net, const etch::save_options<typename Network::value_type>& options = {}) {
    std::vector<std::byte> bytes(etch::save(net, {}, options).size);
    const etch::save_result result = etch::save(net, bytes, options);
    CHECK(result.ok());
    CHECK(result.size == bytes.size());
    return bytes;
}

/// Every number another one.
template <class Network>
Network filled() {
    Network net;
    float next = -3;
    for (const etch::network_tensor& t : etch::tensors_of<Network>)
        for (std::size_t row = 0; row < t.rows(); ++row)
            for (std::size_t column = 0; column < t.columns(); ++column)
                t.template set<typename Network::value_type>(net.memory(), row, column, next += 0.25f);
    return net;
}

template <class Network>
void check_round_trip() {
    const Network net = filled<Network>();
    const auto bytes = saved(net);
    CHECK(bytes.size() == etch::saved_size<Network>);
    Network back;
    CHECK(etch::load(back, bytes).ok());
    CHECK(back == net);
}

using gate = etch::network<etch::input<2>, etch::dense<3>, etch::tanh, etch::dense<1>, etch::sigmoid>;

}  // namespace

TEST_CASE("a network comes back with the same bits") {
    using namespace etch;
    check_round_trip<gate>();
    check_round_trip<
        network<input<5>, standardize, dense<7>, relu, layer_norm<>, residual<dense<7>, elu<>>, dense<2>>>();
    check_round_trip<network<input<5>, normalize<>, dense<7, bf16>, relu, dense<3>, dense<1, bf16>>>();
    check_round_trip<basic_network<double, input<3>, dense<2>>>();
    check_round_trip<network<input<3>, relu>>();
    check_round_trip<network<input<3>, gru<5>, dense<2>>>();
    check_round_trip<network<input<3>, lstm<5>, gru<3, reset_before>, simple_rnn<4, with_relu>>>();
}

TEST_CASE("golden vectors of a network with state are the steps of one sequence") {
    using namespace etch;
    using amp = network<input<2>, gru<3>, dense<1>>;
    const amp net{seed{1}};
    const float samples[] = {1, 2, -1, 0.5f, 0, 3};
    const auto bytes = saved(net, {.golden = samples});
    const golden_result agreed = verify(net, bytes);
    CHECK(agreed.ok());
    CHECK(agreed.count == 3);
    amp other = net;
    other.parameters()[9 * 2] += 0.5f;  // the first of weight_hh, which the first step does not use
    const golden_result differs = verify(other, bytes);
    CHECK(differs.code == status::golden_mismatch);
    CHECK(differs.vector > 0);
}

TEST_CASE("zeros keep their sign, and the smallest numbers their bits") {
    etch::network<etch::input<2>, etch::dense<1>> net, back;
    net.parameters()[0] = -0.0f;
    net.parameters()[1] = 1e-45f;
    REQUIRE(etch::load(back, saved(net)).ok());
    CHECK(etch::bit_cast<std::uint32_t>(back.parameters()[0]) == 0x80000000);
    CHECK(etch::bit_cast<std::uint32_t>(back.parameters()[1]) == 1);
}

TEST_CASE("a file is what docs/weights.md says") {
    const auto bytes =
        saved(filled<etch::network<etch::input<2>, etch::dense<2>, etch::relu, etch::dense<1, etch::bf16>>>());
    const std::string header =
        R"({"__metadata__":{"format":"pt","etch.version":"1","etch.topology":"input<2>, dense<2>, relu, )"
        R"(dense<1, bf16>"},)"
        R"("0.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
        R"("0.bias":{"dtype":"F32","shape":[2],"data_offsets":[16,24]},)"
        R"("2.bias":{"dtype":"F32","shape":[1],"data_offsets":[24,28]},)"
        R"("2.weight":{"dtype":"BF16","shape":[1,2],"data_offsets":[28,32]}})";
    std::string expected = header;
    while (expected.size() % 8 != 0) expected += ' ';
    REQUIRE(bytes.size() == 8 + expected.size() + 32);
    CHECK(std::to_integer<std::size_t>(bytes[0]) + 256 * std::to_integer<std::size_t>(bytes[1]) == expected.size());
    std::string found;
    for (std::size_t i = 0; i < expected.size(); ++i) found += static_cast<char>(bytes[8 + i]);
    CHECK(found == expected);
    // 0.weight[0][1] = -2.5 = 0xc0200000
    CHECK(bytes[8 + expected.size() + 4 + 3] == std::byte{0xc0});
    CHECK(bytes[8 + expected.size() + 4 + 2] == std::byte{0x20});
}

TEST_CASE("nothing is written where there is no room") {
    const gate net{etch::seed{1}};
    std::vector<std::byte> bytes(etch::saved_size<gate> - 1, std::byte{7});
    const etch::save_result result = etch::save(net, bytes);
    CHECK(result.code == status::no_room);
    CHECK(result.size == etch::saved_size<gate>);
    for (const std::byte b : bytes) CHECK(b == std::byte{7});
}

TEST_CASE("a network can be saved while compiling") {
    constexpr auto file = [] {
        std::array<std::byte, etch::saved_size<gate>> bytes{};
        (void)etch::save(gate{etch::seed{42}}, bytes);
        return bytes;
    }();
    gate net;
    REQUIRE(etch::load(net, file).ok());
    CHECK(net == gate{etch::seed{42}});
}

TEST_CASE("golden vectors go with the network, and text is quoted") {
    const gate net{etch::seed{3}};
    constexpr float samples[] = {0, 1, -2, 0.5f, 3, 3};
    auto bytes = saved(net, {.golden = samples, .source = "a \"test\"\n\\"});
    etch::safetensors_view file;
    REQUIRE(file.open(bytes).ok());
    CHECK(file.metadata("etch.golden.count") == "3");
    CHECK(file.metadata("etch.source") == R"(a \"test\"\u000a\\)");
    const etch::golden_result golden = etch::verify(net, bytes);
    CHECK(golden.ok());
    CHECK(golden.count == 3);
    CHECK(golden.largest == 0);
    CHECK(etch::save(net, {}, {.golden = std::span{samples}.first(3)}).code == status::size_mismatch);
}

TEST_CASE("nothing is saved that load would refuse") {
    gate net{etch::seed{1}};
    std::vector<std::byte> bytes(4 * etch::saved_size<gate>);
    net.parameters()[3] = std::numeric_limits<float>::infinity();
    CHECK(etch::save(net, bytes).code == status::non_finite_weight);
    for (const std::byte b : bytes) CHECK(b == std::byte{0});
    net.parameters()[3] = 1;
    const float nan[] = {0, std::numeric_limits<float>::quiet_NaN()};
    CHECK(etch::save(net, bytes, {.golden = nan}).code == status::non_finite_input);

    const std::vector<float> most(2 * 43500), too_many(2 * 43700);  // 24 digits each: a header of 1 MiB
    std::vector<std::byte> large(2 << 20);
    CHECK(etch::save(net, large, {.golden = most}).ok());
    CHECK(etch::load(net, large).code == status::malformed);  // bytes behind it, but read
    CHECK(etch::save(net, large, {.golden = too_many}).code == status::too_large);
    CHECK(etch::save(net, {}, {.golden = too_many}).code == status::too_large);
}

TEST_CASE("a network whose statistics were never fitted is not saved") {
    etch::network<etch::input<2>, etch::standardize, etch::dense<1>> net{etch::seed{1}};
    std::vector<std::byte> bytes(etch::saved_size<decltype(net)>, std::byte{7});
    const etch::save_result result = etch::save(net, bytes);
    CHECK(result.code == status::not_fitted);
    CHECK(std::string{result.message().c_str()} == "the statistics have not been fitted on training data yet");
    for (const std::byte b : bytes) CHECK(b == std::byte{7});
    for (float& x : net.statistics()) x = 1;
    CHECK(etch::save(net, bytes).size == bytes.size());
}

TEST_CASE("golden answers are those to the samples that the file keeps") {
    etch::basic_network<double, etch::input<1>, etch::standardize, etch::dense<1>> net;
    net.statistics()[0] = 1e6;
    net.statistics()[1] = 0.01;
    net.parameters()[0] = 1;
    const double samples[] = {1e6 + 0.003, 1e6 + 1};  // the first is no float
    CHECK(etch::verify(net, saved(net, {.golden = samples})).largest < 1e-5);
}

TEST_CASE("text beside the weights is kept as it is, if every reader of JSON can read it") {
    const gate net{etch::seed{1}};
    const std::vector<etch::metadata_entry> entries{{"trained on", "a \"Tuesday\"\n"}, {"größe", "\xf0\x9f\x8c\xb3"}};
    const auto bytes = saved(net, {.metadata = entries});
    etch::safetensors_view file;
    REQUIRE(file.open(bytes).ok());
    CHECK(file.metadata("trained on") == "a \\\"Tuesday\\\"\\u000a");
    CHECK(file.metadata("größe") == "\xf0\x9f\x8c\xb3");
    const auto refused = [&](etch::metadata_entry one, etch::metadata_entry other = {"b", ""}) {
        const std::vector<etch::metadata_entry> two{one, other};
        return etch::save(net, {}, {.metadata = two}).code == status::invalid_option;
    };
    CHECK(refused({"b", ""}));
    CHECK(refused({"format", "np"}));
    CHECK(refused({"etch.golden.count", "1"}));
    CHECK(refused({"a", "gr\xf6\xdf"}));  // Latin-1
    CHECK(refused({"a\xff", ""}));
    CHECK(etch::save(net, {}, {.source = "\xc3"}).code == status::invalid_option);
}

TEST_CASE("UTF-8 is told from what is not") {
    using etch::internal::is_utf8;
    for (const char* const text : {"", "a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                                   "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
        CHECK(is_utf8(text));
    for (const char* const text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xed\xa0\x80",
                                   "\xe1\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"})
        CHECK_FALSE(is_utf8(text));
}
