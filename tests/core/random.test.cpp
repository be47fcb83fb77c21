#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include <etch/core/random.hpp>

#include "support/catch.hpp"

using namespace etch;

TEST_CASE("the generator is SplitMix64") {
    // The first numbers that S. Vigna's splitmix64.c gives from the state 1234567.
    constexpr std::uint64_t published[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                           4593380528125082431u, 16408922859458223821u};
    random_generator generator{seed{1234567}};
    for (const std::uint64_t known : published) CHECK(generator() == known);
}

TEST_CASE("the generator gives the same numbers in the compiler") {
    constexpr auto tenth = [] {
        random_generator generator{seed{99}};
        for (int i = 0; i < 9; ++i) generator();
        return generator();
    }();
    random_generator generator{seed{99}};
    for (int i = 0; i < 9; ++i) generator();
    CHECK(generator() == tenth);
    CHECK(random_generator{seed{1}} == random_generator{seed{1}});
    CHECK_FALSE(random_generator{seed{1}} == random_generator{seed{2}});
}

TEST_CASE("uniform numbers lie in [0, 1) on a grid of 2^-24, the same for float and double") {
    random_generator one{seed{5}}, other{seed{5}};
    constexpr int count = 100'000;
    double sum = 0, squares = 0, least = 1, most = 0;
    bool on_grid = true, agree = true;
    for (int i = 0; i < count; ++i) {
        const float x = one.uniform();
        const double y = other.uniform<double>();
        agree &= static_cast<double>(x) == y;
        const double steps = y * 0x1p24;
        on_grid &= steps == static_cast<double>(static_cast<std::uint32_t>(steps));
        sum += y, squares += y * y;
        least = std::min(least, y), most = std::max(most, y);
    }
    CHECK(on_grid);
    CHECK(agree);
    CHECK(least >= 0);
    CHECK(most < 1);
    CHECK(least < 1e-3);
    CHECK(most > 0.999);
    // Five deviations of the mean of so many: 5 / sqrt(12 * 100000) = 0.0046; of the mean square 5 * 0.298 /
    // sqrt(100000).
    CHECK(std::abs(sum / count - 0.5) < 0.0046);
    CHECK(std::abs(squares / count - 1.0 / 3) < 0.0047);
}

TEST_CASE("below is the upper half of the 128-bit product, so every number is as likely") {
    random_generator one{seed{3}}, other{seed{3}};
    bool same = true;
    __extension__ using wide = unsigned __int128;
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{1000},
                                    std::size_t{1} << 33, std::size_t{0xfffffffffffffff1u}})
        for (int i = 0; i < 1000; ++i)
            same &= one.below(count) == static_cast<std::size_t>(wide{other()} * count >> 64);
    CHECK(same);

    std::array<int, 7> seen{};
    for (int i = 0; i < 70'000; ++i) ++seen[one.below(7)];
    for (const int times : seen) CHECK(std::abs(times - 10'000) < 470);  // five deviations of 93
}

TEST_CASE("derived seeds differ from each other and from the whole's") {
    std::vector<std::uint64_t> all;
    for (std::uint64_t whole = 0; whole < 30; ++whole) {
        all.push_back(whole);
        for (std::uint64_t part = 0; part < 30; ++part) all.push_back(derive(seed{whole}, part).value);
    }
    std::sort(all.begin(), all.end());
    CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE("a permutation holds every index once") {
    std::vector<std::size_t> counts{1000, 1023, 1024, 1025, 4097};
    for (std::size_t count = 1; count <= 70; ++count) counts.push_back(count);
    for (const std::size_t count : counts) {
        const permutation order{count, seed{count}};
        REQUIRE(order.size() == count);
        std::vector<bool> seen(count);
        std::size_t once = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = order[i];
            REQUIRE(at < count);
            once += !seen[at];
            seen[at] = true;
        }
        CHECK(once == count);
    }
}

TEST_CASE("a permutation shuffles, each seed otherwise") {
    constexpr std::size_t count = 1000;
    const permutation one{count, seed{1}}, other{count, seed{2}};
    std::size_t kept = 0, agreed = 0, neighbours = 0;
    for (std::size_t i = 0; i < count; ++i) {
        kept += one[i] == i;
        agreed += one[i] == other[i];
        neighbours += i > 0 && one[i] == one[i - 1] + 1;
    }
    // Each is 1 on average in a random order; above 8 once in a million.
    CHECK(kept <= 8);
    CHECK(agreed <= 8);
    CHECK(neighbours <= 8);
}

TEST_CASE("a permutation of two sends the first to either place") {
    int swapped = 0;
    for (std::uint64_t s = 0; s < 1000; ++s) swapped += permutation{2, seed{s}}[0] == 1;
    CHECK(std::abs(swapped - 500) < 80);  // five deviations
}

TEST_CASE("a permutation reaches beyond 32 bits and works in the compiler") {
    constexpr std::size_t count = (std::size_t{1} << 33) + 5;
    constexpr permutation order{count, seed{7}};
    constexpr std::size_t first = order[0], last = order[count - 1];
    STATIC_REQUIRE(first < count);
    STATIC_REQUIRE(last < count);
    STATIC_REQUIRE(first != last);
    CHECK(permutation{count, seed{7}}[count - 1] == last);
}
