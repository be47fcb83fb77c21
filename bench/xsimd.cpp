// xsimd's elementary functions, one register at a time.
#include <cstddef>

#include <xsimd/xsimd.hpp>

#include "contestant.hpp"

namespace {

using pack = xsimd::batch<float>;

template <class Of>
struct function {
    static void run(const float* from, float* to, std::size_t count) {
        for (std::size_t i = 0; i < count; i += pack::size) Of{}(pack::load_aligned(from + i)).store_aligned(to + i);
    }
};

const bool registered = [] {
    bench::add_function<"exp", function>("xsimd", [](pack x) { return xsimd::exp(x); });
    bench::add_function<"tanh", function>("xsimd", [](pack x) { return xsimd::tanh(x); });
    bench::add_function<"sigmoid", function>("xsimd",
                                             [](pack x) { return pack(1.0f) / (pack(1.0f) + xsimd::exp(-x)); });
    bench::add_function<"log", function>("xsimd", [](pack x) { return xsimd::log(x); });
    bench::add_function<"softplus", function>(
        "xsimd", [](pack x) { return xsimd::max(x, pack(0.0f)) + xsimd::log1p(xsimd::exp(-xsimd::abs(x))); });
    bench::add_function<"erf", function>("xsimd", [](pack x) { return xsimd::erf(x); });
    return true;
}();

}  // namespace
