// xsimd's elementary functions, one register at a time.
#include <cstddef>

#include <xsimd/xsimd.hpp>

#include "contestant.hpp"

namespace {

using pack = xsimd::batch<float>;

template <class Function>
struct function {
    static void run(const float* from, float* to, std::size_t count) {
        for (std::size_t i = 0; i < count; i += pack::size)
            Function::of(pack::load_aligned(from + i)).store_aligned(to + i);
    }
};
struct exp : function<exp> {
    static constexpr const char* name = "exp";
    static pack of(pack x) { return xsimd::exp(x); }
};
struct tanh : function<tanh> {
    static constexpr const char* name = "tanh";
    static pack of(pack x) { return xsimd::tanh(x); }
};
struct sigmoid : function<sigmoid> {
    static constexpr const char* name = "sigmoid";
    static pack of(pack x) { return pack(1.0f) / (pack(1.0f) + xsimd::exp(-x)); }
};
struct log : function<log> {
    static constexpr const char* name = "log";
    static pack of(pack x) { return xsimd::log(x); }
};
struct softplus : function<softplus> {
    static constexpr const char* name = "softplus";
    static pack of(pack x) { return xsimd::max(x, pack(0.0f)) + xsimd::log1p(xsimd::exp(-xsimd::abs(x))); }
};
struct erf : function<erf> {
    static constexpr const char* name = "erf";
    static pack of(pack x) { return xsimd::erf(x); }
};

const bool registered = [] {
    bench::add_functions<exp, tanh, sigmoid, log, softplus, erf>("xsimd");
    return true;
}();

}  // namespace
