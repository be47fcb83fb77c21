// expect: etch: the data must hold samples of the network's inputs, outputs and number type
// checked with: g++ 12, clang 14, clang 19
#include <array>

#include <etch/layer/dense.hpp>
#include <etch/training/evaluate.hpp>

// What it returns is shorter than it says: 8 numbers would be read from an array of 7.
struct replay {
    using value_type = float;
    static constexpr std::size_t input_size = 8, output_size = 1;
#ifdef ETCH_REJECT
    using numbers = std::array<float, 7>;
#else
    using numbers = std::array<float, 8>;
#endif
    [[nodiscard]] static std::size_t size() { return 5; }
    [[nodiscard]] static numbers input(std::size_t) { return {}; }
    [[nodiscard]] static std::array<float, 1> target(std::size_t) { return {}; }
};

using critic = etch::network<etch::input<8>, etch::dense<1>>;
auto judge(const critic& net, const replay& data) { return etch::evaluate(net, data).code; }
