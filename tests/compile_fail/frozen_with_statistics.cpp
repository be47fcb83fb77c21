// expect: etch: a layer of your own that computes statistics of a batch cannot be frozen
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/batch_norm.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/network/network.hpp>

struct my_norm : etch::layer_defaults {
    static constexpr const char* name = "my_norm";
    static constexpr bool counts_samples = true;
    static constexpr etch::shape output(etch::shape input) { return input; }
    static constexpr auto forward(const auto& layer, const auto& x) { return x * static_cast<float>(layer.count); }
};

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::frozen<my_norm>>;
#else
using policy = etch::network<etch::input<3>, my_norm, etch::frozen<etch::batch_norm<>>>;
#endif

auto outputs(const policy& net) { return net({1, 2, 3}); }
