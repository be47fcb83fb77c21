// expect: etch: there is no part with this name
// checked with: g++ 12, clang 14, clang 19
#include <etch/tensor/parts.hpp>

#ifdef ETCH_REJECT
constexpr etch::internal::part_name<6> wanted{"worth"};
#else
constexpr etch::internal::part_name<6> wanted{"value"};
#endif

using heads = etch::parts<etch::part<"mean", 3>, etch::part<"value", 1>>;

auto value(const etch::vector<float, 4>& y) { return heads::of<wanted>(y)[0]; }
