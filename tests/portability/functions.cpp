// Every elementary function, on all special values and on a grid through all exponents.
#include <array>
#include <cstdint>
#include <etch/core/bit_cast.hpp>
#include <limits>

#include <etch/math/cos_pi.hpp>
#include <etch/math/erf.hpp>
#include <etch/math/exp.hpp>
#include <etch/math/fast_tanh.hpp>
#include <etch/math/log.hpp>
#include <etch/math/sigmoid.hpp>
#include <etch/math/softplus.hpp>
#include <etch/math/tanh.hpp>
#include <etch/simd/lanes.hpp>

#include "golden.hpp"

namespace golden {

namespace {

using limits = std::numeric_limits<float>;
using pack = etch::float_lanes<etch::widest_lanes<float>>;

constexpr float specials[] = {0.0f,
                              -0.0f,
                              1.0f,
                              -1.0f,
                              limits::denorm_min(),
                              -limits::denorm_min(),
                              limits::min(),
                              -limits::min(),
                              limits::max(),
                              -limits::max(),
                              limits::infinity(),
                              -limits::infinity(),
                              limits::quiet_NaN(),
                              limits::epsilon(),
                              88.72283f,
                              -103.97208f};

/// The specials, and 2^16 floats of all signs, exponents and leading fraction bits, the other bits without pattern.
template <class F>
void on_grid(const char* name, F function, std::uint32_t count = 1u << 16) {
    digest d;
    float from[16], to[16];
    const auto run = [&] {
        for (std::size_t i = 0; i < 16; i += pack::size) function(pack::load(from + i)).store(to + i);
        d.add_all(to);
    };
    for (std::size_t i = 0; i < 16; ++i) from[i] = specials[i];
    run();
    for (std::uint32_t first = 0; first < count; first += 16) {
        for (std::uint32_t i = 0; i < 16; ++i) {
            const std::uint32_t high = (first + i) << 16;
            from[i] = etch::bit_cast<float>(high | ((first + i) * 40503u & 0xffffu));
        }
        run();
    }
    report(name, d);
}

}  // namespace

void functions() {
    namespace m = etch::math;
    on_grid("exp", [](pack x) { return m::exp(x); });
    on_grid("expm1", [](pack x) { return m::expm1(x); });
    on_grid("log", [](pack x) { return m::log(x); });
    on_grid("log1p", [](pack x) { return m::log1p(x); });
    on_grid("tanh", [](pack x) { return m::tanh(x); });
    on_grid("sigmoid", [](pack x) { return m::sigmoid(x); });
    on_grid("softplus", [](pack x) { return m::softplus(x); });
    on_grid("erf", [](pack x) { return m::erf(x); });
    on_grid("fast_tanh", [](pack x) { return m::fast_tanh(x); });
    on_grid("fast_sigmoid", [](pack x) { return m::fast_sigmoid(x); });
    on_grid("cos_pi", [](pack x) { return m::cos_pi(smaller(pack(4194304.0f), larger(pack(-4194304.0f), x))); });
    on_grid("sqrt", [](pack x) { return sqrt(x); });
    on_grid("divide", [](pack x) { return pack(0.7f) / x; });
    on_grid("multiply and add", [](pack x) { return fma(x, pack(1.1f), pack(-0.3f)) * pack(0.9f); });
}

}  // namespace golden
