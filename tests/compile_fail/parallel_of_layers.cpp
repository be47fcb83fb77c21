// expect: etch: parallel is made of branches
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/relu.hpp>
#include <etch/network/network.hpp>
#include <etch/network/parallel.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::parallel<etch::dense<4>, etch::dense<1>>>;
#else
using policy =
    etch::network<etch::input<3>, etch::parallel<etch::branch<etch::dense<4>>, etch::branch<etch::dense<1>>>>;
#endif

auto outputs(const policy& net) { return net({1, 2, 3}); }
