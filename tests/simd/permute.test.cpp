#include <cstddef>
#include <cstdint>
#include <utility>

#include <etch/simd/permute.hpp>

#include "every_width.hpp"
#include "support/catch.hpp"

using namespace etch;

TEST_CASE("lanes move to any place, and registers are cut out of two") {
    float numbers[32];
    for (std::size_t i = 0; i < 32; ++i) numbers[i] = static_cast<float>(i + 1);
    for_each_width<float>([&]<std::size_t Size>() {
        using V = lanes<float, Size>;
        if constexpr (Size >= 8 && internal::can_permute<V>) {
            std::size_t wrong = 0;
            float got[Size];
            std::int32_t index[Size];
            for (std::size_t i = 0; i < Size; ++i) index[i] = static_cast<std::int32_t>((5 * i + 3) % 8);
            internal::permute(internal::load_eight(V(0.0f), numbers), lanes<std::int32_t, Size>::load(index))
                .store(got);
            for (std::size_t i = 0; i < Size; ++i) wrong += got[i] != numbers[(5 * i + 3) % 8];
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                const auto one = [&]<std::size_t By>() {
                    internal::shifted<By>(V::load(numbers), V::load(numbers + Size)).store(got);
                    for (std::size_t i = 0; i < Size; ++i) wrong += got[i] != numbers[By + i];
                };
                (one.template operator()<I + 1>(), ...);
            }(std::make_index_sequence<Size - 1>{});
            CHECK(wrong == 0);
        }
    });
    SUCCEED("not every register can");
}

TEST_CASE("what is extended is zero beyond its numbers") {
    const auto check = []<std::size_t From, std::size_t To, std::size_t Count>() {
        std::size_t wrong = 0;
        if constexpr (has_lanes<float, From> && has_lanes<float, To>) {
            float numbers[From], got[To];
            for (std::size_t i = 0; i < From; ++i) numbers[i] = static_cast<float>(i + 1);
            internal::extend<To, Count>(lanes<float, From>::load(numbers)).store(got);
            for (std::size_t i = 0; i < To; ++i) wrong += got[i] != (i < Count ? numbers[i] : 0.0f);
        }
        return wrong;
    };
    CHECK(check.operator()<4, 4, 3>() == 0);
    CHECK(check.operator()<4, 4, 4>() == 0);
    CHECK(check.operator()<4, 8, 1>() == 0);
    CHECK(check.operator()<4, 8, 4>() == 0);
    CHECK(check.operator()<4, 16, 3>() == 0);
    CHECK(check.operator()<8, 8, 5>() == 0);
    CHECK(check.operator()<8, 16, 7>() == 0);
    CHECK(check.operator()<8, 16, 8>() == 0);
    CHECK(check.operator()<16, 16, 11>() == 0);
}

TEST_CASE("the rows of a matrix, a register each, become its columns one after the other") {
    for_each_width<float>([&]<std::size_t Size>() {
        if constexpr (internal::can_interleave<lanes<float, Size>>) {
            const auto misplaced = []<std::size_t Rows>() {
                lanes<float, Size> registers[Rows];
                float got[Rows * Size];
                for (std::size_t r = 0; r < Rows; ++r) {
                    for (std::size_t i = 0; i < Size; ++i) got[i] = static_cast<float>(r + 100 * i);
                    registers[r] = lanes<float, Size>::load(got);
                }
                internal::interleave<Rows>(registers);
                for (std::size_t r = 0; r < Rows; ++r) registers[r].store(got + r * Size);
                std::size_t wrong = 0;
                for (std::size_t i = 0; i < Rows * Size; ++i)
                    wrong += got[i] != static_cast<float>(i % Rows + 100 * (i / Rows));
                return wrong;
            };
            CHECK(misplaced.template operator()<1>() == 0);
            CHECK(misplaced.template operator()<2>() == 0);
            CHECK(misplaced.template operator()<3>() == 0);
            CHECK(misplaced.template operator()<6>() == 0);
            CHECK(misplaced.template operator()<7>() == 0);
            CHECK(misplaced.template operator()<12>() == 0);
        }
    });
    SUCCEED("not every register can");
}
