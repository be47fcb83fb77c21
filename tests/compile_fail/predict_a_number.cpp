// expect: etch: predict returns a class, but a single output is one only after sigmoid
// checked with: g++ 12, clang 14, clang 19
#include <etch/inference.hpp>

using regression = etch::network<etch::input<2>, etch::dense<1>>;

int main() {
    const regression net;
#ifdef ETCH_REJECT
    return static_cast<int>(etch::predict(net, {1, 2}));
#else
    return static_cast<int>(net({1, 2})[0]);
#endif
}
