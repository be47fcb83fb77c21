// expect: etch: a layer has a member that its contract does not have, or has in another form
// checked with: g++ 12, clang 14, clang 19
#include <etch/network/network.hpp>

struct doubled : etch::layer_defaults {
    static constexpr const char* name = "doubled";
#ifdef ETCH_REJECT
    static constexpr bool element_wise = true;
#else
    static constexpr bool elementwise = true;
#endif
    static constexpr etch::shape output(etch::shape input) { return input; }
    static constexpr auto forward(const auto&, const auto& x) { return 2.0f * x; }
};

auto answer(const etch::network<etch::input<2>, doubled>& net) { return net({1, 2}); }
