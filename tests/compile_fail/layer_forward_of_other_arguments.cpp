// expect: etch: forward of a layer takes its context and its input
// checked with: g++ 12, clang 14, clang 19
#include <etch/network/network.hpp>

struct doubled : etch::layer_defaults {
    static constexpr const char* name = "doubled";
    static constexpr etch::shape output(etch::shape input) { return input; }
#ifdef ETCH_REJECT
    static constexpr auto forward(const auto& x) { return 2.0f * x; }
#else
    static constexpr auto forward(const auto&, const auto& x) { return 2.0f * x; }
#endif
};

auto answer(const etch::network<etch::input<2>, doubled>& net) { return net({1, 2}); }
