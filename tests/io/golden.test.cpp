#include <etch/io/golden.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <etch/inference.hpp>

#include "io/file_bytes.hpp"
#include "support/catch.hpp"

namespace {

using etch::status;

using line = etch::network<etch::input<1>, etch::dense<1>>;  // y = 2 x + 1

constexpr line two_x_plus_one() {
    line net;
    net.parameters()[0] = 2;
    net.parameters()[1] = 1;
    return net;
}

etch::golden_result from_file(const std::string& count, const std::string& inputs, const std::string& outputs) {
    float_file file;
    if (!count.empty()) file.metadata("etch.golden.count", count);
    if (inputs != "-") file.metadata("etch.golden.inputs", inputs);
    if (outputs != "-") file.metadata("etch.golden.outputs", outputs);
    return etch::verify(two_x_plus_one(), file.bytes());
}
const std::string one = "0000803f", three = "00004040", not_a_number = "0000c07f";

}  // namespace

TEST_CASE("golden vectors agree within a part of the largest output") {
    constexpr float inputs[] = {0, 1, 50};
    constexpr float right[] = {1, 3, 101}, near[] = {1.0009f, 3, 101}, far[] = {1, 3.0011f, 101};
    constexpr line net = two_x_plus_one();
    static_assert(etch::verify(net, inputs, right).ok());
    static_assert(etch::verify(net, inputs, right).count == 3);
    CHECK(etch::verify(net, inputs, near).ok());
    const etch::golden_result away = etch::verify(net, inputs, far);
    CHECK(away.code == status::golden_mismatch);
    CHECK(away.vector == 1);
    CHECK(away.scale == 101);
    CHECK(away.relative() == Approx(0.0011 / 101).epsilon(1e-3));
    CHECK(etch::verify(net, inputs, far, 1e-4).ok());
    CHECK(etch::verify(net, std::span{inputs}.first(2), right).code == status::size_mismatch);
}

TEST_CASE("a tolerance that is no number does not switch the check off") {
    const float inputs[] = {1}, right[] = {3};
    const etch::golden_result refused = etch::verify(two_x_plus_one(), inputs, right, std::nan(""));
    CHECK(refused.code == status::invalid_option);
    CHECK(refused.message() == "tolerance is NaN, but must be at least 0 and finite");
    CHECK(etch::verify(two_x_plus_one(), inputs, right, -1).code == status::invalid_option);
    CHECK(etch::verify(two_x_plus_one(), inputs, right, 0).ok());
}

TEST_CASE("an answer or a golden output that is not finite never agrees") {
    const float inputs[] = {1}, bad[] = {std::nanf("")}, right[] = {3};
    line net = two_x_plus_one();
    CHECK(etch::verify(net, inputs, bad, 1e30).code == status::golden_mismatch);
    const float two[] = {0, 1}, second[] = {1, std::nanf("")};
    CHECK(etch::verify(net, two, second).vector == 1);
    CHECK_FALSE(etch::verify(net, two, second).largest < 1e30);
    net.parameters()[0] = std::nanf("");
    CHECK(etch::verify(net, inputs, right, 1e30).code == status::golden_mismatch);
}

TEST_CASE("golden outputs of zero must be met exactly") {
    constexpr float inputs[] = {-0.5f}, zero[] = {0};
    CHECK(etch::verify(two_x_plus_one(), inputs, zero).ok());
    constexpr float other[] = {-0.4999f};
    CHECK_FALSE(etch::verify(two_x_plus_one(), other, zero).ok());
}

TEST_CASE("golden vectors of a file are checked, and their absence is not a failure") {
    CHECK(from_file("1", one, three).ok());
    CHECK(from_file("1", one, three).count == 1);
    CHECK(from_file("1", three, three).code == status::golden_mismatch);
    CHECK(from_file("", "-", "-").ok());
    CHECK(from_file("", "-", "-").count == 0);
    CHECK(from_file("1", one, not_a_number).code == status::golden_mismatch);
}

TEST_CASE("golden vectors that are not whole are malformed") {
    CHECK(from_file("", one, three).code == status::malformed);
    CHECK(from_file("1", "-", three).code == status::malformed);
    CHECK(from_file("1", one, "-").code == status::malformed);
    CHECK(from_file("2", one, three).code == status::malformed);
    CHECK(from_file("1", one + "00", three).code == status::malformed);
    CHECK(from_file("1", one, "0000404g").code == status::malformed);
    for (const char* count : {"-1", "1.0", "1 1", "18446744073709551615", "4611686018427387905"})
        CHECK(from_file(count, one, three).code == status::malformed);
}
