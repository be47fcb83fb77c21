#include <etch/optimizer/clip.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "optimizer/trajectory.hpp"
#include "support/catch.hpp"

namespace known = reference::clip;

namespace {

template <class T>
std::array<T, trajectory::count> given() {
    std::array<T, trajectory::count> gradients;
    for (std::size_t i = 0; i < gradients.size(); ++i) gradients[i] = trajectory::gradient<T>(i, 1);
    return gradients;
}

template <class T>
void compare_with_pytorch(double tolerance) {
    auto gradients = given<T>();
    CHECK(static_cast<double>(etch::clip_by_norm(std::span<T>(gradients), static_cast<T>(1.5))) ==
          Approx(known::norm).epsilon(tolerance));
    for (std::size_t i = 0; i < gradients.size(); ++i)
        CHECK(static_cast<double>(gradients[i]) == Approx(known::by_norm_1_5[i]).epsilon(tolerance));
    gradients = given<T>();
    etch::clip_by_value(std::span<T>(gradients), static_cast<T>(0.25));
    for (std::size_t i = 0; i < gradients.size(); ++i)
        CHECK(static_cast<double>(gradients[i]) == known::by_value_0_25[i]);  // nothing is rounded
}

constexpr float constant_norm(std::size_t count) {
    std::array<float, 50> numbers{};
    for (std::size_t i = 0; i < count; ++i) numbers[i] = 0.1f * static_cast<float>(i % 13) - 0.37f;
    return etch::global_norm(std::span<const float>(numbers.data(), count));
}

}  // namespace

TEST_CASE("clipping equals PyTorch's") {
    compare_with_pytorch<float>(3e-7);  // squares and their sum are rounded 24 times at most, the root halves the error
    compare_with_pytorch<double>(1e-15);
}

TEST_CASE("the norm of 3 and 4 is 5") {
    static constexpr std::array<float, 2> numbers{3, -4};
    static_assert(etch::global_norm(std::span<const float>(numbers)) == 5);
    static_assert(etch::global_norm(std::span<const float>()) == 0);
    CHECK(etch::global_norm(std::span<const float>(numbers)) == 5);
}

TEST_CASE("the norm is right for every count, and its bits are those of a constant expression") {
    for (std::size_t count = 0; count <= 50; ++count) {
        std::vector<double> squares(count);
        std::vector<float> numbers(count);
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) {
            numbers[i] = 0.1f * static_cast<float>(i % 13) - 0.37f;
            sum += static_cast<double>(numbers[i]) * static_cast<double>(numbers[i]);
        }
        INFO("count " << count);
        CHECK(static_cast<double>(etch::global_norm(std::span<const float>(numbers))) ==
              Approx(std::sqrt(sum)).epsilon(3e-7).margin(0));
    }
    constexpr float of_15 = constant_norm(15), of_16 = constant_norm(16), of_50 = constant_norm(50);
    volatile std::size_t counts[] = {15, 16, 50};
    CHECK(constant_norm(counts[0]) == of_15);
    CHECK(constant_norm(counts[1]) == of_16);
    CHECK(constant_norm(counts[2]) == of_50);
}

TEST_CASE("number i is added to sum i % 16, and the sums by halves, in fused squares") {
    std::vector<float> numbers;
    for (std::size_t count = 0; count <= 50; ++count) {
        std::array<float, 16> sums{};
        for (std::size_t i = 0; i < count; ++i) {
            const etch::lanes<float, 1> x = numbers[i];
            sums[i % 16] = fma(x, x, etch::lanes<float, 1>(sums[i % 16])).value;
        }
        for (std::size_t half = 8; half > 0; half /= 2)
            for (std::size_t k = 0; k < half; ++k) sums[k] += sums[k + half];
        INFO("count " << count);
        CHECK(etch::global_norm(std::span<const float>(numbers)) == std::sqrt(sums[0]));
        numbers.push_back(
            std::ldexp(1.0f + 0.1f * static_cast<float>(count % 7), static_cast<int>(count * 5 % 16) - 8));
    }
}

TEST_CASE("1e-6 is added to the norm that divides") {
    std::array<float, 1> gradient{3e-6f};
    etch::clip_by_norm(std::span<float>(gradient), 1e-6f);
    CHECK(gradient[0] == Approx(3e-6f * 0.25f));  // 1e-6 / (3e-6 + 1e-6)
}

TEST_CASE("gradients within the norm keep their bits") {
    auto gradients = given<float>();
    etch::clip_by_norm(std::span<float>(gradients), 1e6f);
    CHECK(gradients == given<float>());
}

TEST_CASE("gradient_clip is off at zero, and limits values before the norm") {
    auto gradients = given<float>();
    etch::gradient_clip{}.apply(std::span<float>(gradients));
    CHECK(gradients == given<float>());

    std::array<float, 20> numbers;
    numbers.fill(-100);
    etch::gradient_clip{.value = 2}.apply(std::span<float>(numbers));
    for (float x : numbers) CHECK(x == -2);
    numbers.fill(3);
    numbers[0] = 1e20f;  // its square overflows: the norm alone would leave nothing of the others
    etch::gradient_clip{.norm = 1, .value = 3}.apply(std::span<float>(numbers));
    for (float x : numbers) CHECK(x == Approx(1 / std::sqrt(20.0)).epsilon(1e-6));
}

TEST_CASE("clipping does not hide a gradient that is not finite") {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
    for (std::size_t at : {std::size_t{0}, std::size_t{7}, std::size_t{20}}) {
        std::array<float, 21> numbers{};
        numbers[at] = nan;
        etch::gradient_clip{.norm = 1, .value = 1}.apply(std::span<float>(numbers));
        CHECK(numbers[at] != numbers[at]);
        numbers[at] = infinity;
        etch::gradient_clip{.norm = 1}.apply(std::span<float>(numbers));
        CHECK(!(numbers[at] - numbers[at] == 0));
    }
}
