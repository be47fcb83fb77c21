// expect: etch: a tape holds one step of a network without state: see sequence_tape
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/gru.hpp>
#include <etch/network/tape.hpp>

#ifdef ETCH_REJECT
using amp = etch::network<etch::input<3>, etch::gru<2>>;
#else
using amp = etch::network<etch::input<3>, etch::dense<2>>;
#endif

etch::tape<amp, 4> tape;
