// expect: etch: forward of a layer must return an expression with as many elements as output(shape)
// checked with: g++ 12, clang 14, clang 19
#include <etch/network/network.hpp>

struct doubled : etch::layer_defaults {
    static constexpr const char* name = "doubled";
#ifdef ETCH_REJECT
    static constexpr etch::shape output(etch::shape input) { return {input.size() + 1}; }
#else
    static constexpr etch::shape output(etch::shape input) { return input; }
#endif
    static constexpr auto forward(const auto&, const auto& x) { return 2.0f * x; }
};

auto answer(const etch::network<etch::input<2>, doubled>& net) { return net({1, 2}); }
