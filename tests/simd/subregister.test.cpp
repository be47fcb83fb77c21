#include <cstddef>
#include <memory>
#include <utility>

#include <etch/simd/subregister.hpp>

#include "every_width.hpp"
#include "support/catch.hpp"
#include "support/guarded.hpp"

using namespace etch;

TEST_CASE("a register that is not full loads and stores its own numbers only") {
    const auto check = []<class T>(T) {
        for_each_width<T>([]<std::size_t Size>() {
            [&]<std::size_t... Index>(std::index_sequence<Index...>) {
                [[maybe_unused]] const auto one = []<std::size_t Count>() {
                    using V = partial_lanes<T, Size, Count>;
                    const support::guarded<T> from(Count);  // what is read beyond is seen
                    const auto to = std::make_unique<T[]>(Count + 1);
                    for (std::size_t i = 0; i < Count; ++i) from[i] = static_cast<T>(i + 1);
                    to[Count] = -1;
                    const auto loaded = V::load(from.get());
                    V::store(loaded, to.get());
                    std::size_t wrong = to[Count] != -1;
                    T all[Size];
                    loaded.store(all);
                    for (std::size_t i = 0; i < Size; ++i) {
                        const T expected = i < Count ? static_cast<T>(i + 1) : T{0};
                        wrong += all[i] != expected || (i < Count && to[i] != expected);
                    }
                    internal::blend_first<Count>(loaded, lanes<T, Size>(T{-7})).store(all);
                    for (std::size_t i = 0; i < Size; ++i)
                        wrong += all[i] != (i < Count ? static_cast<T>(i + 1) : T{-7});
                    return wrong;
                };
                CHECK((std::size_t{0} + ... + one.template operator()<Index + 1>()) == 0);
            }(std::make_index_sequence<Size - 1>{});
        });
    };
    check(float{});
    check(double{});
}

namespace {

/// Numbers are written one by one, and loaded together; nothing but memory tells the compiler that they are the same.
template <class T, std::size_t Size, std::size_t Count>
ETCH_NO_INLINE T sum_of_what_was_stored(T* to, const T* from, T number) {
    for (std::size_t i = 0; i < Count; ++i) to[i] = number;
    const auto loaded = partial_lanes<T, Size, Count>::load(from);
    for (std::size_t i = 0; i < Count; ++i) to[i] = T{0};
    T all[Size], sum{0};
    loaded.store(all);
    for (std::size_t i = 0; i < Count; ++i) sum += all[i];
    return sum;
}

}  // namespace

TEST_CASE("a register that is not full loads what was stored before, and not what is stored later") {
    const auto check = []<class T>(T) {
        for_each_width<T>([]<std::size_t Size>() {
            []<std::size_t... Index>(std::index_sequence<Index...>) {
                [[maybe_unused]] T memory[Size] = {};
                CHECK(((sum_of_what_was_stored<T, Size, Index + 1>(memory, memory, T{2}) ==
                        static_cast<T>(2 * (Index + 1))) &&
                       ...));
            }(std::make_index_sequence<Size - 1>{});
        });
    };
    check(float{});
    check(double{});
    check(std::int32_t{});
}

TEST_CASE("halves, and sums across four registers") {
    const auto check = []<class T>(T) {
        T numbers[16];
        for (std::size_t i = 0; i < 16; ++i) numbers[i] = static_cast<T>(i * i);
        for_each_width<T>([&]<std::size_t Size>() {
            if constexpr (Size > 1 && has_lanes<T, Size / 2>) {
                T lower[Size], upper[Size];
                internal::lower_half(lanes<T, Size>::load(numbers)).store(lower);
                internal::upper_half(lanes<T, Size>::load(numbers)).store(upper);
                std::size_t wrong = 0;
                for (std::size_t i = 0; i < Size / 2; ++i)
                    wrong += (lower[i] != numbers[i]) + (upper[i] != numbers[Size / 2 + i]);
                CHECK(wrong == 0);
            }
        });
        if constexpr (has_lanes<T, 4>) {
            lanes<T, 4> rows[4];
            for (std::size_t i = 0; i < 4; ++i) rows[i] = lanes<T, 4>::load(numbers + 4 * i);
            internal::transpose_four(rows);
            T turned[4], sums[4];
            for (std::size_t i = 0; i < 4; ++i) {
                rows[i].store(turned);
                for (std::size_t j = 0; j < 4; ++j) CHECK(turned[j] == numbers[4 * j + i]);
            }
            internal::transpose_four(rows);
            internal::add_across(rows).store(sums);
            for (std::size_t i = 0; i < 4; ++i)
                CHECK(sums[i] == numbers[4 * i] + numbers[4 * i + 1] + numbers[4 * i + 2] + numbers[4 * i + 3]);
        }
    };
    check(float{});
    check(double{});
    SUCCEED("a target without registers has neither");
}

TEST_CASE("four numbers are spread over registers") {
    for_each_width<float>([]<std::size_t Size>() {
        if constexpr (internal::spreads_four<lanes<float, Size>>) {
            const support::guarded<float> numbers(4);
            for (std::size_t i = 0; i < 4; ++i) numbers[i] = static_cast<float>(i + 1);
            const internal::four_numbers<lanes<float, Size>> four(numbers.get());
            for (std::size_t i = 0; i < 4; ++i) {
                float all[Size];
                four.spread(i).store(all);
                for (const float x : all) CHECK(x == static_cast<float>(i + 1));
            }
        }
    });
    SUCCEED("not every register can");
}
